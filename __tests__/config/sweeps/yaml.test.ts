/** Tag files of megabytes. */
import { expect, test } from '@jest/globals';
import { messages, parse } from '../../support/config.js';
import { expectLinear } from '../../support/cpu.js';

test.each([['"'.repeat(4_000_000)], [`images: [${'a,'.repeat(2_000_000)}]`]])(
  'a file of 4 MB that is nothing but signs ends in an error, not in a lack of memory',
  (text) => {
    expect(messages(text)).toEqual([expect.stringContaining('the file has more than 2000000 YAML tokens')]);
  },
);

test('ten thousand entries are read in linear time, places included', () => {
  const entries = Array.from(
    { length: 10_000 },
    (_, i) =>
      `  - name: docker.io/org/app-${i}\n    src_build_tag: build-${i}\n    src_ref: https://example.org/c/${i}\n    tag: v${i}\n`,
  );
  const places = (count: number): number[] =>
    parse(`images:\n${entries.slice(0, count).join('')}`).images.map(({ origin }) => origin.at('tag').line);
  expectLinear(places, 2_500);
  expect(places(10_000)).toEqual(Array.from({ length: 10_000 }, (_, i) => 5 + i * 4));
});
