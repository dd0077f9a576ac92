import { describe, expect, test } from '@jest/globals';
import { retag } from '../support/command-line.js';
import { folder } from '../support/folder.js';

const place = folder();
const classify = (...words: string[]) => retag(['classify', '--policy', 'semver', ...words], place.path);

describe('a ref that cannot be used', () => {
  test.each([[[]], [['--quiet']], [['--json']]])(
    'is an error on stderr, and the others are told: %j',
    async (flags) => {
      const { code, stdout, stderr } = await classify('refs/tags/', 'v1.2.3', ...flags);
      expect(code).toBe(2);
      expect(stderr).toBe(
        'error: "refs/tags/" is not a git ref\nhelp: give a ref that git takes (git check-ref-format)\n',
      );
      expect(stdout).toContain('1.2.3');
      expect(stdout).not.toContain('check-ref-format');
    },
  );
});

describe('--report', () => {
  test('is the list that --json prints', async () => {
    const { code, stdout } = await classify('v1.2.3', 'main', '--json', '--report', 'out/list.json');
    expect(code).toBe(0);
    expect(JSON.parse(place.read('out/list.json'))).toEqual(JSON.parse(stdout));
  });

  test('is written beside the table too, and with refs that cannot be used', async () => {
    const { code, stdout } = await classify('v1.2.3', 'a b', '--report', 'both.json');
    expect(code).toBe(2);
    expect(stdout).toMatch(/^REF /);
    expect(JSON.parse(place.read('both.json'))).toMatchObject([
      { class: 'final' },
      { ref: 'a b', class: null },
    ]);
  });
});
