import { describe, expect, test } from '@jest/globals';
import { asksForOverview, COMMANDS, FLAGS, parseArguments, withHelpFlag } from '../../src/cli/args.js';
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
    [['-xyzzyx', 'plan'], 'there is no flag -xyzzyx; see "retag help plan"'],
    [['--xyzzyx', 'y', 'plan'], 'there is no flag --xyzzyx; see "retag help"'],
    [['plan', '-c'], '--config needs a value; write --config=FILE'],
    [['plan', '-k'], 'there is no flag -k; see "retag help plan"'],
    [['plan', '-qx'], 'there is no flag -qx; see "retag help plan"'],
    [['plan', '-cx'], 'there is no flag -cx; see "retag help plan"'],
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
    [['demo', 'stray'], '"stray" is not understood'],
    [['plan', '--__proto__=x'], 'there is no flag'],
    [['plan', '--nope', '--nada'], 'there is no flag --nada'],
  ])('%j: %s', (argv, text) => {
    expect(message(argv)).toContain(text);
  });

  test('the help names every command, and every flag of a command', () => {
    for (const command of COMMANDS) {
      expect(overview()).toContain(`  ${command} `);
      for (const [name, flag] of Object.entries(FLAGS)) {
        expect(new RegExp(`--${name}(?![\\w-])`).test(commandHelp(command).split('Examples:')[0] ?? '')).toBe(
          flag.commands.includes(command),
        );
      }
    }
  });

  test('the help keeps what a command only takes apart from what it heeds', () => {
    const [heeded, idle] = commandHelp('classify').split('Accepted but ignored: ');
    expect(heeded).toContain('--report FILE');
    expect(heeded).not.toContain('--timeout');
    expect(idle?.split(/\s+Examples:/)[0]?.split(/,\s+/)).toEqual(
      '--only --builder --registry-map --insecure-registry --concurrency --settle --timeout'.split(' '),
    );
    expect(commandHelp('plan')).not.toContain('Accepted but ignored');
  });

  test.each([[['--help']], [['-h']], [['help']], [['--json', '--help']]])(
    '%j asks for the overview',
    (argv) => {
      expect(asksForOverview(withHelpFlag(argv))).toBe(true);
    },
  );

  test.each([[[]], [['plan', '--help']], [['--help', 'plan']], [['help', 'plan']], [['plan', '-h']]])(
    '%j does not',
    (argv) => {
      expect(asksForOverview(withHelpFlag(argv))).toBe(false);
      if (argv.length > 0) expect(parseArguments(withHelpFlag(argv)).is('help')).toBe(true);
    },
  );

  test.each([
    [
      ['plan', '-c', 'a', '-c=b', '-qv', '-r', 'v1'],
      { config: ['a', 'b'], quiet: ['true'], verbose: ['true'], ref: ['v1'] },
    ],
    [['-y', 'apply', '-i', 'x', '-p', 'semver'], { yes: ['true'], image: ['x'], policy: ['semver'] }],
    [['classify', '--', '-c'], { config: [] }],
  ])('%j: flags of one letter', (argv, flags) => {
    const args = parseArguments(argv);
    for (const [name, values] of Object.entries(flags)) expect(args.list(name)).toEqual(values);
  });

  test('a file is a word of the commands that read tag files', () => {
    for (const command of ['plan', 'apply', 'validate', 'pin'])
      expect(parseArguments([command, 'a.yaml', '--quiet', 'b.yaml']).words).toEqual(['a.yaml', 'b.yaml']);
  });
});

test('no line of a help is wider than 80 columns, and each has examples that parse', () => {
  for (const text of [overview(), ...COMMANDS.map(commandHelp)]) {
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  }
  for (const command of COMMANDS) {
    const lines =
      commandHelp(command)
        .split('Examples:\n')[1]
        ?.match(/(?<=\bretag )(?!help).*/g) ?? [];
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(parseArguments(line.split(' ')).command).toBe(command);
  }
});
