import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';

import { COMMANDS, FLAGS } from '../../src/cli/args.js';
import { retag } from '../support/command-line.js';
import { folder } from '../support/folder.js';

const place = folder();

const script = async (shell: string): Promise<string> => (await retag(['completion', shell])).stdout;

/** What a real bash offers for the last of these words. */
async function offered(...words: string[]): Promise<string[]> {
  const ask = `${await script('bash')}
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_retag
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const answer = execFileSync('bash', ['--norc', '-c', ask, 'bash', 'retag', ...words], { encoding: 'utf8' });
  return answer.split('\n').filter((word) => word !== '');
}

describe('bash', () => {
  test('the script is one that bash reads', async () => {
    execFileSync('bash', ['-n'], { input: await script('bash') });
  });

  test.each([
    [['pro'], ['promote']],
    [[''], [...COMMANDS]],
    [['plan', '--exit'], ['--exit-code']],
    [['apply', '--exit'], []],
    [['--quiet', 'comp'], ['completion']],
    [['completion', ''], expect.arrayContaining(['bash', 'zsh', 'fish'])],
    [['plan', '--review', 'r'], ['require']],
    [['plan', '--review', '=', 'r'], ['require']],
    [
      ['plan', '--review', '='],
      ['warn', 'require', 'off'],
    ],
    [['plan', '--ref', 'p'], []],
    [['plan', '--config', 't'], []],
  ])('%j', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });

  test('loading it tells bash what completes "retag"', async () => {
    place.file('completion.bash', await script('bash'));
    const options = { cwd: place.path, encoding: 'utf8' } as const;
    const loaded = execFileSync('bash', ['--norc', '-c', '. ./completion.bash; complete -p retag'], options);
    expect(loaded).toBe('complete -o default -F _retag retag\n');
  });
});

test.each(['bash', 'zsh', 'fish'])('%s: every command and flag is in the script', async (shell) => {
  const text = await script(shell);
  for (const command of COMMANDS) expect(text).toMatch(new RegExp(`\\b${command}\\b`));
  for (const name of Object.keys(FLAGS))
    expect(text).toContain(shell === 'fish' ? `-l ${name} ` : `--${name}`);
});

test.each([
  [[], 'no shell is given'],
  [['tcsh'], 'there is no completion for "tcsh"'],
])('completion %j is an error that names the shells', async (words, message) => {
  const done = await retag(['completion', ...words]);
  expect(done).toMatchObject({ code: 2, stdout: '' });
  expect(done.stderr).toContain(message);
  expect(done.stderr).toContain('bash, zsh, fish');
});
