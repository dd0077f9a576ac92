import { readFileSync } from 'node:fs';

import Ajv, { type ValidateFunction } from 'ajv';

const schema = JSON.parse(
  readFileSync(new URL('../../schema/report.schema.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;
const ajv = new Ajv.default({ strict: false, allErrors: true }).addSchema(schema, 'report');
const validate = ajv.getSchema('report') as ValidateFunction;
const validateErrors = ajv.getSchema('report#/$defs/errors') as ValidateFunction;

/** What the published schema has against a report. */
export function schemaProblems(report: unknown): unknown {
  return validate(report) ? [] : validate.errors;
}

/** What it has against what `--json` prints with exit status 2. */
export function errorProblems(document: unknown): unknown {
  return validateErrors(document) ? [] : validateErrors.errors;
}
