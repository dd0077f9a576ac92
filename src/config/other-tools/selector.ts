/** Names that a registry lists → those that selections choose. RE2 is loaded with the first selection, and not before. */
import { type Problem, UserError } from '../../errors.js';
import { RUN_LIMITS } from '../../shared/limits.js';
import type { Expression, NameFilter, Selection, TagFilter } from '../model.js';
import { parseRange, type RangeTest } from './ranges.js';

export interface Selector {
  /** @throws UserError when the expressions of the run have cost more than they may */
  repositories(selection: Selection, names: readonly string[]): readonly string[];
  tags(selection: Selection, names: readonly string[]): readonly string[];
}

type Test = (name: string) => boolean;

/** Longest expression. */
const MAX_LENGTH = 1_000;
/** What stands for itself in RE2, and so needs no engine: most expressions are plain tags. */
const LITERAL = /^\^((?:[A-Za-z0-9_-]|\\\.)*)\$$/;

/** @throws UserError with every expression that is none */
export async function createSelector(selections: readonly Selection[]): Promise<Selector> {
  const { RE2JS } = await import('re2js');
  const problems: Problem[] = [];
  const tests = new Map<string, Test>();
  let room: number = RUN_LIMITS.programs;
  let left: number = RUN_LIMITS.matching;
  let current: Selection | undefined;

  function add({ re2, origin }: Expression): void {
    if (tests.has(re2) || room < 0) return;
    tests.set(re2, compile(re2, origin));
    if (room >= 0) return;
    const what = 'the expressions up to here are too large together';
    problems.push({
      location: origin.at(),
      what,
      hint: 'write shorter ones, or run Retag for each file by itself',
    });
  }

  function compile(re2: string, origin: Expression['origin']): Test {
    const literal = LITERAL.exec(re2)?.[1];
    if (literal !== undefined) return (name) => name === literal.replaceAll('\\', '');
    try {
      if (re2.length > MAX_LENGTH) throw new RangeError(`it has more than ${MAX_LENGTH} characters`);
      const compiled = RE2JS.compile(re2);
      const size = compiled.programSize();
      room -= size;
      return (name) => {
        if ((left -= size * (name.length + 1)) < 0) throw tooMuch(current);
        return compiled.matcher(name).find();
      };
    } catch (error) {
      const why = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : '';
      problems.push({ location: origin.at(), what: `this is not an expression of RE2: ${why}`, hint: HINT });
      return () => false;
    }
  }

  for (const { repositories, tags } of selections) {
    for (const { allow, deny } of [repositories, ...tags]) {
      for (const each of [...allow, ...deny]) add(each);
    }
  }
  if (problems.length > 0) throw new UserError(problems.slice(0, RUN_LIMITS.problems));

  const passes = ({ allow, deny }: NameFilter, name: string): boolean => {
    const matches = (each: Expression): boolean => tests.get(each.re2)?.(name) === true;
    return (allow.length === 0 || allow.some(matches)) && !deny.some(matches);
  };
  return {
    repositories(selection, names) {
      current = selection;
      return names.filter((name) => passes(selection.repositories, name));
    },
    tags(selection, names) {
      current = selection;
      const sets = selection.tags.map((set) => ({ set, ranges: rangesOf(set) }));
      return names.filter(
        (name) =>
          sets.length === 0 ||
          sets.some(({ set, ranges }) => {
            return (ranges.length === 0 || ranges.some((lies) => lies(name))) && passes(set, name);
          }),
      );
    },
  };
}

const HINT = 'write it as Go does (https://github.com/google/re2/wiki/Syntax)';

function rangesOf({ ranges }: TagFilter): RangeTest[] {
  return ranges.flatMap(({ dialect, text }) => {
    const parsed = parseRange(dialect, text);
    return parsed.ok ? [parsed.value] : [];
  });
}

function tooMuch(selection: Selection | undefined): UserError {
  const what = 'the expressions of this run are too large for so many tags';
  const hint = 'write shorter expressions, or run Retag for each file by itself';
  return new UserError({ ...(selection && { location: selection.origin.at() }), what, hint });
}
