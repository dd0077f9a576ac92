/** A text that two patterns both match, for patterns of literals, numbers and days. */
import type { Pattern, PatternPart } from '../pattern.js';

/** One character's worth of a pattern; a loop may repeat. */
interface Atom {
  readonly takes: string;
  readonly loop: boolean;
}

const DIGITS = '1023456789';

/** The shortest text of both, or null when there is none. At most as many steps as the product of their lengths. */
export function commonText(a: Pattern, b: Pattern): string | null {
  const [left, right] = [a.parts.flatMap(atomsOf), b.parts.flatMap(atomsOf)];
  const seen = new Set<number>();
  const open = [{ i: 0, j: 0, text: '' }];
  for (const { i, j, text } of open) {
    if (i === left.length && j === right.length) return text;
    for (const [ni, x] of steps(left, i)) {
      for (const [nj, y] of steps(right, j)) {
        const key = ni * (right.length + 1) + nj;
        const character = Array.from(x.takes).find((each) => y.takes.includes(each));
        if (character === undefined || seen.has(key)) continue;
        seen.add(key);
        open.push({ i: ni, j: nj, text: text + character });
      }
    }
  }
  return null;
}

/** The atoms that may take the next character, with the state after it. */
function steps(atoms: readonly Atom[], state: number): [number, Atom][] {
  const [before, next] = [atoms[state - 1], atoms[state]];
  return [
    ...(next ? [[state + 1, next] as [number, Atom]] : []),
    ...(before?.loop ? [[state, before] as [number, Atom]] : []),
  ];
}

function atomsOf(part: PatternPart): Atom[] {
  const one = (takes: string): Atom => ({ takes, loop: false });
  if (part.kind === 'literal') return Array.from(part.text, one);
  // Every year has a first of January.
  if (part.kind === 'date')
    return ['2013456789', '0123456789', '2013456789', '0123456789', '0', '1', '0', '1'].map(one);
  const width = part.kind === 'digits' ? part.width : null;
  if (width === null) return [{ takes: DIGITS, loop: true }];
  return Array.from({ length: width }, () => one(DIGITS));
}
