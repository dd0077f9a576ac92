/** argv → flags and words, whatever their order. Flags that do not exist are told, and read as the ones that were meant. */
import { parseArgs } from 'node:util';

import { suggest } from '../shared/text.js';

/** What of a flag decides how the words behind it are read. */
export type Shapes = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;

export interface GivenFlag {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/** A flag as it was written that does not exist, and the one that was meant. */
export interface UnknownFlag {
  readonly written: string;
  readonly near: string | undefined;
}

export interface Words {
  /** those that exist, as they were written */
  readonly flags: readonly GivenFlag[];
  readonly unknown: readonly UnknownFlag[];
  readonly words: readonly string[];
}

/**
 * Takes argv apart. A word behind a flag that takes a value is that value, also where the flag is misspelt or has one dash:
 * so one slip is one mistake.
 */
export function wordsOf(argv: readonly string[], shapes: Shapes): Words {
  const options = Object.fromEntries(Object.entries(shapes).map(([name, { type }]) => [name, { type }]));
  const unknown: UnknownFlag[] = [];
  let args = argv.map((text) => ({ text, mended: false }));
  for (;;) {
    const texts = args.map(({ text }) => text);
    const { tokens } = parseArgs({
      args: texts,
      options,
      strict: false,
      allowPositionals: true,
      tokens: true,
    });
    const strange = tokens.find((token) => token.kind === 'option' && !Object.hasOwn(shapes, token.name));
    if (strange === undefined) {
      return {
        flags: tokens.flatMap((token) =>
          token.kind === 'option' && args[token.index]?.mended !== true ? [token] : [],
        ),
        unknown,
        words: tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : [])),
      };
    }
    const text = texts[strange.index] ?? '';
    const [, written = text, name = '', value = ''] = /^(-+([^=]*))(.*)$/s.exec(text) ?? [];
    const near = suggest(name, Object.keys(shapes));
    unknown.push({ written, near });
    const meant = near === undefined ? [] : [{ text: `--${near}${value}`, mended: true }];
    args = [...args.slice(0, strange.index), ...meant, ...args.slice(strange.index + 1)];
  }
}
