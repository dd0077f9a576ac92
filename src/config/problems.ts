/** Issues of the definition → problems with a place, in words of the tag file. */
import { isAlias, isScalar } from 'yaml';
import type * as v from 'valibot';
import type { Problem } from '../errors.js';
import { isPlainDate, type YamlDocument } from './yaml.js';
import type { Path } from './model.js';
import { suggest } from '../shared/text.js';
import { nodeAt, originOf } from './origin.js';
import { quote } from './schema/parts.js';

type Issue = v.BaseIssue<unknown>;
interface Words {
  readonly what: string;
  readonly hint: string;
}

/** Says what `issue` is about, and where. One union issue can be several problems. */
export function problemsOf(document: YamlDocument, issue: Issue, above: Path = []): Problem[] {
  const path = [...above, ...(issue.path ?? []).map((item) => item.key as string | number)];
  if (issue.type === 'union') {
    const inner = innerIssues(issue);
    if (inner.length > 0) return inner.flatMap((each) => problemsOf(document, each, path));
  }
  const origin = originOf(document);
  // nothing stands where a value is missing, so the key has to do
  const absent = issue.input === null && sourceOf(document, path) === '';
  const atKey = absent || issue.path?.at(-1)?.origin === 'key';
  return [
    { location: atKey ? origin.keyAt(...path) : origin.at(...path), ...wordsFor(document, issue, path) },
  ];
}

/** The issues of the option that has the right type: they lie deeper, or a check of that option has found them. */
function innerIssues(issue: Issue): Issue[] {
  return (issue.issues ?? []).filter((inner) => (inner.path?.length ?? 0) > 0 || inner.type === 'raw_check');
}

function wordsFor(document: YamlDocument, issue: Issue, path: Path): Words {
  if (issue.kind === 'schema' && issue.path?.at(-1)?.origin === 'key') {
    const key = String(path.at(-1));
    return { what: `${label(path.slice(0, -1))} has no "${key}"`, hint: `add "${key}"` };
  }
  if (issue.type === 'raw_check') {
    // "{it}" is the thing that was checked: what holds the key, when the issue points at a key
    const it = issue.path?.at(-1)?.origin === 'key' ? path.slice(0, -1) : path;
    return { what: issue.message.replace('{it}', () => label(it)), hint: issue.expected ?? '' };
  }
  return mismatch(document, issue, path);
}

/** A value of the wrong type, or none of the allowed ones. */
function mismatch(document: YamlDocument, issue: Issue, path: Path): Words {
  const name = label(path);
  const source = sourceOf(document, path);
  if (issue.input === null && (source === '' || source === '~' || !wantsText(issue))) {
    return { what: `${name} has no value`, hint: 'give it one or remove the key' };
  }
  const is = describe(issue.input, source);
  if (wantsText(issue) && source !== undefined) {
    return { what: `${name} is ${is}, not text`, hint: `quote it: ${quote(source)}` };
  }
  return { what: `${name} is ${is}, not ${kindOf(issue)}`, hint: hintFor(issue, path, source) };
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  integer: 'a whole number from 1 to 100',
  array: 'a list',
  custom: 'a mapping',
  min_value: 'a whole number from 1 to 100',
  max_value: 'a whole number from 1 to 100',
};

function hintFor(issue: Issue, path: Path, source: string | undefined): string {
  const near = typeof issue.input === 'string' ? suggest(issue.input, allowedValues(issue)) : undefined;
  if (near !== undefined) return `write ${near}`;
  if (path.length === 0) {
    return Array.isArray(issue.input)
      ? 'put it under "images:"'
      : 'write a mapping, such as "images:" with a list';
  }
  switch (issue.type) {
    case 'boolean':
    case 'number':
      return `write ${kindOf(issue)}, without quotes`;
    case 'array':
      return source === undefined ? 'write a list' : `write it as a list: [ ${quote(source)} ]`;
    default:
      return `write ${kindOf(issue)}`;
  }
}

/** What would have been right: the values of an enumeration, or a type; of a union, what its options are. */
function kindOf(issue: Issue): string {
  const kinds = (each: Issue): string[] => {
    if (each.type === 'union') return (each.issues ?? []).flatMap(kinds);
    const values = allowedValues(each);
    return values.length > 0 ? values : [KINDS[each.type] ?? 'what belongs here'];
  };
  return anyOf([...new Set(kinds(issue))]);
}

/** Would the source text, in quotes, be of the right type? */
function wantsText(issue: Issue): boolean {
  const options = issue.type === 'union' ? (issue.issues ?? []) : [issue];
  return options.some((option) => option.type === 'string');
}

/** The values of an enumeration, as they are written in YAML. */
function allowedValues(issue: Issue): string[] {
  if (issue.type === 'union') return (issue.issues ?? []).flatMap(allowedValues);
  if (issue.type !== 'picklist' && issue.type !== 'literal') return [];
  return [...(issue.expected ?? '').matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? '');
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
