/**
 * The values of a build that buildx reads in small languages of its own: checked here, so that none of them
 * becomes another option. Every function gives the form for the bake file or says what is wrong.
 */
import { posix } from 'node:path';

import type { Parsed } from '../errors.js';
import { parseRepository, parseTag, type Repository } from '../oci/reference.js';
import { parseCsv, type CsvField } from './csv.js';

const bad = (what: string, hint: string): { ok: false; what: string; hint: string } => ({
  ok: false,
  what,
  hint,
});
const good = <T>(value: T): { ok: true; value: T } => ({ ok: true, value });

const SECRET_ID = /^[A-Za-z0-9_.-]+$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A secret: where its value comes from. */
export type SecretSpec =
  | { readonly id: string; readonly env: string }
  | { readonly id: string; readonly file: string }
  | { readonly id: string; readonly value: string };

/**
 * `id=pypi,env=PYPI_TOKEN`, `id=npmrc,src=.npmrc` and, where `values` allows it, docker/build-push-action's
 * `NAME=value`. An id alone reads the variable of that name, as buildx does.
 */
export function parseSecret(text: string, values: boolean): Parsed<SecretSpec> {
  const looksLikeSpec = /^"?(?:type|id|src|source|env)=/i.test(text);
  if (!looksLikeSpec) return values ? secretByValue(text) : secretInFile();
  const csv = parseCsv(text);
  if (!csv.ok) return csv;
  const unknown = csv.value.find(({ key }) => !['type', 'id', 'src', 'source', 'env'].includes(key));
  if (unknown) return bad(`"${unknown.key}" is not a key of a secret`, 'use id with env or src');
  const get = (key: string): string | undefined => csv.value.find((field) => field.key === key)?.value;
  const [type, id, env] = [get('type'), get('id'), get('env')];
  const source = get('src') ?? get('source');
  if (type !== undefined && type !== 'file' && type !== 'env') {
    return bad(`"${type}" is not a type of secret`, 'write type=file or type=env');
  }
  if (id === undefined || !SECRET_ID.test(id))
    return bad('the secret has no id', 'write it as "id=NAME,env=VARIABLE"');
  if (env !== undefined && source !== undefined)
    return bad('the secret has env and src', 'give one of the two');
  const variable = env ?? (type === 'env' ? source : undefined) ?? (source === undefined ? id : undefined);
  if (variable === undefined) return good({ id, file: clean(source ?? '') });
  if (!VARIABLE.test(variable))
    return bad(`"${variable}" is not the name of a variable`, 'name an environment variable');
  return good({ id, env: variable });
}

function secretByValue(text: string): Parsed<SecretSpec> {
  const equals = text.indexOf('=');
  const id = text.slice(0, Math.max(equals, 0));
  if (!SECRET_ID.test(id))
    return bad('a secret has no name', 'write it as "NAME=value" or "id=NAME,env=VARIABLE"');
  return good({ id, value: text.slice(equals + 1) });
}

/** Nothing of the value is repeated: it may be a secret. */
function secretInFile(): Parsed<SecretSpec> {
  return bad(
    'the secret is not of the form "id=NAME,env=VARIABLE" or "id=NAME,src=FILE"',
    'never write a value here: put it into an environment variable of the step and name that',
  );
}

/** `default`, `default=path` or `id=path,path`. */
export function parseSsh(text: string): Parsed<{ readonly text: string; readonly paths: readonly string[] }> {
  const [id = '', ...rest] = text.split('=');
  if (!SECRET_ID.test(id)) return bad('the ssh entry has no id', 'write it as "default" or "id=PATH"');
  const paths = rest.length === 0 ? [] : rest.join('=').split(',');
  if (paths.some((path) => path === '' || hasControl(path)))
    return bad('the ssh entry has an empty path', 'name a socket or key file');
  const cleaned = paths.map(clean);
  return good({ text: paths.length === 0 ? id : `${id}=${cleaned.join(',')}`, paths: cleaned });
}

/** A cache entry: `type=…,key=value` or an image reference alone, which is a registry cache. */
export function parseCache(text: string): Parsed<readonly CsvField[]> {
  const csv = parseCsv(text);
  if (!csv.ok) return csv;
  const [first] = csv.value;
  if (csv.value.length === 1 && first?.bare) {
    const fields = [
      { key: 'type', value: 'registry', bare: false },
      { key: 'ref', value: first.key, bare: false },
    ];
    const ref = cacheRef(fields);
    return ref?.ok === false ? ref : good(fields);
  }
  const bare = csv.value.find((field) => field.bare);
  if (bare) return bad(`"${bare.key}" is not "key=value"`, 'write it as "type=gha,mode=max"');
  const type = csv.value.find(({ key }) => key === 'type');
  if (!type?.value) return bad('the cache has no type', 'write it as "type=registry,ref=IMAGE"');
  const ref = cacheRef(csv.value);
  if (ref?.ok === false) return ref;
  const paths = cachePaths(csv.value);
  return good(
    csv.value.map((field) => (paths.includes(field) ? { ...field, value: clean(field.value) } : field)),
  );
}

/** The directories of a cache of `type=local`. */
export function cachePaths(fields: readonly CsvField[]): readonly CsvField[] {
  return isOfType(fields, 'local') ? fields.filter(({ key }) => key === 'src' || key === 'dest') : [];
}

/** Where a registry cache is. */
interface CacheRef {
  readonly repository: Repository;
  /** the tag that is written; null where only a digest is named */
  readonly tag: string | null;
  /** what follows the name of the repository: `:tag`, `@digest`, both or nothing */
  readonly rest: string;
}

/** The `ref` of a cache of `type=registry`; null for another type, and without a `ref`. */
export function cacheRef(fields: readonly CsvField[]): Parsed<CacheRef> | null {
  const text = isOfType(fields, 'registry') ? fields.find(({ key }) => key === 'ref')?.value : undefined;
  if (text === undefined) return null;
  const name = text.split('@', 1)[0] ?? '';
  const colon = name.lastIndexOf(':');
  const end = colon > name.lastIndexOf('/') ? colon : name.length;
  const repository = parseRepository(name.slice(0, end));
  if (!repository.ok) return repository;
  const rest = text.slice(end);
  // BuildKit writes `latest` where neither tag nor digest is named.
  if (rest.startsWith('@')) return good({ repository: repository.value, tag: null, rest });
  const tag = rest === '' ? good('latest') : parseTag(name.slice(end + 1));
  return tag.ok ? good({ repository: repository.value, tag: tag.value, rest }) : tag;
}

function isOfType(fields: readonly CsvField[], type: string): boolean {
  return fields.some(({ key, value }) => key === 'type' && value.trim().toLowerCase() === type);
}

/** Without `a/..`, which through a symbolic link is another directory than the text says. */
function clean(path: string): string {
  return path === '' ? '' : posix.normalize(path);
}

/** `true`, `false`, `mode=max,…` → the attestation entry that buildx knows. */
export function parseAttestation(kind: 'provenance' | 'sbom', text: string): Parsed<readonly CsvField[]> {
  const type: CsvField = { key: 'type', value: kind, bare: false };
  if (text === 'true' || text === '') return good([type]);
  if (text === 'false') return good([type, { key: 'disabled', value: 'true', bare: false }]);
  const csv = parseCsv(text);
  if (!csv.ok) return csv;
  const [first] = csv.value;
  // `mode` alone (`max`) is how buildx's --provenance=max is written
  if (kind === 'provenance' && csv.value.length === 1 && first?.bare && /^(?:min|max)$/.test(first.key)) {
    return good([type, { key: 'mode', value: first.key, bare: false }]);
  }
  const wrong = csv.value.find(({ key, bare }) => bare || key === 'type');
  if (wrong)
    return bad(
      `"${wrong.key}" does not belong in ${kind}`,
      'write true, false or "key=value" pairs such as "mode=max"',
    );
  return good([type, ...csv.value]);
}

export function isDisabled(fields: readonly CsvField[]): boolean {
  return fields.some(({ key, value }) => key === 'disabled' && value === 'true');
}

export function parseUlimit(text: string): Parsed<string> {
  return /^[a-z]+=-?\d+(?::-?\d+)?$/.test(text)
    ? good(text)
    : bad('this is not a ulimit', 'write it as "nofile=1024:2048"');
}

export function parseShmSize(text: string): Parsed<string> {
  return /^\d+(?:\.\d+)? ?(?:[kmgt]i?)?b?$/i.test(text)
    ? good(text)
    : bad('this is not a size', 'write it as "128m" or "2g"');
}

export function parseNetwork(text: string): Parsed<string> {
  return ['default', 'none', 'host'].includes(text)
    ? good(text)
    : bad(`"${text}" is not a network mode`, 'write default, none or host');
}

/** `name:address` or `name=address`; the address may be `host-gateway`. */
export function parseHost(text: string): Parsed<readonly [string, string]> {
  const [, name, address] = /^([A-Za-z0-9_.-]+)[:=](\[?[0-9a-fA-F.:]+\]?|host-gateway)$/.exec(text) ?? [];
  return name !== undefined && address !== undefined
    ? good([name, address.replace(/^\[|\]$/g, '')] as const)
    : bad('this is not a host entry', 'write it as "name:address"');
}

const LEVEL = /^(?:index|manifest|index-descriptor|manifest-descriptor)(?:\[[A-Za-z0-9_/-]+\])?$/;

/** The levels in front of an annotation's key (`index,manifest:key`), or null when there are none. */
export function annotationLevels(key: string): {
  readonly levels: readonly string[] | null;
  readonly name: string;
} {
  const colon = key.indexOf(':');
  const levels = colon < 0 ? [] : key.slice(0, colon).split(',');
  return levels.length > 0 && levels.every((level) => LEVEL.test(level))
    ? { levels, name: key.slice(colon + 1) }
    : { levels: null, name: key };
}

/** A label or annotation key, or a build argument's name: nothing that would end it early. */
export function parseKey(key: string): Parsed<string> {
  if (key === '' || key.includes('=') || hasControl(key)) {
    return bad(`${JSON.stringify(key)} cannot be a key`, 'use a key without "=" and control characters');
  }
  return good(key);
}

/** Additional contexts: a directory of the workspace, an image, a git or web address. */
export function parseNamedContext(text: string): Parsed<{ readonly text: string; readonly local: boolean }> {
  if (/^(?:docker-image|https):\/\/[^\s]+$/.test(text) || /^git@[^\s]+$/.test(text)) {
    return good({ text, local: false });
  }
  if (/^(?:target|oci-layout):/.test(text)) {
    return bad(`"${text}" cannot be a context here`, 'use a directory, "docker-image://…" or "https://…"');
  }
  const path = parseLocalPath(text);
  return path.ok ? good({ text: path.value, local: true }) : path;
}

/**
 * A path inside the workspace that buildx cannot take for a flag, standard input, a URL or a git address.
 * Gives it without `./`, `//` and `..`; whether it is there is looked up later, by the adapter.
 */
export function parseLocalPath(text: string): Parsed<string> {
  const hint = 'name a path inside the workspace';
  if (text === '' || hasControl(text)) return bad('the path is empty or holds a control character', hint);
  if (text.startsWith('-'))
    return bad(`"${text}" starts with "-"`, `${hint}; standard input and flags cannot be used`);
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) || /^git@/.test(text) || /^(?:\.\/+)*github\.com\//.test(text)) {
    return bad(`"${text}" is a remote address`, `${hint}; check the repository out first`);
  }
  if (text.startsWith('/') || text.includes('\\'))
    return bad(`"${text}" is not relative to the workspace`, hint);
  const parts: string[] = [];
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return bad(`"${text}" is outside the workspace`, hint);
  }
  const path = parts.join('/');
  // buildx cleans the path, so what it reads is looked at again
  if (path !== text && path !== '') return parseLocalPath(path);
  return good(path === '' ? '.' : path);
}

function hasControl(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\x00-\x1f\x7f]/.test(text);
}
