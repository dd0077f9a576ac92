import { Readable } from 'node:stream';

import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { parseArguments } from '../../src/cli/args.js';
import { logFor } from '../../src/cli/output.js';
import { harmless } from '../../src/shared/text.js';

/** The log of `retag plan` with these flags on two streams, and what came out of each, in order. */
function recorded(flags: string[] = [], tty: { out?: boolean; err?: boolean; columns?: number } = {}) {
  const said: string[] = [];
  const stream = (name: string, isTTY: boolean) => ({
    isTTY,
    columns: tty.columns,
    write: (text: string) => said.push(`${name} ${text}`),
  });
  const log = logFor(parseArguments(['plan', ...flags]), {
    env: {},
    cwd: '/',
    stdin: Readable.from([]),
    stdout: stream('out', tty.out ?? false),
    stderr: stream('err', tty.err ?? false),
  });
  return { log, said };
}

describe('lines', () => {
  test('go to out, warnings to err; an empty line follows a stage that said something', async () => {
    const { log, said } = recorded();
    expect(await log.group('Classify', () => Promise.resolve(7))).toBe(7);
    await log.group('Plan', () => {
      log.line('  + x');
      return Promise.resolve();
    });
    log.line('Plan: 1 tag to create.');
    log.warning('mind this');
    log.debug('only when asked');
    expect(said).toEqual([
      'out   + x\n',
      'out \n',
      'out Plan: 1 tag to create.\n',
      'err warning: mind this\n',
    ]);
  });

  test('fit the terminal; in a pipe they are as they are given, for programs', () => {
    const words = 'word '.repeat(10).trim();
    const { log, said } = recorded([], { err: true, columns: 30 });
    log.line(`  ${words}`);
    log.warning(words);
    const lines = said.flatMap((each) => each.replace(/^(out|err) /, '').split('\n'));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(30);
    expect(said.join('').match(/word/g)).toHaveLength(20);
    const pipe = recorded();
    pipe.log.line('word '.repeat(50).trim());
    expect(pipe.said).toHaveLength(1);
    expect([recorded([], { columns: 130 }).log.layout.width, pipe.log.layout.width]).toEqual([130, 80]);
  });

  test('--quiet leaves warnings and what went wrong, on err; --verbose adds what is asked', () => {
    const quiet = recorded(['--quiet']);
    quiet.log.line('x');
    quiet.log.warning('y');
    quiet.log.line('refuse  z', true);
    expect(quiet.said).toEqual(['err warning: y\n', 'err refuse  z\n']);
    const loud = recorded();
    loud.log.line('refuse  z', true);
    expect(loud.said).toEqual(['out refuse  z\n']);
    const verbose = recorded(['--verbose']);
    verbose.log.debug('HEAD /v2/');
    expect(verbose.said).toEqual(['out debug: HEAD /v2/\n']);
  });

  test('colour is for signs and help only, and only when asked for', () => {
    const { log, said } = recorded([], { out: true });
    log.line('  + 1.0');
    log.line('anything + else');
    log.line('     help: x');
    log.warning('w');
    expect(said).toEqual([
      'out   \u001b[32m+\u001b[0m 1.0\n',
      'out anything + else\n',
      'out      \u001b[36mhelp\u001b[0m: x\n',
      'err \u001b[33mwarning\u001b[0m: w\n',
    ]);
  });
});

describe('the progress line', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('says what, how many and how long from the first half second, also while nothing happens', () => {
    const { log, said } = recorded([], { err: true });
    log.progress(0, 3, 'tags looked at');
    jest.advanceTimersByTime(399);
    expect(said).toEqual([]);
    jest.advanceTimersByTime(101);
    expect(said.at(-1)).toBe('err \r\u001b[K0 of 3 tags looked at, 0.5 s');
    log.progress(2, 3, 'tags looked at');
    jest.advanceTimersByTime(60_000);
    expect(said.at(-1)).toBe('err \r\u001b[K2 of 3 tags looked at, 60.5 s');
  });

  test('is gone before anything else is said, and ends with the last one', () => {
    const { log, said } = recorded([], { err: true });
    log.progress(0, 2, 'tags');
    jest.advanceTimersByTime(500);
    log.line('x');
    expect(said.slice(-2)).toEqual(['err \r\u001b[K', 'out x\n']);
    log.progress(1, 2, 'tags');
    jest.advanceTimersByTime(500);
    log.progress(2, 2, 'tags');
    jest.advanceTimersByTime(5_000);
    expect(said.at(-1)).toBe('err \r\u001b[K');
  });

  test('a run that is done at once shows none', () => {
    const { log, said } = recorded([], { err: true });
    log.progress(1, 2, 'tags');
    log.progress(2, 2, 'tags');
    expect(said).toEqual([]);
  });

  test('never fills the line, which would scroll a terminal', () => {
    const { log, said } = recorded([], { err: true, columns: 20 });
    log.progress(1, 1000, 'x'.repeat(100));
    jest.advanceTimersByTime(500);
    expect(said.at(-1)?.replace('err \r\u001b[K', '')).toHaveLength(19);
  });

  test.each<[string, string[], boolean]>([
    ['without a terminal', [], false],
    ['with --quiet', ['--quiet'], true],
  ])('is not there %s', (_name, flags, err) => {
    const { log, said } = recorded(flags, { err });
    log.progress(1, 3, 'tags');
    jest.advanceTimersByTime(5_000);
    expect(said).toEqual([]);
  });
});

describe('foreign text', () => {
  test.each([
    ['\u001b[2Jgone', '\\x1b[2Jgone'],
    ['a\r\nerror: b', 'a\\x0d\\x0aerror: b'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['zero\u200bwidth', 'zero\\u200bwidth'],
    ['\u0085\u009b31m', '\\x85\\x9b31m'],
    ['\u2066x\u2069', '\\u2066x\\u2069'],
    ['tab\tstop', 'tab\\x09stop'],
    ['ümläut 😀 ok', 'ümläut 😀 ok'],
  ])('%j is shown as %s', (text, shown) => {
    expect(harmless(text)).toBe(shown);
    const { log, said } = recorded(['--verbose'], { err: true });
    log.line(text);
    log.warning(text);
    log.debug(text);
    expect(said.join('')).not.toContain(text === shown ? '\u001b' : text);
    expect(said).toEqual([`out ${shown}\n`, `err warning: ${shown}\n`, `out debug: ${shown}\n`]);
  });
});
