/** argv → flags and words, whatever their order. Flags that do not exist are reported, and read as the ones that were meant. */
import { parseArgs } from 'node:util';
import type { Problem } from '../errors.js';
import { suggest } from '../shared/text.js';

/** What of a flag decides how the words behind it are read. */
type Shapes = Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly short?: string }>>;

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

interface Words {
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
  let args = longForms(argv, shapes).map((text) => ({ text, corrected: false }));
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
          token.kind === 'option' && args[token.index]?.corrected !== true ? [token] : [],
        ),
        unknown,
        words: tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : [])),
      };
    }
    const text = texts[strange.index] ?? '';
    const [, written = text, name = '', value = ''] = /^(-+([^=]*))(.*)$/s.exec(text) ?? [];
    const near = suggest(name, Object.keys(shapes));
    unknown.push({ written, near });
    const meant = near === undefined ? [] : [{ text: `--${near}${value}`, corrected: true }];
    args = [...args.slice(0, strange.index), ...meant, ...args.slice(strange.index + 1)];
  }
}

/** `-c FILE` → `--config FILE`, `-qy` → `--quiet --yes`. What is neither is left, to be told as a mistake. */
function longForms(argv: readonly string[], shapes: Shapes): string[] {
  const end = argv.indexOf('--');
  const name = (letter: string): string | undefined =>
    Object.keys(shapes).find((each) => shapes[each]?.short === letter);
  return argv.flatMap((text, at) => {
    const [, letters = '', value = ''] = /^-([a-zA-Z]+)(=.*)?$/s.exec(text) ?? [];
    const names = Array.from(letters, name);
    const isGroup =
      names.every((each) => each !== undefined && shapes[each]?.type === 'boolean') && value === '';
    if (letters === '' || (end >= 0 && at > end) || !(names.length === 1 || isGroup)) return [text];
    return names.map((each) => (each === undefined ? text : `--${each}${value}`));
  });
}

/** What of a flag decides whether it is used as it should be. */
interface Usable {
  readonly type: 'string' | 'boolean';
  readonly multiple?: true;
  readonly commands: readonly string[];
  readonly value?: string;
}

/** What is wrong with a flag that exists, where it stands; `values` are those before it. */
export function misuse(
  command: string,
  { name, rawName, value, inlineValue }: GivenFlag,
  flag: Usable | undefined,
  values: ReadonlyMap<string, unknown>,
): Problem | null {
  if (flag === undefined) throw new Error(`--${name} is not in the table`);
  if (!flag.commands.includes(command)) {
    return {
      what: `${rawName} does not go with "retag ${command}"`,
      hint: `it goes with: ${flag.commands.join(', ')}`,
    };
  }
  if (flag.type === 'boolean') return inlineValue === true ? { what: `${rawName} takes no value` } : null;
  const hint = `write ${rawName}=${flag.value ?? 'VALUE'}`;
  if (value === undefined || value === '') return { what: `${rawName} needs a value`, hint };
  if (inlineValue !== true && value.startsWith('-') && value.length > 1) {
    return { what: `${rawName} needs a value, not ${value}`, hint };
  }
  return flag.multiple !== true && values.has(name)
    ? { what: `${rawName} is given twice`, hint: 'give it once' }
    : null;
}
