import { describe, expect, test } from '@jest/globals';

import { UserError } from '../../src/errors.js';
import { COMMANDS, FLAGS, parseArguments } from '../../src/terminal/args.js';
import { commandHelp, overview } from '../../src/terminal/help.js';

function message(argv: string[]): string {
  try {
    parseArguments(argv);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return '';
}

describe('the command line', () => {
  test('flags and words', () => {
    const args = parseArguments([
      'apply',
      '--config',
      'a.yaml',
      '--config=b.yaml',
      '--json',
      '--force=x:1',
      '--ref',
      'refs/tags/1',
    ]);
    expect(args.command).toBe('apply');
    expect(args.list('config')).toEqual(['a.yaml', 'b.yaml']);
    expect(args.list('force')).toEqual(['x:1']);
    expect(args.text('ref')).toBe('refs/tags/1');
    expect(args.is('json')).toBe(true);
    expect(args.is('stable')).toBe(false);
  });

  test('classify takes refs', () => {
    expect(parseArguments(['classify', 'refs/tags/1', 'main', '--policy=wmcore']).words).toEqual([
      'refs/tags/1',
      'main',
    ]);
  });

  test.each([
    [[], 'no command is given'],
    [['aply'], 'did you mean "apply"'],
    [['xyzzy'], 'choose one of plan'],
    [['plan', '--jsn'], 'did you mean --json'],
    [['plan', '--stabel'], 'did you mean --stable'],
    [['validate', '--force=x'], '--force does not go with "retag validate"'],
    [['plan', '--config'], '--config needs a value'],
    [['plan', '--config', '--json'], 'needs a value, not --json'],
    [['plan', '--ref=a', '--ref=b'], '--ref is given twice'],
    [['plan', '--json=yes'], '--json takes no value'],
    [['plan', 'stray'], '"stray" is not understood'],
    [['plan', '--__proto__=x'], 'there is no flag'],
    [['plan', '--nope', '--nada'], 'there is no flag --nada'],
  ])('%j: %s', (argv, text) => {
    expect(message(argv)).toContain(text);
  });

  test('the help names every command, and every flag of a command', () => {
    for (const command of COMMANDS) {
      expect(overview()).toContain(`  ${command} `);
      for (const [name, flag] of Object.entries(FLAGS)) {
        expect(
          commandHelp(command).includes(`--${name} `) || commandHelp(command).includes(`--${name}\n`),
        ).toBe(flag.commands.includes(command));
      }
    }
  });
});
