import { describe, expect, test } from '@jest/globals';
import { terminalLog, type TerminalOptions } from '../../src/cli/output.js';
import { harmless } from '../../src/shared/text.js';

/** A log on two streams, and what came out of each, in order. */
function recorded(options: Partial<TerminalOptions> = {}, tty: { err?: boolean; columns?: number } = {}) {
  const said: string[] = [];
  const stream = (name: string, isTTY: boolean) => ({
    isTTY,
    columns: tty.columns,
    write: (text: string) => said.push(`${name} ${text}`),
  });
  const log = terminalLog({
    out: stream('out', false),
    err: stream('err', tty.err ?? false),
    cwd: '/',
    quiet: false,
    verbose: false,
    color: false,
    ...options,
  });
  return { log, said };
}

describe('lines', () => {
  test('go to out, warnings to err; groups are a heading', async () => {
    const { log, said } = recorded();
    expect(await log.group('Plan', () => Promise.resolve(7))).toBe(7);
    log.line('create  x');
    log.warning('mind this');
    log.debug('only when asked');
    expect(said).toEqual(['out Plan\n', 'out create  x\n', 'err warning: mind this\n']);
  });

  test('--quiet leaves warnings and what went wrong, on err; --verbose adds what is asked', () => {
    const quiet = recorded({ quiet: true });
    quiet.log.line('x');
    quiet.log.warning('y');
    quiet.log.line('refuse  z', true);
    expect(quiet.said).toEqual(['err warning: y\n', 'err refuse  z\n']);
    const loud = recorded();
    loud.log.line('refuse  z', true);
    expect(loud.said).toEqual(['out refuse  z\n']);
    const verbose = recorded({ verbose: true });
    verbose.log.debug('HEAD /v2/');
    expect(verbose.said).toEqual(['out debug: HEAD /v2/\n']);
  });

  test('colour is for the word of the action only, and only when asked for', () => {
    const { log, said } = recorded({ color: true });
    log.line('create  reg.example/create:1');
    log.line('anything else');
    log.warning('w');
    expect(said).toEqual([
      'out \u001b[32mcreate\u001b[0m  reg.example/create:1\n',
      'out anything else\n',
      'err \u001b[33mwarning\u001b[0m: w\n',
    ]);
  });
});

describe('the progress line', () => {
  test('is drawn over on a terminal, and gone before anything else is said', () => {
    const { log, said } = recorded({}, { err: true });
    log.progress(1, 3, 'tags');
    log.progress(2, 3, 'tags');
    log.line('x');
    log.line('y');
    log.progress(3, 3, 'tags');
    expect(said).toEqual([
      'err \r\u001b[K1 of 3 tags',
      'err \r\u001b[K2 of 3 tags',
      'err \r\u001b[K',
      'out x\n',
      'out y\n',
    ]);
  });

  test('ends with the last one', () => {
    const { log, said } = recorded({}, { err: true });
    log.progress(1, 2, 'tags');
    log.progress(2, 2, 'tags');
    expect(said.at(-1)).toBe('err \r\u001b[K');
  });

  test('never fills the line, which would scroll a terminal', () => {
    const { log, said } = recorded({}, { err: true, columns: 20 });
    log.progress(1, 1000, 'x'.repeat(100));
    expect(said[0]?.replace('err \r\u001b[K', '')).toHaveLength(19);
  });

  test.each<[string, Partial<TerminalOptions>, boolean]>([
    ['without a terminal', {}, false],
    ['with --quiet', { quiet: true }, true],
  ])('is not there %s', (_name, options, err) => {
    const { log, said } = recorded(options, { err });
    log.progress(1, 3, 'tags');
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
    const { log, said } = recorded({ verbose: true }, { err: true });
    log.line(text);
    log.warning(text);
    log.debug(text);
    expect(said.join('')).not.toContain(text === shown ? '\u001b' : text);
    expect(said).toEqual([`out ${shown}\n`, `err warning: ${shown}\n`, `out debug: ${shown}\n`]);
  });
});
