import { readFileSync } from 'node:fs';

import Ajv from 'ajv';

const schema = JSON.parse(
  readFileSync(new URL('../../schema/report.schema.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;
const validate = new Ajv.default({ strict: false, allErrors: true }).compile(schema);

/** What the published schema has against a report. */
export function schemaProblems(report: unknown): unknown {
  return validate(report) ? [] : validate.errors;
}
