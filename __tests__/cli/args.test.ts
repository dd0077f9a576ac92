import { describe, expect, test } from '@jest/globals';
import { asksForOverview, COMMANDS, FLAGS, parseArguments } from '../../src/cli/args.js';
import { commandHelp, overview } from '../../src/cli/help.js';
import { UserError } from '../../src/errors.js';

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

  test.each([
    [['--no-color', 'plan', '--config', 'x'], 'plan', ['x'], []],
    [['--config', 'x', 'plan'], 'plan', ['x'], []],
    [['--json', 'plan', '--config=x'], 'plan', ['x'], []],
    [['--config', 'plan', 'validate'], 'validate', ['plan'], []],
    [['--json', 'classify', '--config', 'x', 'validate'], 'classify', ['x'], ['validate']],
    [['--config', 'a', 'plan', '--config', 'b'], 'plan', ['a', 'b'], []],
  ])('%j: flags may stand before the command', (argv, command, config, words) => {
    const args = parseArguments(argv);
    expect({ command: args.command, config: args.list('config'), words: args.words }).toEqual({
      command,
      config,
      words,
    });
  });

  test.each([
    [['-config', 'x', 'plan'], 'there is no flag -config; did you mean --config?'],
    [['plan', '-config', 'x'], 'there is no flag -config; did you mean --config?'],
    [['plan', '-config=x'], 'there is no flag -config; did you mean --config?'],
    [['-json', 'plan'], 'there is no flag -json; did you mean --json?'],
    [['plan', '--confg', 'x'], 'there is no flag --confg; did you mean --config?'],
    [['-xyzzyx', 'plan'], 'there is no flag -xyzzyx; see "retag plan --help"'],
    [['--xyzzyx', 'y', 'plan'], 'there is no flag --xyzzyx; see "retag --help"'],
    [['plan', '-c'], 'there is no flag -c; see "retag plan --help"'],
  ])('%j: one slip is one error', (argv, text) => {
    expect(message(argv)).toBe(text);
  });

  test('a slip in the command and one in a flag are two', () => {
    expect(message(['aply', '--jsn'])).toBe(
      'there is no flag --jsn; did you mean --json?\nthere is no command "aply"; did you mean "apply"?',
    );
  });

  test('classify takes refs', () => {
    expect(parseArguments(['classify', 'refs/tags/1', 'main', '--policy=wmcore']).words).toEqual([
      'refs/tags/1',
      'main',
    ]);
  });

  test.each([
    [[], 'no command is given'],
    [['--json'], 'no command is given'],
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

  test('the help keeps what a command only takes apart from what it heeds', () => {
    const [heeded, idle] = commandHelp('classify').split('Taken too, with nothing to do here:\n');
    expect(heeded).toContain('--report FILE');
    expect(heeded).not.toContain('--timeout');
    expect(idle).toBe(
      '  --only --builder --registry-map --insecure-registry --concurrency --settle --timeout\n',
    );
    expect(commandHelp('plan')).not.toContain('Taken too');
  });

  test.each([[['--help']], [['-h']], [['help', 'x']], [['--help', 'plan']], [['--json', '--help']]])(
    '%j asks for the overview',
    (argv) => {
      expect(asksForOverview(argv)).toBe(true);
    },
  );

  test.each([[[]], [['plan', '--help']], [['--json', 'plan', '--help']], [['--json']]])(
    '%j does not',
    (argv) => {
      expect(asksForOverview(argv)).toBe(false);
    },
  );
});
