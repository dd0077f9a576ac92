/*
 * Takes the operations that Retag uses out of GitHub's published OpenAPI description and writes them to
 * __tests__/fixtures/github/openapi.json, against which the local GitHub of the tests checks every request.
 *
 *   npm install --no-save --prefix "$(mktemp -d)" @octokit/openapi     (385 MB, so it is no dependency)
 *   node scripts/openapi.mjs DIRECTORY/node_modules/@octokit/openapi
 *
 * A new request of src/github needs its operation in OPERATIONS below; without it the tests fail.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OPERATIONS = `
GET    /user
GET    /orgs/{org}/teams/{team_slug}/memberships/{username}
GET    /repos/{owner}/{repo}
GET    /repos/{owner}/{repo}/actions/runs/{run_id}/approvals
GET    /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs
GET    /repos/{owner}/{repo}/assignees/{assignee}
GET    /repos/{owner}/{repo}/commits
GET    /repos/{owner}/{repo}/commits/{commit_sha}/pulls
GET    /repos/{owner}/{repo}/commits/{ref}
GET    /repos/{owner}/{repo}/commits/{ref}/check-runs
GET    /repos/{owner}/{repo}/commits/{ref}/statuses
GET    /repos/{owner}/{repo}/contents/{path}
GET    /repos/{owner}/{repo}/environments/{environment_name}
GET    /repos/{owner}/{repo}/git/blobs/{file_sha}
GET    /repos/{owner}/{repo}/git/commits/{commit_sha}
POST   /repos/{owner}/{repo}/git/commits
GET    /repos/{owner}/{repo}/git/ref/{ref}
POST   /repos/{owner}/{repo}/git/refs
PATCH  /repos/{owner}/{repo}/git/refs/{ref}
DELETE /repos/{owner}/{repo}/git/refs/{ref}
GET    /repos/{owner}/{repo}/git/tags/{tag_sha}
POST   /repos/{owner}/{repo}/git/trees
GET    /repos/{owner}/{repo}/git/trees/{tree_sha}
GET    /repos/{owner}/{repo}/issues
POST   /repos/{owner}/{repo}/issues
PATCH  /repos/{owner}/{repo}/issues/comments/{comment_id}
PATCH  /repos/{owner}/{repo}/issues/{issue_number}
GET    /repos/{owner}/{repo}/issues/{issue_number}/comments
POST   /repos/{owner}/{repo}/issues/{issue_number}/comments
GET    /repos/{owner}/{repo}/labels/{name}
POST   /repos/{owner}/{repo}/labels
GET    /repos/{owner}/{repo}/pulls
POST   /repos/{owner}/{repo}/pulls
GET    /repos/{owner}/{repo}/pulls/{pull_number}
PATCH  /repos/{owner}/{repo}/pulls/{pull_number}
GET    /repos/{owner}/{repo}/pulls/{pull_number}/reviews
`;

/** Words of a schema that do not decide whether a value fits. */
const PROSE = new Set([
  'description',
  'example',
  'examples',
  'title',
  'deprecated',
  'discriminator',
  'externalDocs',
  'default',
  'x-github',
  'x-multi-segment',
]);

const root = process.argv[2];
if (!root) {
  console.error('usage: node scripts/openapi.mjs DIRECTORY-OF-@octokit/openapi');
  process.exit(2);
}
const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
const api = JSON.parse(readFileSync(join(root, 'generated/api.github.com.json'), 'utf8'));
const schemas = {};

/** JSON Schema 2020-12 instead of OpenAPI 3.0: `nullable` becomes a type, `$ref` points into `schemas`. */
function schemaOf(node) {
  if (Array.isArray(node)) return node.map(schemaOf);
  if (typeof node !== 'object' || node === null) return node;
  if (typeof node.$ref === 'string') return { $ref: `#/schemas/${collect(node.$ref)}` };
  const { nullable, ...rest } = node;
  const schema = {};
  for (const [key, value] of Object.entries(rest)) {
    if (key === 'properties') schema.properties = mapValues(value, schemaOf);
    else if (!PROSE.has(key)) schema[key] = key === 'enum' ? value : schemaOf(value);
  }
  return nullable ? makeNullable(schema) : schema;
}

function makeNullable(schema) {
  if (typeof schema.type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  const enumeration = schema.enum && !schema.enum.includes(null) ? { enum: [...schema.enum, null] } : {};
  return { ...schema, type: [schema.type, 'null'], ...enumeration };
}

function collect(ref) {
  const name = ref.split('/').at(-1);
  if (!(name in schemas)) {
    schemas[name] = {};
    schemas[name] = schemaOf(resolve(ref));
  }
  return name;
}

function resolve(ref) {
  return ref
    .slice(2)
    .split('/')
    .reduce((node, key) => node[key], api);
}

const deref = (node) => (node.$ref ? resolve(node.$ref) : node);
const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

function operationOf(line) {
  const [method, path] = line.trim().split(/\s+/);
  const operation = api.paths[path]?.[method.toLowerCase()];
  if (!operation) throw new Error(`the description has no ${method} ${path}`);
  const parameters = (operation.parameters ?? []).map(deref).map((parameter) => ({
    name: parameter.name,
    in: parameter.in,
    required: parameter.required === true,
    schema: schemaOf(parameter.schema),
  }));
  const body = operation.requestBody?.content?.['application/json']?.schema;
  const responses = mapValues(operation.responses, (response) => {
    const schema = deref(response).content?.['application/json']?.schema;
    return schema ? schemaOf(schema) : null;
  });
  return [
    `${method} ${path}`,
    {
      multiSegment: path.endsWith('/{ref}') || path.endsWith('/contents/{path}'),
      parameters,
      ...(body ? { body: schemaOf(body), bodyRequired: operation.requestBody.required === true } : {}),
      responses,
    },
  ];
}

const operations = Object.fromEntries(OPERATIONS.trim().split('\n').map(operationOf));
const target = fileURLToPath(new URL('../__tests__/fixtures/github/openapi.json', import.meta.url));
const source = {
  package: '@octokit/openapi',
  version,
  licence: 'MIT',
  description: api.info.version,
  made_by: 'scripts/openapi.mjs',
};
writeFileSync(target, `${JSON.stringify({ source, operations, schemas }, null, 1)}\n`);
console.log(
  `${Object.keys(operations).length} operations, ${Object.keys(schemas).length} schemas, version ${version}`,
);
