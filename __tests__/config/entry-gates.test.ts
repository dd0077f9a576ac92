import { describe, expect, test } from '@jest/globals';
import { parseConfig } from '../../src/config/config.js';
import { entryTest } from '../../src/config/entries.js';

const FILE = 'tags.yaml';
const entry = (tag: string, more = ''): string =>
  `  - name: quay.io/o/app\n    src_build_tag: b1\n    tag: '${tag}'\n${more}`;
const parse = (text: string) => parseConfig([{ path: FILE, bytes: Buffer.from(text) }]).images;

describe('the entry in another version of its file', () => {
  const images = parse(`images:\n${entry('1.0')}${entry('2.0')}`);
  const second = images[1] && entryTest(images[1]);

  test.each([
    ['the same', `images:\n${entry('1.0')}${entry('2.0')}`, true],
    ['at another line, with a comment', `# moved\nimages:\n${entry('2.0')}`, true],
    ['not there yet', `images:\n${entry('1.0')}`, false],
    ['with another key', `images:\n${entry('2.0', '    stable: true\n')}`, false],
    ['in a file that was broken', 'images: {', false],
  ])('%s', (_name, text, is) => {
    expect(second?.file).toBe(FILE);
    expect(second?.contains(text)).toBe(is);
  });
});
