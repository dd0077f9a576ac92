/**
 * Version ranges as the libraries of two tools read them. They agree neither with each other nor with npm: the table in
 * docs/coming-from-other-tools.md says where, and `__tests__/config/other-tools/ranges.test.ts` holds both against what the libraries answer.
 */
import type { Parsed } from '../../errors.js';
import type { RangeDialect } from '../model.js';

interface Version {
  readonly parts: readonly bigint[];
  readonly pre: string;
}

/** Does a tag lie in the range? A tag that is no version of the dialect does not. */
export type RangeTest = (tag: string) => boolean;

/** Longest range. The grammars below take at most its square. */
const MAX_RANGE = 256;

export function parseRange(dialect: RangeDialect, text: string): Parsed<RangeTest> {
  const test = text.length > MAX_RANGE ? null : DIALECTS[dialect](text);
  if (test !== null) return { ok: true, value: test };
  return { ok: false, what: `"${text.slice(0, 80)}" is not a version range`, hint: HINTS[dialect] };
}

const HINTS: Readonly<Record<RangeDialect, string>> = {
  masterminds: 'write it as ">= 1.2, < 2 || ~3.1"',
  regclient:
    'write it as ">=1.2 <2", without spaces behind the operators; alternatives are further items of the list',
};

const DIALECTS: Readonly<Record<RangeDialect, (text: string) => RangeTest | null>> = {
  masterminds: mastermindsRange,
  regclient: regclientRange,
};

function compareParts(a: readonly bigint[], b: readonly bigint[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const [left, right] = [a[i] ?? 0n, b[i] ?? 0n];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

function compare(a: Version, b: Version, comparePre: (a: string, b: string) => number): number {
  const parts = compareParts(a.parts, b.parts);
  if (parts !== 0 || a.pre === b.pre) return parts;
  if (a.pre === '' || b.pre === '') return a.pre === '' ? 1 : -1;
  return comparePre(a.pre, b.pre);
}

function sign(smaller: boolean): number {
  return smaller ? -1 : 1;
}

// Masterminds/semver v3.5.0 (constraints.go, version.go), which skopeo uses.

const UINT64 = 2n ** 64n;
const NUMBERS =
  /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

function mastermindsVersion(text: string): Version | null {
  const [, major, minor = '0', patch = '0', pre = ''] = NUMBERS.exec(text) ?? [];
  if (major === undefined) return null;
  const parts = [major, minor, patch].map(BigInt);
  const leadingZero = pre.split('.').some((part) => /^0\d+$/.test(part));
  return leadingZero || parts.some((part) => part >= UINT64) ? null : { parts, pre };
}

function mastermindsPre(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const [one = '', other = ''] = [left[i], right[i]];
    if (one === other) continue;
    if (one === '' || other === '') return sign(one === '');
    const [isNumber, otherIs] = [one, other].map((part) => /^\d+$/.test(part) && BigInt(part) < UINT64);
    if (isNumber && otherIs) return sign(BigInt(one) <= BigInt(other));
    if (isNumber || otherIs) return sign(isNumber === true);
    return sign(one <= other);
  }
  return 0;
}

interface Constraint {
  readonly operator: string;
  readonly than: Version;
  /** which part was an `x` or was left out: the first of them */
  readonly open: 'major' | 'minor' | 'patch' | null;
}

const PART = '[0-9|xX*]+';
const PARTS = `v?(${PART})(?:\\.(${PART}))?(?:\\.(${PART}))?(-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?`;
const CONSTRAINT = new RegExp(`\\s*(!=|>=|=>|<=|=<|~>|=|>|<|~|\\^|)\\s*${PARTS}(\\s*)`, 'y');
const BARE = PARTS.replaceAll(/\((?!\?)/g, '(?:');
const HYPHEN = new RegExp(`\\s*(${BARE})\\s+-\\s+(${BARE})\\s*`, 'g');

function mastermindsRange(text: string): RangeTest | null {
  const groups = text
    .replace(HYPHEN, (_, low: string, high: string) => `>= ${low}, <= ${high} `)
    .split('||')
    .map(constraintsOf);
  if (groups.includes(null)) return null;
  return (tag) => {
    const version = mastermindsVersion(tag);
    if (version === null) return false;
    return groups.some((all) => {
      // A pre-release lies in no range that names none.
      if (version.pre !== '' && !(all ?? []).some(({ than }) => than.pre !== '')) return false;
      return (all ?? []).every((one) => holds(one, version));
    });
  };
}

/** Constraints with commas or spaces between them; null for anything else. */
function constraintsOf(text: string): Constraint[] | null {
  const found: Constraint[] = [];
  CONSTRAINT.lastIndex = 0;
  for (;;) {
    const match = CONSTRAINT.exec(text);
    if (match === null) return null;
    const [whole, operator = '', major = '', minor = '', patch = '', pre = '', space = ''] = match;
    const constraint = constraintOf(operator, [major, minor, patch], pre);
    if (constraint === null || whole === '') return null;
    found.push(constraint);
    const at = CONSTRAINT.lastIndex;
    if (at === text.length) return found;
    if (text[at] === ',') CONSTRAINT.lastIndex = at + 1;
    else if (space === '') return null;
    else CONSTRAINT.lastIndex = at;
  }
}

function constraintOf(operator: string, numbers: readonly string[], pre: string): Constraint | null {
  const first = numbers.findIndex((part) => part === '' || /^[xX*]$/.test(part));
  const known = first < 0 ? numbers : numbers.slice(0, first);
  const than = mastermindsVersion([...known, '0', '0', '0'].slice(0, 3).join('.') + pre);
  if (than === null) return null;
  return { operator, than, open: ([null, 'major', 'minor', 'patch'] as const)[first + 1] ?? null };
}

function holds({ operator, than, open }: Constraint, version: Version): boolean {
  const order = compare(version, than, mastermindsPre);
  const [sameMajor, sameMinor, samePatch] = than.parts.map((part, i) => part === version.parts[i]);
  switch (operator) {
    case '!=':
      if (open === null || !sameMajor) return open === null ? order !== 0 : true;
      if (open === 'minor') return false;
      if (open === 'major') return !sameMinor || !samePatch || order !== 0;
      return (
        !sameMinor || ((version.pre !== '' || than.pre !== '') && mastermindsPre(version.pre, than.pre) !== 0)
      );
    case '>':
      if (open === null || open === 'major') return order > 0;
      if (!sameMajor) return compareParts(version.parts.slice(0, 1), than.parts.slice(0, 1)) > 0;
      return open === 'patch' && compareParts(version.parts.slice(0, 2), than.parts.slice(0, 2)) > 0;
    case '<':
      return order < 0;
    case '>=':
    case '=>':
      return order >= 0;
    case '<=':
    case '=<':
      if (open === null) return order <= 0;
      return (
        compareParts(
          version.parts.slice(0, open === 'minor' ? 1 : 2),
          than.parts.slice(0, open === 'minor' ? 1 : 2),
        ) <= 0
      );
    case '^':
      return order >= 0 && caret(version, than, open);
    case '~':
    case '~>':
      return order >= 0 && tilde(version, than, open);
    default:
      return open === null ? order === 0 : order >= 0 && tilde(version, than, open);
  }
}

function tilde({ parts }: Version, than: Version, open: Constraint['open']): boolean {
  if (than.parts.every((part) => part === 0n) && open !== 'minor' && open !== 'patch') return true;
  return parts[0] === than.parts[0] && (open === 'minor' || parts[1] === than.parts[1]);
}

/** What follows the first part that is not zero may grow. */
function caret({ parts }: Version, than: Version, open: Constraint['open']): boolean {
  if (parts[0] !== than.parts[0]) return false;
  if (than.parts[0] !== 0n || open === 'minor') return true;
  if (parts[1] !== than.parts[1]) return false;
  return than.parts[1] !== 0n || open === 'patch' || parts[2] === than.parts[2];
}

// regclient's own reading (internal/semver/semver.go), which regsync uses.

const INT64 = 2n ** 63n;

function regclientVersion(text: string): Version | null {
  const [core = ''] = text.replace(/^v/, '').split('+', 1);
  const dash = core.indexOf('-');
  const numbers = (dash < 0 ? core : core.slice(0, dash)).split('.');
  if (!numbers.every((part) => isInt(part))) return null;
  return { parts: numbers.map(BigInt), pre: dash < 0 ? '' : core.slice(dash + 1) };
}

function isInt(text: string): boolean {
  return /^\d+$/.test(text) && BigInt(text) < INT64;
}

function regclientPre(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const order = regclientPart(left[i] ?? '', right[i] ?? '');
    if (order !== null) return order;
  }
  return Math.sign(left.length - right.length);
}

/** Letters and digits in turn; null when the next part decides. Two parts that end in letters are equal to it, whatever comes behind them. */
function regclientPart(a: string, b: string): number | null {
  let [one, other] = [a, b];
  while (one !== '' && other !== '') {
    const [, head = '', number = '', tail = ''] = /^(\D*)(\d*)(.*)$/s.exec(one) ?? [];
    const [, otherHead = '', otherNumber = '', otherTail = ''] = /^(\D*)(\d*)(.*)$/s.exec(other) ?? [];
    if (head !== otherHead) return sign(head < otherHead);
    if (!isInt(number) || !isInt(otherNumber)) return Number(isInt(number)) - Number(isInt(otherNumber));
    if (BigInt(number) !== BigInt(otherNumber)) return sign(BigInt(number) < BigInt(otherNumber));
    [one, other] = [tail, otherTail];
  }
  if (one === other) return null;
  return one === '' ? -1 : 1;
}

function regclientRange(text: string): RangeTest | null {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const bounds = words.map(boundsOf);
  if (words.length === 0 || bounds.includes(null)) return null;
  const all = bounds.flatMap((each) => each ?? []);
  return (tag) => {
    const version = regclientVersion(tag);
    return (
      version !== null && all.every(({ than, allowed }) => allowed(compare(version, than, regclientPre)))
    );
  };
}

interface Bound {
  readonly than: Version;
  readonly allowed: (order: number) => boolean;
}

type Order = readonly [string, Bound['allowed']];
const ORDERS: readonly [Order, ...Order[]] = [
  ['>=', (order) => order >= 0],
  ['<=', (order) => order <= 0],
  ['>', (order) => order > 0],
  ['<', (order) => order < 0],
  ['=', (order) => order === 0],
  ['', (order) => order === 0],
];

function boundsOf(word: string): Bound[] | null {
  if (/^[\^~]/.test(word)) return wideBounds(word.startsWith('~'), regclientVersion(word.slice(1)));
  const [operator, allowed] = ORDERS.find(([each]) => word.startsWith(each)) ?? ORDERS[0];
  const than = regclientVersion(word.slice(operator.length));
  return than === null ? null : [{ than, allowed }];
}

function wideBounds(isTilde: boolean, than: Version | null): Bound[] | null {
  if (than === null) return null;
  const below = { parts: isTilde ? after(than.parts, 1) : afterCaret(than.parts), pre: '' };
  return [
    { than, allowed: (order) => order >= 0 },
    { than: below, allowed: (order) => order < 0 },
  ];
}

/** The first version in which the part at `index` is greater. */
function after(parts: readonly bigint[], index: number): bigint[] {
  const kept = [0, 1, 2].slice(0, index).map((i) => parts[i] ?? 0n);
  return [...kept, (parts[index] ?? 0n) + 1n];
}

function afterCaret(parts: readonly bigint[]): bigint[] {
  if ((parts[0] ?? 0n) > 0n) return after(parts, 0);
  return (parts[1] ?? 0n) > 0n ? after([0n, ...parts.slice(1)], 1) : [0n, 0n, (parts[2] ?? 0n) + 1n];
}
