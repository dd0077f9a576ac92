import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A string in a test file that can be the name of a test or of a case. */
export interface Title {
  readonly file: string;
  readonly text: string;
}

/** Every string of one line in the test files below `directories` that names a row or a threat. */
export function titlesIn(directories: readonly string[]): readonly Title[] {
  return directories.flatMap((directory) =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts') || name.endsWith('suite.ts'))
      .flatMap((name) => {
        const file = join(directory, name);
        const text = readFileSync(file, 'utf8');
        return [...text.matchAll(STRING)].map(([, , title = '']) => ({ file, text: title }));
      }),
  );
}

const STRING = /(['"`])((?:(?!\1).)*\b(?:rows?|threats?) \d+(?:(?!\1).)*)\1/g;

/** The numbers that a title names: `row 7`, `rows 90, 91`, `rows 7 and 96`. */
export function numbersIn(title: string, word: 'row' | 'threat'): readonly number[] {
  const lists = title.matchAll(new RegExp(`\\b${word}s? (\\d+(?:(?:, | and )\\d+)*)`, 'g'));
  return [...lists].flatMap(([, list = '']) => list.split(/, | and /).map(Number));
}
