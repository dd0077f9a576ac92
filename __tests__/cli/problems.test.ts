import { symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { fail, problemLines } from '../../src/cli/problems.js';
import { OperationError, UserError } from '../../src/errors.js';
import { columnsOf } from '../../src/shared/text.js';
import { folder } from '../support/folder.js';

const place = folder();
const secret = folder();
const stderr = { write: () => true };
const at = (file: string, line: number, column: number) => ({ location: { file, line, column } });
const shown = (problem: Parameters<typeof problemLines>[1], columns?: number): string[] =>
  problemLines('error', problem, { cwd: place.path, stderr: { ...stderr, columns } });

describe('a mistake in a file', () => {
  test('has its place, its line with a caret, and what to do', () => {
    place.file('a.yaml', 'images:\n  - name: x\n    tag: 1.10\r\n');
    expect(
      shown({ ...at('a.yaml', 3, 10), what: '"tag" is the number 1.1', hint: 'quote it: "1.10"' }),
    ).toEqual([
      'error: "tag" is the number 1.1',
      ' --> a.yaml:3:10',
      '  |',
      '3 |     tag: 1.10',
      '  |          ^',
      'help: quote it: "1.10"',
    ]);
  });

  test('the number of the line has the room that it needs', () => {
    place.file('long.yaml', `${'#\n'.repeat(1233)}oops`);
    expect(shown({ ...at('long.yaml', 1234, 1), what: 'w' })).toEqual([
      'error: w',
      '    --> long.yaml:1234:1',
      '     |',
      '1234 | oops',
      '     | ^',
    ]);
  });

  test.each([
    ['a file that has gone', 'none.yaml', 1],
    ['a line that has gone', 'a.yaml', 99],
    ['a folder', '.', 1],
  ])('%s has no line to show', (_, file, line) => {
    expect(shown({ ...at(file, line, 1), what: 'w', hint: 'h' })).toEqual([
      'error: w',
      ` --> ${file}:${line}:1`.padStart(` --> ${file}:${line}:1`.length + String(line).length - 1),
      'help: h',
    ]);
  });

  test('what a symbolic link leads to is not shown', () => {
    secret.file('secret.yaml', 'auth: hunter2\n');
    symlinkSync(join(secret.path, 'secret.yaml'), join(place.path, 'link.yaml'));
    symlinkSync(secret.path, join(place.path, 'linked'));
    for (const file of ['link.yaml', 'linked/secret.yaml']) {
      expect(shown({ ...at(file, 1, 1), what: 'w' })).toEqual(['error: w', ` --> ${file}:1:1`]);
    }
  });

  test('what stands in no file has no place', () => {
    const location = { file: 'action inputs', line: 1, column: 1, nowhere: true } as const;
    expect(shown({ location, what: 'w' })).toEqual(['error: action inputs: w']);
    expect(shown({ what: 'w', hint: 'h' })).toEqual(['error: w', 'help: h']);
  });

  test('long sentences are broken at the width of the terminal, 80 columns when unknown', () => {
    const long = 'word '.repeat(60).trim();
    for (const columns of [undefined, 0, 40, 120]) {
      const lines = shown({ what: long, hint: long }, columns);
      expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(columns || 80);
      expect(lines.join(' ').match(/word/g)).toHaveLength(120);
    }
  });
});

describe('the line', () => {
  /** What is shown of a line in 40 columns behind its number, and the caret below. */
  const excerpt = (line: string, offset: number): { text: string; caret: string } => {
    place.file('line.yaml', line);
    const lines = shown({ ...at('line.yaml', 1, offset + 1), what: 'w' }, 44);
    return { text: lines[3]?.slice('1 | '.length) ?? '', caret: lines[4]?.slice('1 | '.length) ?? '' };
  };
  const under = (line: string, offset: number): string => {
    const { text, caret } = excerpt(line, offset);
    expect(columnsOf(text)).toBeLessThanOrEqual(40);
    expect(caret).toMatch(/^ *\^$/);
    let column = 0;
    return Array.from(text).find((one) => (column += columnsOf(one)) > caret.length - 1) ?? '';
  };

  test('a tab takes four columns', () => {
    expect(excerpt('\ttag: X', 6)).toEqual({ text: '    tag: X', caret: '         ^' });
  });

  test('wide characters take two, marks none', () => {
    expect(under('名前: X', '名前: '.length)).toBe('X');
    expect(under('😀😀 X', '😀😀 '.length)).toBe('X');
    expect(under('e\u0301e\u0301 X', 5)).toBe('X');
  });

  test('what a terminal would obey is shown as an escape, and the caret stays below its character', () => {
    expect(excerpt('\u001b[2J X', 5).text).toBe('\\x1b[2J X');
    expect(under('\u001b[2J X', 5)).toBe('X');
    expect(under('\u202eabc X', 5)).toBe('X');
  });

  test.each([0, 1, 39, 40, 41, 1000, 2_000_000, 3_999_998])(
    'a long line is cut around character %d',
    (offset) => {
      const line = 'a'.repeat(offset) + 'X' + 'b'.repeat(4_000_000 - offset - 1);
      expect(under(line, offset)).toBe('X');
    },
  );

  test('a caret behind the end of the line', () => {
    expect(excerpt('tag:', 4)).toEqual({ text: 'tag:', caret: '    ^' });
  });

  test('a short line is whole', () => {
    for (let at = 0; at < 38; at += 1) expect(excerpt('a'.repeat(38), at).text).toBe('a'.repeat(38));
  });
});

describe('what ends a command', () => {
  const failed = async (error: unknown, format: Parameters<typeof fail>[2]) => {
    const said = { stdout: '', stderr: '' };
    const stream = (name: keyof typeof said) => ({ write: (text: string) => (said[name] += text) });
    const io = { cwd: place.path, stdout: stream('stdout'), stderr: stream('stderr') };
    const code = await fail(error, io, format);
    return { code, ...said };
  };

  test('with --json the mistakes of a person are a document on stdout too', async () => {
    const problems = [{ ...at('b.yaml', 2, 3), what: 'w', hint: 'h' }, { what: 'v' }];
    const done = await failed(new UserError(problems), 'json');
    expect(done.code).toBe(2);
    expect(JSON.parse(done.stdout)).toEqual({
      version: 1,
      errors: [
        { file: 'b.yaml', line: 2, column: 3, message: 'w', hint: 'h' },
        { file: null, line: null, column: null, message: 'v', hint: null },
      ],
    });
    expect((await failed(new UserError(problems), 'text')).stdout).toBe('');
  });

  test('a failure outside is an error, and being stopped is none', async () => {
    expect(await failed(new OperationError('denied', 'no entry'), 'text')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: no entry\n',
    });
    expect((await failed(new OperationError('cancelled', 'stopped'), 'text')).stderr).toBe('stopped\n');
    expect((await failed(new OperationError('cancelled', 'stopped'), 'junit')).stdout).toBe('');
    expect((await failed(new OperationError('denied', 'no entry'), 'junit')).stdout).toContain(
      'name="no entry"',
    );
  });
});
