/** Fills what GitHub's description requires of an answer and the local GitHub has no state for. */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}
export type Schemas = Readonly<Record<string, Schema>>;

/** `value` with every required property that it lacks, all the way down. Nothing that is there is changed. */
export function complete(schema: Schema, value: unknown, all: Schemas): unknown {
  const flat = flatten(schema, value, all);
  if (value === undefined) return smallest(flat, all);
  if (Array.isArray(value)) return flat.items ? value.map((item) => complete(flat.items!, item, all)) : value;
  if (typeof value !== 'object' || value === null) return value;
  const object: Record<string, unknown> = { ...value };
  for (const [key, property] of Object.entries(flat.properties ?? {})) {
    if (key in object || flat.required?.includes(key)) object[key] = complete(property, object[key], all);
  }
  return object;
}

function smallest(schema: Schema, all: Schemas): unknown {
  if (schema.enum) return schema.enum[0];
  const types = Array.isArray(schema.type) ? (schema.type as string[]) : [schema.type as string | undefined];
  if (types.includes('null')) return null;
  switch (types[0]) {
    case 'object':
    case undefined:
      return schema.properties || types[0] ? complete(schema, {}, all) : null;
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => complete(schema.items ?? {}, undefined, all));
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return false;
    default:
      return text(schema.format);
  }
}

function text(format: string | undefined): string {
  if (format === 'uri') return 'https://github.example/x';
  if (format === 'date-time') return '2026-01-01T00:00:00Z';
  return format === 'email' ? 'x@github.example' : 'x';
}

/** References followed, `allOf` merged, and of alternatives the one that `value` can be. */
function flatten(schema: Schema, value: unknown, all: Schemas): Schema {
  if (schema.$ref) return flatten(all[schema.$ref.split('/').at(-1)!]!, value, all);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) {
    const flat = choices.map((choice) => flatten(choice, value, all));
    return flat.find((choice) => canBe(choice, value)) ?? flat[0]!;
  }
  if (!schema.allOf) return schema;
  const parts = schema.allOf.map((part) => flatten(part, value, all));
  return {
    ...schema,
    type: 'object',
    required: parts.flatMap(({ required }) => required ?? []),
    properties: Object.assign({}, ...parts.map(({ properties }) => properties ?? {})) as Record<
      string,
      Schema
    >,
  };
}

function canBe({ type, properties }: Schema, value: unknown): boolean {
  const types = [type ?? 'object'].flat();
  if (value === undefined || value === null) return types.includes('null');
  if (Array.isArray(value)) return types.includes('array');
  if (typeof value !== 'object') return types.includes(typeof value);
  const wanted = properties?.['type']?.enum;
  const given = (value as { type?: unknown }).type;
  return types.includes('object') && (!wanted || given === undefined || wanted.includes(given));
}
