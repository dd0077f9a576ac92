/**
 * GitHub's published description of its REST API (the part that scripts/openapi.mjs took out of it) as a
 * judge: which operation a request is, and what in a request or an answer does not fit.
 */
import { readFileSync } from 'node:fs';

import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

import { complete, type Schema, type Schemas } from './sample.js';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}
interface Operation {
  readonly multiSegment: boolean;
  readonly parameters: readonly Parameter[];
  readonly body?: Schema;
  readonly bodyRequired?: boolean;
  readonly responses: Readonly<Record<string, Schema | null>>;
}
interface Description {
  readonly source: { readonly version: string };
  readonly operations: Readonly<Record<string, Operation>>;
  readonly schemas: Schemas;
}

const file = new URL('../../fixtures/github/openapi.json', import.meta.url);
const description = JSON.parse(readFileSync(file, 'utf8')) as Description;
// Some schemas of the description are looser than they look, so unknown words in them are no error here.
const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false, logger: false });
addFormats.default(ajv);
const compiled = new Map<string, ValidateFunction>();

export interface Match {
  /** `GET /repos/{owner}/{repo}/…` */
  readonly operation: string;
  readonly path: Readonly<Record<string, string>>;
}

/** The operation of a request, null when the description knows none. The more literal path wins. */
export function match(method: string, pathname: string): Match | null {
  const segments = pathname.split('/').map(decodeURIComponent);
  const found = Object.entries(description.operations).flatMap(([operation, { multiSegment }]) => {
    const [verb, template] = operation.split(' ') as [string, string];
    const path = verb === method ? fields(template.split('/'), segments, multiSegment) : null;
    return path ? [{ operation, path }] : [];
  });
  return found.sort((a, b) => literals(b.operation) - literals(a.operation))[0] ?? null;
}

const literals = (operation: string): number =>
  operation.split('/').filter((part) => !part.startsWith('{')).length;

function fields(
  template: string[],
  segments: string[],
  multiSegment: boolean,
): Record<string, string> | null {
  const parts = multiSegment
    ? [...segments.slice(0, template.length - 1), segments.slice(template.length - 1).join('/')]
    : segments;
  if (parts.length !== template.length) return null;
  const path: Record<string, string> = {};
  for (const [i, part] of template.entries()) {
    const value = parts[i]!;
    if (part.startsWith('{') && value !== '') path[part.slice(1, -1)] = value;
    else if (part !== value) return null;
  }
  return path;
}

/** Everything in a request that the description does not allow. */
export function requestProblems({ operation, path }: Match, query: URLSearchParams, body: unknown): string[] {
  const { parameters, body: schema, bodyRequired } = description.operations[operation]!;
  const problems: string[] = [];
  for (const parameter of parameters) {
    const text = parameter.in === 'path' ? path[parameter.name] : query.get(parameter.name);
    if (text == null) {
      if (parameter.required) problems.push(`${parameter.in} parameter ${parameter.name} is missing`);
    } else {
      const value = typed(parameter.schema, text);
      problems.push(...errors(`${operation} ${parameter.name}`, parameter.schema, value));
    }
  }
  const known = new Set(parameters.filter((one) => one.in === 'query').map(({ name }) => name));
  for (const name of query.keys())
    if (!known.has(name)) problems.push(`query parameter ${name} is not known`);
  if (body === undefined) return bodyRequired ? [...problems, 'the body is missing'] : problems;
  if (!schema) return [...problems, 'a body is sent where none is known'];
  return [...problems, ...errors(`${operation} body`, schema, body), ...unknownKeys(schema, body, 'body')];
}

/** An answer of the local GitHub, completed to fit the description; throws when it cannot fit. */
export function fittingAnswer(operation: string, status: number, value: unknown): unknown {
  const { responses } = description.operations[operation]!;
  const schema = responses[String(status)];
  if (!schema) return value;
  const answer = complete(schema, value, description.schemas);
  const wrong = errors(`${operation} ${status}`, schema, answer);
  if (wrong.length > 0) {
    throw new Error(
      `the local GitHub's answer ${status} to ${operation} does not fit: ${wrong.slice(0, 5).join('; ')}`,
    );
  }
  return answer;
}

export const descriptionVersion = description.source.version;

function typed({ type }: Schema, text: string): unknown {
  const types = [type ?? 'string'].flat();
  if (types.includes('integer') && /^-?\d+$/.test(text)) return Number(text);
  if (types.includes('boolean') && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

function errors(key: string, schema: Schema, value: unknown): string[] {
  let validate = compiled.get(key);
  if (!validate) {
    validate = ajv.compile({ ...schema, schemas: description.schemas });
    compiled.set(key, validate);
  }
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${key}${instancePath} ${message ?? ''}`);
}

/** GitHub ignores keys that it does not know; a request that sends one is still a mistake. */
function unknownKeys(schema: Schema, value: unknown, at: string): string[] {
  if (Array.isArray(value)) {
    return schema.items ? value.flatMap((item) => unknownKeys(schema.items!, item, `${at}[]`)) : [];
  }
  if (typeof value !== 'object' || value === null || !schema.properties) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const property = schema.properties![key];
    return property ? unknownKeys(property, inner, `${at}.${key}`) : [`${at}.${key} is not known`];
  });
}
