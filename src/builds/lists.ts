/** Inputs of the action that are lists, read as docker's own actions read theirs. Pure. */
import type { Parsed } from '../oci/reference.js';
import { readRecords } from './records.js';

export interface ListOptions {
  /** a comma separates items; else it belongs to the item and only lines separate */
  readonly commas?: boolean;
  /** lines that start with "#" are left out */
  readonly comments?: boolean;
}

/**
 * The items of an input, as docker/actions-toolkit reads it (src/util.ts, `getList`): CSV with quotation marks that may
 * hold commas and line breaks, `"FOO=bar, baz"`; one that stands elsewhere than around a cell is text. Without `commas`
 * the cells of a line are put together again. Items are trimmed, empty ones left out.
 */
export function inputList(
  text: string,
  { commas = false, comments = false }: ListOptions = {},
): Parsed<readonly string[]> {
  const read = readRecords(text, { relaxed: true, comments });
  if (!read.ok) {
    return {
      ok: false,
      what: `the quotation mark that starts in line ${read.line} does not end`,
      mend: 'close it; within quotation marks write "" for one',
    };
  }
  const items = commas
    ? read.records.flatMap((cells) => cells.flatMap((cell) => cell.split(',')))
    : read.records.map((cells) => cells.join(','));
  return { ok: true, value: items.map((item) => item.trim()).filter((item) => item !== '') };
}

/** An item `NAME=value`; null stands for a name alone. */
export type Pair = readonly [name: string, value: string | null];

export function pairOf(item: string): Pair {
  const equals = item.indexOf('=');
  return equals < 0 ? [item, null] : [item.slice(0, equals), item.slice(equals + 1)];
}

/**
 * Build arguments `NAME=value`; a name alone takes the value of that variable and is left out where there is none, as
 * `docker build --build-arg NAME` does (docker/buildx, util/buildflags and commands/build.go, `listToMap`).
 */
export function buildArguments(
  items: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    items.flatMap((item): [string, string][] => {
      const [name, given] = pairOf(item);
      const value = given ?? (Object.hasOwn(environment, name) ? environment[name] : undefined);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
