import { afterAll, describe, expect, test } from '@jest/globals';
import { retag, type Spoken, type Terminal } from '../support/command-line.js';
import { folder } from '../support/folder.js';
import { sandbox } from '../support/repository.js';

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

describe('without a ref', () => {
  const box = sandbox();
  box.git('.', 'init', '--quiet', '--initial-branch=main', 'work');
  box.commit('work', 1);
  box.git('work', 'tag', 'v1.2.3');
  box.git('work', 'checkout', '--quiet', '--detach');
  afterAll(() => box.remove());
  const here = (words: string[], terminal?: Terminal) =>
    retag(['classify', '--policy', 'semver', '--json', ...words], box.at('work'), terminal);
  const refs = ({ stdout }: Spoken) => (JSON.parse(stdout) as { ref: string }[]).map(({ ref }) => ref);

  test('it is what is checked out, and a terminal is not waited for', async () => {
    expect(refs(await here([], { typed: null }))).toEqual(['refs/tags/v1.2.3']);
  });

  test('an empty standard input is no ref either', async () => {
    expect(refs(await here([]))).toEqual(['refs/tags/v1.2.3']);
    expect(refs(await here(['-']))).toEqual([]);
  });

  test('where nothing is checked out that is an error', async () => {
    const done = await classify();
    expect(done).toMatchObject({ code: 2, stdout: '' });
    expect(done.stderr).toContain('error: there is no git repository here to take the ref from');
  });
});

describe('--image', () => {
  test('shows what the images are called', async () => {
    const images = ['-i', 'ghcr.io/o/a', '-i', 'quay.io/o/b'];
    const { stdout } = await classify('v1.2.3', 'refs/heads/x', ...images, '--json');
    const [first, second] = JSON.parse(stdout) as { references: string[] }[];
    expect(first?.references).toEqual([
      ...['v1.2.3', '1.2', '1', 'latest'].map((tag) => `ghcr.io/o/a:${tag}`),
      ...['v1.2.3', '1.2', '1', 'latest'].map((tag) => `quay.io/o/b:${tag}`),
    ]);
    expect(second?.references).toHaveLength(2);
    expect((await classify('v1.2.3', ...images)).stdout).toContain('\n  quay.io/o/b:latest\n');
  });

  test('that is none is an error', async () => {
    expect(await classify('v1.2.3', '--image', 'A B,c=d')).toMatchObject({ code: 2 });
  });
});
