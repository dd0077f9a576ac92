/** What can be wrong with a rule although each of its parts can be read. */
import type { Problem } from '../errors.js';
import { parseTag } from '../oci/reference.js';
import type { CompiledRule } from './model.js';
import { UNIQUE } from './owner.js';
import { accepts, fieldNames, mayBeEmpty, type Pattern, type PatternPart } from './pattern.js';
import { type Template, uses, variablesOf } from './template.js';
import { numberNames, WHOLE_NAME } from './tag-patterns.js';

/** All problems of one rule, and warnings. */
export function checkRule(rule: CompiledRule, suffix: string): { problems: Problem[]; warnings: Problem[] } {
  const problems = [
    ...rule.tags.flatMap((template, i) => tagProblems(rule, template, suffix, ['tags', i])),
    ...rule.channels.flatMap((template, i) => tagProblems(rule, template, '', ['channels', i])),
    ...(rule.from ? tagProblems(rule, rule.from, '', ['from']) : []),
    ...unusedFields(rule),
    ...channelProblems(rule),
    ...combinationProblems(rule),
    ...constantTags(rule),
  ];
  return { problems, warnings: [...ambiguities(rule), ...sharedTags(rule), ...warnings(rule)] };
}

type Path = readonly (string | number)[];

function tagProblems(rule: CompiledRule, template: Template, suffix: string, path: Path): Problem[] {
  const at = (offset: number) => rule.origin.inside(offset, ...path);
  const problems: Problem[] = [];
  template.parts.forEach((part, i) => {
    if (part.kind !== 'literal') return;
    const bad = part.text.search(/[^A-Za-z0-9._-]/);
    if (bad >= 0) {
      const character = JSON.stringify(String.fromCodePoint(part.text.codePointAt(bad) ?? 0));
      problems.push({
        location: at(part.at + bad),
        what: `a tag cannot hold ${character}`,
        hint: 'use letters, digits, ".", "_" and "-"',
      });
    } else if (i === 0 && /^[.-]/.test(part.text)) {
      problems.push({
        location: at(part.at),
        what: `a tag cannot start with "${part.text.charAt(0)}"`,
        hint: 'start it with a letter, a digit or "_"',
      });
    }
  });
  if (problems.length > 0) return problems;
  const whole = template.parts.every((part) => part.kind === 'literal') ? parseTag(template.source) : null;
  if (whole?.ok === false) return [{ location: at(0), what: whole.what, hint: whole.hint }];
  const reserve = rule.stable === false ? 0 : suffix.length;
  const least = template.parts.reduce((sum, part) => sum + leastLength(part), 0) + reserve;
  if (least <= 128) return [];
  const stable = reserve > 0 ? ` with "${suffix}"` : '';
  return [
    {
      location: at(0),
      what: `the tag${stable} has at least ${least} characters`,
      hint: 'a tag has at most 128 characters; shorten it',
    },
  ];
}

const LEAST = new Map([
  ['sha', 40],
  ['timestamp', 16],
  ['date', 8],
  ['time', 6],
]);

function leastLength(part: Template['parts'][number]): number {
  if (part.kind === 'literal') return part.text.length;
  return part.width ?? LEAST.get(part.name) ?? 1;
}

function unusedFields(rule: CompiledRule): Problem[] {
  const used = (templates: readonly Template[], name: string) => templates.some((t) => uses(t, name));
  if (WHOLE_NAME.some((name) => used(rule.tags, name))) return [];
  const others = [...(rule.from ? [rule.from] : []), ...Object.values(rule.labels)];
  const key = rule.kind === 'tag' ? 'git_tag' : 'branch';
  return rule.patterns.flatMap((pattern, i) =>
    pattern.parts.flatMap((part): Problem[] => {
      if (!('name' in part) || used(rule.tags, part.name)) return [];
      const elsewhere = used(others, part.name) || used(rule.channels, part.name);
      if (elsewhere && UNIQUE.some((name) => used(rule.tags, name))) return [];
      return [
        {
          location: rule.origin.inside(part.at, key, i),
          what: `the field {${part.name}} is not in the tag, so refs that differ only there would get one tag`,
          hint: `use {${part.name}} or {${key}} in the tag, or write "*" in the pattern if it does not matter`,
        },
      ];
    }),
  );
}

function channelProblems(rule: CompiledRule): Problem[] {
  if (rule.channels.length === 0) return [];
  if (rule.kind === 'branch') return channelFields(rule);
  const texts = rule.patterns.flatMap((pattern, i): Problem[] => {
    const text = pattern.parts.find((part) => part.kind === 'text');
    if (!text) return [];
    return [
      {
        location: rule.origin.inside(text.at, 'git_tag', i),
        what: `{${text.name}:text} is no number, so a channel cannot tell which version is newer`,
        hint: 'match the version by number fields, as in "v{major}.{minor}.{patch}", or leave "channels" out',
      },
    ];
  });
  return texts.length > 0 ? texts : channelFields(rule);
}

/** A channel's value must be readable from tags in the registry, or the highest version cannot be found there. */
function channelFields(rule: CompiledRule): Problem[] {
  if (!isOrdered(rule)) return [];
  const readable = rule.tagPatterns.map(
    (shape) => new Set([...fieldNames(shape), ...(shape.spans ?? []).map(({ name }) => name)]),
  );
  return rule.channels.flatMap((channel, i) => {
    const hidden = variablesOf(channel).find(
      ({ name }) => name !== 'class' && !readable.some((names) => names.has(name)),
    );
    if (!hidden) return [];
    return [
      {
        location: rule.origin.inside(hidden.at, 'channels', i),
        what: `${hidden.source} is in the channel and not in the tag, so versions of the channel cannot be found in a registry`,
        hint: `put ${hidden.source} into the tag`,
      },
    ];
  });
}

/** Do tags of the rule hold numbers that can be compared? */
function isOrdered(rule: CompiledRule): boolean {
  return rule.tagPatterns.some((shape) => numberNames(shape).length > 0);
}

// Variables whose value is another one in the next push to the same branch.
const CHANGING = [...UNIQUE, 'date', 'time', 'base'];

/** A tag of a branch that the next push would want again: a primary tag never moves, so it would be refused. */
function constantTags(rule: CompiledRule): Problem[] {
  const changes = (template: Template) => CHANGING.some((name) => uses(template, name));
  // What is promoted from a fixed tag is the same image in every run.
  if (rule.kind === 'tag' || !rule.publish || (rule.from !== null && !changes(rule.from))) return [];
  return rule.tags.flatMap((tag, i): Problem[] => {
    if (changes(tag)) return [];
    return [
      {
        location: rule.origin.at('tags', i),
        what: `"${tag.source}" is the same tag at every push to a branch, and a primary tag never moves: the second push would be refused`,
        hint: `move it to channels: ['${tag.source}'], and write a tag that differs from push to push, such as '{branch}-{sha:12}'`,
      },
    ];
  });
}

function combinationProblems(rule: CompiledRule): Problem[] {
  const problems: Problem[] = [];
  if (rule.class === 'stable' && rule.stable !== false) {
    problems.push({
      location: rule.origin.at('stable'),
      what: 'a rule of class "stable" has no stable tag of its own',
      hint: 'remove "stable" and write the suffix into the tag',
    });
  }
  if (rule.claim !== null && !rule.tags.some((tag) => uses(tag, 'seq'))) {
    problems.push({
      location: rule.origin.at('claim'),
      what: '"claim" claims a number, and the tag has none',
      hint: 'put {seq:2} into the tag, or remove "claim"',
    });
  }
  rule.channels.forEach((channel, i) => {
    if (!rule.tags.some((tag) => tag.source === channel.source)) return;
    problems.push({
      location: rule.origin.at('channels', i),
      what: `${JSON.stringify(channel.source)} is both a tag and a channel`,
      hint: 'a tag never moves and a channel does; choose one',
    });
  });
  return problems;
}

function ambiguities(rule: CompiledRule): Problem[] {
  const key = rule.kind === 'tag' ? 'git_tag' : 'branch';
  return rule.patterns.flatMap((pattern: Pattern, i) => {
    if (!isAmbiguous(pattern)) return [];
    return [
      {
        location: rule.origin.at(key, i),
        what: `"${pattern.source}" can be read in several ways; fields further right take as little as they can`,
        hint: 'put a character between the fields that none of them takes, or give one a width',
      },
    ];
  });
}

/**
 * One of several tags that does not tell the refs of the rule apart: the first release gets it, and all later ones are
 * refused. People who come from docker/metadata-action write what should be channels like that.
 */
function sharedTags(rule: CompiledRule): Problem[] {
  const names = [...new Set(rule.patterns.flatMap(fieldNames))];
  return rule.tags.flatMap((tag, i) => {
    if ([...WHOLE_NAME, ...UNIQUE].some((name) => uses(tag, name))) return [];
    const missing = names.find((name) => !uses(tag, name));
    if (missing === undefined) return [];
    return [
      {
        location: rule.origin.at('tags', i),
        what: `"${tag.source}" leaves {${missing}} out, so only the first of the refs that differ there can have it, and the others are refused`,
        hint: 'write it under "channels" if it is to move from one to the next',
      },
    ];
  });
}

function warnings(rule: CompiledRule): Problem[] {
  if (rule.channels.length === 0 || isOrdered(rule)) return [];
  return [
    {
      location: rule.origin.at('channels'),
      what: 'the tags of this rule hold no number, so these channels follow the last run, not the newest version',
      hint: 'put {run_number}, {timestamp} or {date}{seq:2} into the tag',
    },
  ];
}

// Can some name be read by a pattern in two ways that give its fields different values?

/** One character's worth of a pattern. A loop may be left or repeated after it was entered. */
interface Atom {
  readonly takes: (code: number) => boolean;
  readonly loop: boolean;
  readonly optional: boolean;
  readonly field: boolean;
}

// One character of each class that patterns tell apart; those of the pattern itself are added to them.
const CLASSES = '0a-._/~';
const BUDGET = 500_000;

/**
 * Runs the pattern against itself: two readings of one text that are at different places, one of them inside a field,
 * and that both reach the end, make it ambiguous. The number of pairs is bounded by the square of the pattern's length;
 * of a pattern that takes more steps than the budget nothing is reported.
 */
function isAmbiguous(pattern: Pattern): boolean {
  let left = BUDGET;
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
