/**
 * What all parts of the definition are made of. The definition serves twice: valibot checks data with it, and
 * the JSON Schema for editors is generated from it. Checks that say more than a type are raw checks whose issue
 * carries what is wrong as `message`, with `{it}` for the thing itself, and how to fix it as `expected`;
 * `problems.ts` reads them so.
 */
import * as v from 'valibot';
import type { Parsed } from '../../errors.js';
import { parseDuration, suggest } from '../../shared/text.js';

type Json = Record<string, unknown>;

/** Longest single value. More is a mistake, and would only flood messages. */
const MAX_LINE = 4_096;

const NO_MERGE = 'write the keys out: YAML 1.2 has no merge keys';

// The data of a document has mappings without prototype; lists and dates have one.
const isMapping = v.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null,
);

/**
 * Adds an issue about the key `key` of the mapping in hand, or about the mapping itself. Gives false when the document
 * has so many that no further is wanted.
 */
export type Tell = (what: string, hint: string, key?: string, at?: 'key' | 'value') => boolean;

/** How many more mistakes are looked for. Shared by all files of a run: many short ones are as good as one long. */
export interface Patience {
  left: number;
}

/**
 * As valibot's `safeParse`, but checks stop when there is no patience left. `spent`: they did, so that without issues the data is
 * not valid either. The count goes through the definition in valibot's options, of which `safeParse` keeps only its own.
 */
export function judge<S extends v.GenericSchema>(schema: S, data: unknown, patience: Patience) {
  const { issues, value } = schema['~run']({ value: data }, { patience } as object);
  return { issues: issues ?? [], value: value as v.InferOutput<S>, spent: patience.left <= 0 };
}

function patienceOf(config: object): Patience {
  return (config as { patience?: Patience }).patience ?? { left: Infinity };
}

/** A check over several keys of a mapping. It also runs when some values are wrong, so it must trust no type. */
export function across<T>(check: (fields: Readonly<Record<string, unknown>>, tell: Tell) => void) {
  return v.rawCheck<T>(({ dataset, config, addIssue }) => {
    const patience = patienceOf(config);
    if (patience.left <= 0) return;
    const fields: unknown = dataset.value;
    // anything but a mapping has been reported already
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields) || fields instanceof Date) return;
    const input = fields as Record<string, unknown>;
    check(input, (what, hint, key, at = 'value') => {
      const item: v.ObjectPathItem = { type: 'object', origin: at, input, key: key ?? '', value: undefined };
      addIssue({ message: what, expected: hint, ...(key === undefined ? {} : { path: [item] }) });
      return (patience.left -= 1) > 0;
    });
  });
}

/**
 * A mapping with known keys only. `others` tells people with a key of another place or tool what to do.
 */
export function mapping<E extends v.ObjectEntries>(
  title: string,
  entries: E,
  options: { readonly json?: Json; readonly others?: Readonly<Record<string, string>> } = {},
) {
  const known = Object.keys(entries);
  const others = new Map(Object.entries(options.others ?? {}));
  return v.pipe(
    isMapping,
    v.looseObject(entries),
    across((fields, tell) => {
      for (const key of Object.keys(fields)) {
        if (known.includes(key)) continue;
        const near = suggest(key, known);
        const hint =
          others.get(key) ??
          (key === '<<' ? NO_MERGE : near ? `write "${near}"` : `use one of ${known.join(', ')}`);
        if (!tell(`unknown key ${JSON.stringify(key.slice(0, 80))}`, hint, key, 'key')) return;
      }
    }),
    v.metadata({ title, additionalProperties: false, ...options.json }),
  );
}

/** A mapping of free keys, each of which must pass `key`. */
export function record<V extends v.GenericSchema>(key: v.GenericSchema<string, string>, value: V) {
  return v.pipe(isMapping, v.record(key, value));
}

/** Text that a grammar accepts. `json` is added to the JSON Schema. */
export function text(parse: (text: string) => Parsed<unknown>, json: Json = {}) {
  return v.pipe(
    v.string(),
    v.rawCheck(({ dataset, config, addIssue }) => {
      const patience = patienceOf(config);
      if (!dataset.typed || patience.left <= 0) return;
      const parsed = parse(dataset.value);
      if (parsed.ok) return;
      patience.left -= 1;
      addIssue({ message: parsed.what, expected: parsed.hint });
    }),
    v.metadata(json),
  );
}

/** A grammar that is one regular expression, linear in the text. */
export function matching(pattern: RegExp, what: string, hint: string) {
  return text(
    (value) =>
      pattern.test(value) ? { ok: true, value } : { ok: false, what: `${quote(value)} is not ${what}`, hint },
    { pattern: pattern.source },
  );
}

/** One line of text, not empty. */
export const line = text(parseLine, { minLength: 1, maxLength: MAX_LINE });

/** Text that may be empty and may have several lines. */
export const anyText = v.string();

/** A path inside the workspace. Whether it is there, and stays inside, is checked where it is opened. */
export const localPath = text(parseLocalPath, { minLength: 1 });

/** A list that is not empty. */
export function some<S extends v.GenericSchema>(item: S) {
  return v.pipe(
    v.array(item),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!Array.isArray(dataset.value) || dataset.value.length > 0) return;
      addIssue({ message: '{it} is an empty list', expected: 'put something in it or remove the key' });
    }),
    v.metadata({ minItems: 1 }),
  );
}

/** One, or a list that is not empty. */
export function oneOrSome<S extends v.GenericSchema>(item: S) {
  return v.union([item, some(item)]);
}

/** Exactly one of these keys must be given; with what to do when none is. */
export function exactlyOne<T>(keys: readonly string[], hint: string) {
  return across<T>((fields, tell) => {
    const given = keys.filter((key) => fields[key] !== undefined);
    const all = keys.map((key) => `"${key}"`).join(' and ');
    if (given.length === 0) tell(`{it} has none of ${all}`, hint);
    else if (given.length > 1) tell(`{it} has both ${given.map((k) => `"${k}"`).join(' and ')}`, 'keep one of them', given[1], 'key');
  });
}

/** Adds the text that editors show for a key. */
export function about<S extends v.GenericSchema>(schema: S, description: string) {
  return v.pipe(schema, v.description(description));
}

export function quote(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
}

// eslint-disable-next-line no-control-regex
const CONTROL = /[\0-\x1f\x7f-\x9f\u2028\u2029]/;

function parseLine(value: string): Parsed<string> {
  if (value.trim() === '') return { ok: false, what: '{it} is empty', hint: 'give it a value or remove the key' };
  if (CONTROL.test(value)) {
    return { ok: false, what: `${quote(value)} has a line break or control character`, hint: 'write it on one line' };
  }
  if (value.length > MAX_LINE) {
    return { ok: false, what: `{it} is longer than ${MAX_LINE} characters`, hint: 'shorten it' };
  }
  return { ok: true, value };
}

function parseLocalPath(value: string): Parsed<string> {
  const parsed = parseLine(value);
  if (!parsed.ok) return parsed;
  if (value.startsWith('-')) {
    return { ok: false, what: `${quote(value)} begins with "-"`, hint: `write "./${value}" if it is a path` };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value) || /^git@/.test(value)) {
    return { ok: false, what: `${quote(value)} is not a path in the workspace`, hint: 'check it out and give its path' };
  }
  return { ok: true, value };
}

const KINDS = ['check', 'workflow', 'approved_by'] as const;

/** Which kind of gate each key belongs to; `green_for` goes with a check and with a workflow. */
const KEYS_OF: Readonly<Record<(typeof KINDS)[number], readonly string[]>> = {
  check: ['app', 'repo', 'ref', 'green_for'],
  workflow: ['branch', 'consecutive', 'green_for'],
  approved_by: [],
};

/** A condition outside the registry (docs/gates.md). */
export const gate = v.pipe(
  mapping('A condition that must hold before a tag is written', {
    check: v.optional(about(line, 'Name of a check run or commit status that must be green.')),
    app: v.optional(
      about(
        matching(
          /^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/,
          'the short name of a GitHub App',
          'write the last part of its address, github.com/apps/NAME, such as "github-actions"',
        ),
        'Only the check of this GitHub App counts. Default: every source that reports the name must be green.',
      ),
    ),
    repo: v.optional(
      about(
        matching(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/[A-Za-z0-9._-]{1,100}$/, 'a repository', 'write it as "OWNER/NAME"'),
        'Repository of the check, as OWNER/NAME. Default: this one.',
      ),
    ),
    ref: v.optional(about(line, 'Branch, tag or commit that the check is on. Default: the commit that the image is from, or the default branch of another "repo".')),
    workflow: v.optional(
      about(
        matching(
          /^(?:\.github\/workflows\/)?[A-Za-z0-9._-]+\.ya?ml$/,
          'the file name of a workflow',
          'write the name of a file in .github/workflows, such as "e2e.yaml"',
        ),
        'File name of a workflow whose last runs must be green.',
      ),
    ),
    branch: v.optional(about(line, 'Branch of the workflow runs. Default: the default branch.')),
    consecutive: v.optional(
      about(
        v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)),
        'How many of the last completed runs must all be green. Default: 1.',
      ),
    ),
    approved_by: v.optional(about(line, 'Team or user that must have approved.')),
    green_for: v.optional(
      about(
        text(parseDuration, { pattern: '^[0-9]+[smhdw]$', examples: ['30d'] }),
        'How long it must have been green, such as 30d.',
      ),
    ),
  }),
  across((fields, tell) => {
    const given = KINDS.filter((kind) => fields[kind] !== undefined);
    const [kind, second] = given;
    if (kind === undefined) {
      tell('{it} names no check', 'add "check", "workflow" or "approved_by"');
    } else if (second !== undefined) {
      tell(`{it} has both "${kind}" and "${second}"`, 'make two gates of it: all gates of a list must hold', second, 'key');
    } else {
      const others = new Set(Object.values(KEYS_OF).flat());
      for (const key of Object.keys(fields)) {
        if (!others.has(key) || KEYS_OF[kind].includes(key)) continue;
        tell(`"${key}" does not go with "${kind}"`, 'remove it', key, 'key');
      }
    }
  }),
);

export const gates = v.array(gate);
