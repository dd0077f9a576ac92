/** A commit is read from `src_ref` once, by one function; a digest and the tag that has it are one source. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { image, seed } from '../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry } from '../../testing/registry/server.js';
import { commitOfEntry } from '../../src/gates/gates.js';
import { wantImages } from '../../src/want.js';
import { parse } from '../support/config.js';
import { flow, flowRequest } from '../support/flow.js';

const ID = 'dac417bd31ed36d455e94db4aabe5916367654d4';

describe('seam 13: gates ask about the commit that the revision is compared with', () => {
  test.each([
    `https://github.com/o/r/commit/${ID}.patch`,
    `https://github.com/o/r/commit/${ID}.diff`,
    `https://github.com/o/r/tree/${ID}/charts/app`,
    `https://github.com/o/r/pull/7/commits/${ID}`,
    `https://github.com/o/r/commit/${ID.toUpperCase()}`,
    `https://github.com/o/r/commit/${ID.slice(0, 9)}`,
    ID,
    ID.toUpperCase(),
  ])('seam 13: %s', (srcRef) => {
    const images = parse(
      `images: [ { name: r.example/a, src_build_tag: b, tag: '1', src_ref: '${srcRef}' } ]`,
    ).images;
    const [entry] = images;
    const [wanted] = wantImages(images, { registryMap: new Map(), forces: [], stableSuffix: '-stable' });
    if (entry === undefined) throw new Error('no entry');
    const at = { revision: null, home: 'o/r', serverUrl: 'https://github.com' };
    expect(commitOfEntry(entry, at)).toEqual({ repo: 'o/r', sha: wanted?.revision });
    expect(ID.startsWith(wanted?.revision ?? '-')).toBe(true);
  });
});

describe('seam 13: src_digest and the src_build_tag that resolves to it', () => {
  let registry: EmbeddedRegistry;
  beforeEach(async () => {
    registry = await startRegistry();
    seed(registry, 'app', 'b', image());
  });
  afterEach(() => registry.close());
  const file = (digest: string) =>
    `images:\n  - { name: ${registry.host}/app, src_build_tag: b, tag: '1' }\n` +
    `  - { name: ${registry.host}/app, src_digest: '${digest}', tag: '1' }\n`;

  test('seam 13: are one source, and one action', async () => {
    const digest = registry.manifest('app', 'b')?.digest ?? '';
    for (const counts of [{ create: 1 }, { keep: 1 }]) {
      const { report, exitCode } = await flow(flowRequest('apply', file(digest)));
      expect(report.counts).toEqual({
        build: 0,
        create: 0,
        move: 0,
        keep: 0,
        hold: 0,
        refuse: 0,
        failed: 0,
        ...counts,
      });
      expect(report.actions).toMatchObject([{ entry: 1, other_entries: [2], digest }]);
      expect(exitCode).toBe(0);
    }
  });

  test('seam 13: another digest is another source: both are refused, with both digests', async () => {
    const digest = registry.manifest('app', 'b')?.digest ?? '';
    seed(registry, 'app', 'other', image({ labels: { other: 'yes' } }));
    const other = registry.manifest('app', 'other')?.digest ?? '';
    const { report } = await flow(flowRequest('apply', file(other)));
    expect(report.actions.map(({ reason }) => reason.code)).toEqual([
      'conflicting-entries',
      'conflicting-entries',
    ]);
    expect(report.actions[0]?.reason.text).toContain(digest);
    expect(report.actions[0]?.reason.text).toContain(other);
    expect(registry.tags('app')).toEqual(['b', 'other']);
  });
});
