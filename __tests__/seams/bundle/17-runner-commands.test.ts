import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { image, index, seed } from '../../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry } from '../../../testing/registry/server.js';
import { harmless, printable } from '../../../src/shared/text.js';
import { EVENTS, reportIn, workspace, type Workspace } from '../../support/runner.js';

/** The commands that the runner registers, and what it would do with each of them. */
const REGISTERED = [
  ...['error', 'warning', 'notice', 'debug', 'group', 'endgroup', 'add-mask', 'stop-commands', 'set-output'],
  ...['save-state', 'set-env', 'add-path', 'add-matcher', 'remove-matcher', 'echo'],
];

/**
 * What a runner obeys in one line (actions/runner, ActionCommand.TryParseV2 and TryParse): both searches compare by the rules
 * of a language, so invisible characters count for nothing.
 */
function commandIn(line: string): { name: string; data: string } | null {
  const seen = line.replace(/\p{Default_Ignorable_Code_Point}|(?![\t\r\n])\p{Cc}|\p{Cf}/gu, '');
  const found =
    /^\s*::([^ :]*)(?: .*?)?::(.*)$/su.exec(seen) ?? /^.*?##\[([^ \]]*)(?: [^\]]*)?\](.*)$/su.exec(seen);
  const [, name = '', data = ''] = found ?? [];
  return REGISTERED.includes(name.toLowerCase()) ? { name: name.toLowerCase(), data } : null;
}

/** The lines that a runner reads: it ends one at every line break that .NET knows. */
function commandsIn(text: string): { name: string; data: string }[] {
  return text.split(/\r\n|[\r\n\u2028]/).flatMap((line) => commandIn(line) ?? []);
}

const PAYLOADS = [
  'x ##[add-mask]latest',
  '##[stop-commands]evil',
  'x\n::add-mask::latest',
  'x\r::stop-commands::evil',
  'x\u2028::set-output name=digest::evil',
  '\u000b::error::evil',
  '\u200b::error::evil',
  '#\u00ad#\u200d[error]evil',
  '\u001b[31m##[warning]evil\u001b[0m',
  '\u202e::error::evil',
  '###[error]evil',
];

let registry: EmbeddedRegistry;
let place: Workspace;
beforeAll(async () => {
  registry = await startRegistry();
  place = workspace();
});
beforeEach(() => {
  registry.faults.set([]);
});
afterAll(async () => {
  await registry.close();
  place.remove();
});

describe('text', () => {
  test.each(PAYLOADS)('seam 17: %j is no command in a line, in lines, in JSON and on a terminal', (text) => {
    expect(commandsIn(text).length).toBeGreaterThan(0);
    const json = printable(`${JSON.stringify({ a: { text } }, null, 2)}\n`, false);
    expect(JSON.parse(json)).toEqual({ a: { text } });
    for (const shown of [harmless(text), printable(text, false), printable(text, true), json])
      expect(commandsIn(shown)).toEqual([]);
  });

  test('seam 17: no text at all becomes a command, and JSON stays what it was', () => {
    const pieces = fc.constantFrom(
      '#',
      '##[',
      '::',
      'error',
      ']',
      ' ',
      '\n',
      '\r',
      '\u200b',
      '\u00ad',
      '\t',
      '\ud800',
    );
    const texts = fc
      .array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 3 })))
      .map((all) => all.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        expect(commandsIn(harmless(text))).toEqual([]);
        expect(commandsIn(printable(text, false))).toEqual([]);
        expect(harmless(harmless(text))).toBe(harmless(text));
        expect(JSON.parse(printable(JSON.stringify(text), false))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  test.each(['"::set-output name=x::y"', 'a::add-mask::latest'])(
    'seam 17: %j has no command anywhere in a line',
    (text) => {
      expect(harmless(text)).not.toContain('::');
      for (const terminal of [false, true]) expect(printable(text, terminal)).not.toContain('::');
    },
  );

  test('seam 17: ordinary text is left as it is', () => {
    const text = 'at [::1]:5000/a::1, std: :x, # [x] ##x [y], caf\u00e9 \u65e5\u672c';
    expect(harmless(text)).toBe(text);
    expect(printable(`${text}\n\tindented\n`, false)).toBe(`${text}\n\tindented\n`);
  });
});

describe('a registry that speaks to the runner', () => {
  const tagFile = (host: string): string =>
    `images:\n  - name: ${host}/app\n    src_build_tag: build\n    tag: "1.0"\n`;

  function hostile(message: string): void {
    seed(registry, 'app', 'build', index([image()]));
    place.file('tags.yaml', tagFile(registry.host));
    registry.faults.set([
      {
        match: { kind: ['head-manifest', 'get-manifest'], reference: '1.0' },
        fault: { kind: 'status', status: 403, code: 'DENIED', message },
        times: 'always',
      },
    ]);
  }

  test.each(PAYLOADS)('seam 17: %j in an error is text in the log of the action', async (message) => {
    hostile(message);
    const done = await place.action(EVENTS.push, { config: 'tags.yaml' });
    expect(done.code).toBe(1);
    const all = [...commandsIn(done.stdout), ...commandsIn(done.stderr)];
    expect(all.map(({ name }) => name)).toContain('error');
    expect(
      all.filter(({ name }) => !['error', 'warning', 'notice', 'group', 'endgroup', 'debug'].includes(name)),
    ).toEqual([]);
    expect(all.filter(({ data }) => /^(?:evil|latest)/.test(data))).toEqual([]);
  });

  test.each(PAYLOADS)(
    'seam 17: %j in an error is text on both streams of the command line',
    async (message) => {
      hostile(message);
      const args = ['apply', '--config', 'tags.yaml', '--verbose'];
      for (const more of [[], ['--json']]) {
        const done = await place.retag([...args, ...more], { env: { FORCE_COLOR: '1' } });
        expect(done.code).toBe(1);
        expect([...commandsIn(done.stdout), ...commandsIn(done.stderr)]).toEqual([]);
        if (more.length > 0) expect(reportIn(done.stdout).actions[0]?.reason.code).toBe('unknown');
      }
    },
  );

  test('seam 17: a token that anybody gets is no word that the runner masks', async () => {
    const open = await startRegistry({
      auth: { kind: 'token', users: {}, grant: (_user, _repository, actions) => actions },
    });
    try {
      seed(open, 'app', 'build', index([image()]));
      place.file('tags.yaml', tagFile(open.host));
      const done = await place.action(EVENTS.push, { config: 'tags.yaml' });
      expect(done.code).toBe(0);
      expect(open.tokens.length).toBeGreaterThan(0);
      expect(commandsIn(done.stdout).filter(({ name }) => name === 'add-mask')).toEqual([]);
    } finally {
      await open.close();
    }
  });
});

describe('the one writer', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: readFileSync(join('src', name), 'utf8') }));
  const using = (pattern: RegExp): string[] =>
    sources
      .filter(({ text }) => pattern.test(text))
      .map(({ name }) => name)
      .sort();

  test('seam 17: nothing else touches the streams of the process', () => {
    expect(using(/process\.std(?:out|err)|\bconsole\.\w+\(|std(?:out|err)[^;\n]*= process\b/)).toEqual([
      'cli.ts',
      'cli/start.ts',
      'github/output.ts',
      'main.ts',
    ]);
  });

  test('seam 17: nothing else prints through the toolkit', () => {
    expect(using(/from '@actions\/core'/)).toEqual(['github/inputs.ts', 'github/output.ts']);
    const inputs = readFileSync('src/github/inputs.ts', 'utf8');
    expect([...inputs.matchAll(/core\.(\w+)/g)].map(([, name]) => name)).toEqual(
      expect.not.arrayContaining(['info', 'error', 'warning', 'notice', 'debug', 'setSecret', 'setOutput']),
    );
  });
});
