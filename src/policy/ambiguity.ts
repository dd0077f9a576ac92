/** Can some name be read by a pattern in two ways that give its fields different values? */
import { accepts, mayBeEmpty, type Pattern, type PatternPart } from '../pattern.js';

/** One character's worth of a pattern. A loop may be left or repeated after it was entered. */
interface Atom {
  readonly takes: (code: number) => boolean;
  readonly loop: boolean;
  readonly optional: boolean;
  readonly field: boolean;
}

// One character of each class that patterns tell apart; those of the pattern itself are added to them.
const CLASSES = '0a-._/~';

/**
 * Runs the pattern against itself: two readings of one text that are at different places, one of them inside a field,
 * and that both reach the end, make it ambiguous. The number of pairs is bounded by the square of the pattern's length;
 * of a pattern that takes more than `budget` steps nothing is said.
 */
export function isAmbiguous(pattern: Pattern, budget = 500_000): boolean {
  let left = budget;
  const atoms = pattern.parts.flatMap(atomsOf);
  const alphabet = [...new Set(unitsOf(CLASSES + pattern.source))];
  const size = atoms.length + 1;
  const seen = new Set<number>();
  const key = (a: number, b: number, parted: boolean) => (a * size + b) * 2 + (parted ? 1 : 0);
  const open = [{ a: 0, b: 0, parted: false }];
  for (let pair = open.pop(); pair; pair = open.pop()) {
    if (pair.parted && ends(atoms, pair.a) && ends(atoms, pair.b)) return true;
    for (const code of alphabet) {
      for (const { next: a, at: i, field } of steps(atoms, pair.a, code)) {
        if ((left -= size) < 0) return false;
        for (const { next: b, at: j, field: other } of steps(atoms, pair.b, code)) {
          const parted = pair.parted || (i !== j && (field || other));
          if (seen.has(key(a, b, parted))) continue;
          seen.add(key(a, b, parted));
          open.push({ a, b, parted });
        }
      }
    }
  }
  return false;
}

function unitsOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}

function atomsOf(part: PatternPart): Atom[] {
  if (part.kind === 'literal') {
    return unitsOf(part.text).map((unit) => ({
      takes: (code) => code === unit,
      loop: false,
      optional: false,
      field: false,
    }));
  }
  const width = part.kind === 'date' ? 8 : part.kind === 'digits' ? part.width : null;
  const atom = {
    takes: (code: number) => accepts(part, code),
    loop: width === null,
    optional: mayBeEmpty(part),
    field: 'name' in part,
  };
  return Array.from({ length: width ?? 1 }, () => atom);
}

/** The state after one character, and which atom took it. State i: atoms before i are done; the loop i-1 may go on. */
interface Step {
  readonly next: number;
  readonly at: number;
  readonly field: boolean;
}

function steps(atoms: readonly Atom[], state: number, code: number): Step[] {
  const found: Step[] = [];
  const before = atoms[state - 1];
  if (before?.loop && before.takes(code)) found.push({ next: state, at: state - 1, field: before.field });
  for (let i = state; i < atoms.length; i += 1) {
    const atom = atoms[i] as Atom;
    if (atom.takes(code)) found.push({ next: i + 1, at: i, field: atom.field });
    if (!atom.optional) break;
  }
  return found;
}

function ends(atoms: readonly Atom[], state: number): boolean {
  return atoms.slice(state).every((atom) => atom.optional);
}
