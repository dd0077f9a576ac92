/** Issues of the definition → problems with a place, in words of the tag file. */
import { isAlias, isScalar } from 'yaml';
import type * as v from 'valibot';
import type { Problem } from '../errors.js';
import { isPlainDate } from './data.js';
import type { Path } from './model.js';
import { suggest } from './nearest.js';
import { nodeAt, originOf } from './origin.js';
import { quote } from './schema/parts.js';
import type { YamlDocument } from './yaml.js';

type Issue = v.BaseIssue<unknown>;
interface Words {
  readonly what: string;
  readonly mend: string;
}

/** Says what `issue` is about, and where. One union issue can be several problems. */
export function problemsOf(document: YamlDocument, issue: Issue, above: Path = []): Problem[] {
  const path = [...above, ...(issue.path ?? []).map((item) => item.key as string | number)];
  if (issue.type === 'union') {
    const inner = innerIssues(issue);
    if (inner.length > 0) return inner.flatMap((each) => problemsOf(document, each, path));
  }
  const origin = originOf(document);
  const atKey = issue.path?.at(-1)?.origin === 'key';
  return [{ place: atKey ? origin.keyAt(...path) : origin.at(...path), ...wordsFor(document, issue, path) }];
}

/** The issues of the option that has the right type: they lie deeper, or a check of that option has found them. */
function innerIssues(issue: Issue): Issue[] {
  return (issue.issues ?? []).filter((inner) => (inner.path?.length ?? 0) > 0 || inner.type === 'raw_check');
}

function wordsFor(document: YamlDocument, issue: Issue, path: Path): Words {
  if (issue.kind === 'schema' && issue.path?.at(-1)?.origin === 'key') {
    const key = String(path.at(-1));
    return { what: `${label(path.slice(0, -1))} has no "${key}"`, mend: `add "${key}"` };
  }
  if (issue.type === 'raw_check') {
    const complete = /^(?:"|unknown key|the )/.test(issue.message);
    return { what: complete ? issue.message : `${label(path)} ${issue.message}`, mend: issue.expected ?? '' };
  }
  return mismatch(document, issue, path);
}

/** A value of the wrong type, or none of the allowed ones. */
function mismatch(document: YamlDocument, issue: Issue, path: Path): Words {
  const name = label(path);
  const allowed = allowedValues(issue);
  const source = sourceOf(document, path);
  if (issue.input === null && (source === '' || source === '~' || !wantsText(issue))) {
    return { what: `${name} has no value`, mend: 'give it one or remove the key' };
  }
  if (wantsText(issue) && source !== undefined) {
    return {
      what: `${name} is ${describe(issue.input, source)}, not text`,
      mend: `quote it: ${JSON.stringify(source)}`,
    };
  }
  const is = describe(issue.input, source);
  if (allowed.length > 0) {
    const near = typeof issue.input === 'string' ? suggest(issue.input, allowed) : undefined;
    return {
      what: `${name} is ${is}, not ${anyOf(allowed)}`,
      mend: near === undefined ? `write ${anyOf(allowed)}` : `write ${near}`,
    };
  }
  return {
    what: `${name} is ${is}, not ${KINDS[issue.type] ?? kindOf(issue)}`,
    mend: mendFor(issue, source),
  };
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  integer: 'a whole number',
  array: 'a list',
  custom: 'a mapping',
  min_value: 'in range',
  max_value: 'in range',
};

function mendFor(issue: Issue, source: string | undefined): string {
  if (issue.type === 'min_value' || issue.type === 'max_value' || issue.type === 'integer') {
    return 'write a whole number from 1 to 100';
  }
  if (issue.type === 'boolean') return 'write true or false, without quotes';
  if (issue.type === 'number') return 'write a number, without quotes';
  if (issue.type === 'array' && source !== undefined)
    return `write it as a list: [ ${JSON.stringify(source)} ]`;
  return `write ${KINDS[issue.type] ?? kindOf(issue)}`;
}

/** For a union whose options all have another type: what the options are. */
function kindOf(issue: Issue): string {
  const kinds = (issue.issues ?? []).map((inner) => {
    const values = allowedValues(inner);
    return values.length > 0 ? anyOf(values) : (KINDS[inner.type] ?? 'something else');
  });
  return anyOf([...new Set(kinds)]);
}

/** Would the source text, in quotes, be of the right type? */
function wantsText(issue: Issue): boolean {
  const options = issue.type === 'union' ? (issue.issues ?? []) : [issue];
  return options.some((option) => option.type === 'string');
}

/** The values of an enumeration, as they are written in YAML. */
function allowedValues(issue: Issue): string[] {
  if (issue.type !== 'picklist' && issue.type !== 'literal') return [];
  const { expected } = issue;
  return [...(expected ?? '').matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '');
}

function describe(input: unknown, source: string | undefined): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'string') return quote(input);
  if (input instanceof Date) return `the date ${source ?? ''}`;
  if (typeof input === 'number' || typeof input === 'bigint') return `the number ${String(input)}`;
  if (typeof input === 'boolean') return String(input);
  return input === null ? 'null' : 'a mapping';
}

/** The scalar at `path` as it stands in the file when YAML does not read it as text; of text, the text. */
function sourceOf(document: YamlDocument, path: Path): string | undefined {
  let node = nodeAt(document, path);
  if (isAlias(node)) node = document.aliases.get(node) ?? null;
  if (!isScalar(node)) return undefined;
  if (typeof node.value === 'string' && !isPlainDate(node)) return node.value;
  return node.source ?? '';
}

/** What a person calls the thing at `path`. */
function label(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'the file';
  if (typeof last === 'string') return quote(last);
  const list = path.at(-2);
  return `item ${last + 1} of ${typeof list === 'string' ? quote(list) : 'the list'}`;
}

function anyOf(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}
