/**
 * A document with mistakes → what of it can be read all the same, so that its other mistakes are found in the same
 * run (docs/tag-file.md: every problem at once). What has a mistake is left out as narrowly as can be: a key of an
 * entry where the entry is still whole without it, else the entry.
 */
import * as v from 'valibot';
import type { Unread } from './model.js';
import { build } from './schema/build.js';
import { example, file, type FileData, type PolicyData, policyMapping, rule } from './schema/file.js';
import { image } from './schema/image.js';

/** The readable part of a document. Lists are dense; `positions` says where their items stand in the file. */
interface Partial_ {
  readonly data: FileData;
  readonly positions: Positions;
  /** null when all of the policy could be read */
  readonly unread: Unread | null;
}

export interface Positions {
  readonly builds: readonly number[];
  readonly images: readonly number[];
  readonly rules: readonly number[];
  readonly examples: readonly number[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads what can be read of the data of a document that does not pass the definition. */
export function partial(document: unknown): Partial_ {
  const { policy, builds, images, ...settings } = isFields(document) ? document : {};
  const builders = keepItems(build, builds);
  const promotions = keepItems(image, images);
  const kept = keepPolicy(policy);
  return {
    data: {
      ...(keep(file, plain(settings))?.value ?? {}),
      ...(kept === null ? {} : { policy: kept.data }),
      builds: builders.map(({ value }) => value),
      images: promotions.map(({ value }) => value),
    },
    positions: {
      builds: builders.map(({ at }) => at),
      images: promotions.map(({ at }) => at),
      rules: kept?.rules ?? [],
      examples: kept?.examples ?? [],
    },
    unread: kept?.unread ?? null,
  };
}

interface KeptPolicy {
  readonly data: PolicyData | string;
  readonly rules: readonly number[];
  readonly examples: readonly number[];
  readonly unread: Unread;
}

function keepPolicy(data: unknown): KeptPolicy | null {
  if (typeof data === 'string') {
    return { data, rules: [], examples: [], unread: { rules: new Map(), settings: false } };
  }
  if (!isFields(data)) return null;
  const { rules, examples, ...rest } = data;
  const settings = keep(policyMapping, plain(rest));
  const kept = keepItems(rule, rules);
  const whole = keepItems(example, examples).filter((item) => item.left.length === 0);
  const lists = [rules, examples].every((list) => list === undefined || Array.isArray(list));
  return {
    data: {
      ...(settings?.value ?? {}),
      rules: kept.filter(isReadable).map(({ value }) => value),
      examples: whole.map(({ value }) => value),
    },
    rules: kept.filter(isReadable).map(({ at }) => at),
    examples: whole.map(({ at }) => at),
    unread: { rules: unreadRules(rules, kept), settings: settings?.left.length !== 0 || !lists },
  };
}

function unreadRules(rules: unknown, kept: readonly Item<unknown>[]): Unread['rules'] {
  const unread = new Map<number, 'lost' | 'partial'>();
  if (!Array.isArray(rules)) return unread;
  const items = new Map(kept.map((item) => [item.at, item]));
  for (const at of rules.keys()) {
    const item = items.get(at);
    if (item === undefined || !isReadable(item)) unread.set(at, 'lost');
    else if (item.left.length > 0) unread.set(at, 'partial');
  }
  return unread;
}

/** A rule that has lost one of its two patterns is another rule. */
function isReadable({ left }: Item<unknown>): boolean {
  return !left.includes('branch') && !left.includes('git_tag');
}

interface Kept<T> {
  readonly value: T;
  /** the keys that were left out */
  readonly left: readonly string[];
}

interface Item<T> extends Kept<T> {
  /** position in the file, from 0 */
  readonly at: number;
}

function keepItems<S extends v.GenericSchema>(schema: S, list: unknown): Item<v.InferOutput<S>>[] {
  if (!Array.isArray(list)) return [];
  return (list as unknown[]).flatMap((item, at) => {
    const kept = keep(schema, item);
    return kept === null ? [] : [{ ...kept, at }];
  });
}

/** The value as it is or, where that helps, without the keys that have a mistake. */
function keep<S extends v.GenericSchema>(schema: S, value: unknown): Kept<v.InferOutput<S>> | null {
  const whole = v.safeParse(schema, value);
  if (whole.success) return { value: whole.output, left: [] };
  if (!isFields(value)) return null;
  const wrong = new Set(whole.issues.map((issue) => issue.path?.[0]?.key));
  const left = Object.keys(value).filter((key) => wrong.has(key));
  const rest = Object.entries(value).filter(([key]) => !wrong.has(key));
  const part = v.safeParse(schema, plain(Object.fromEntries(rest)));
  return part.success ? { value: part.output, left } : null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null;
}

/** Mappings of a document have no prototype, and the definition wants them so. */
function plain(fields: Fields): Fields {
  return Object.assign(Object.create(null) as Fields, fields);
}
