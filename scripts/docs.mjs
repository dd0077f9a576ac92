/*
 * Writes the generated parts of the docs, between their markers: inputs and outputs of docs/reference.md from action.yml, the
 * registries of docs/registries.md from src/registry/quirks.ts, the codes of docs/troubleshooting.md from
 * src/plan/reasons.ts, and the picture of docs/architecture.md from the imports.
 *   node scripts/docs.mjs           writes them
 *   node scripts/docs.mjs --check   fails when one is not what the source gives
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';

import { load, root } from './load.mjs';

const action = parse(readFileSync(join(root, 'action.yml'), 'utf8'));
const { QUIRKS } = await load('src/registry/quirks.ts');
const { FAILURES, REASONS } = await load('src/plan/reasons.ts');

const cell = (text) =>
  String(text ?? '')
    .replaceAll('|', '\\|')
    .trim();
const inputs = Object.entries(action.inputs).map(
  ([name, { description, default: value }]) =>
    `| \`${name}\` | ${value === undefined ? '' : `\`${cell(value)}\``} | ${cell(description)} |`,
);
const outputs = Object.entries(action.outputs).map(
  ([name, { description }]) => `| \`${name}\` | ${cell(description)} |`,
);
const quirks = QUIRKS.map(({ registry, differs, handling, denied, immutable, tokenHosts, source }) => {
  const done = [
    handling,
    tokenHosts && `logins may go to ${tokenHosts.join(', ')}`,
    denied && `says on 403: ${denied}`,
    immutable && `says when the tag cannot move: ${immutable}`,
  ].filter(Boolean);
  const links = source.split(', ').map((url, at) => `[${at + 1}](${url})`);
  return `| ${cell(registry.replace('*', '\\*'))} | ${cell(differs)} | ${cell(done.join('; '))} | ${links.join(' ')} |`;
});
const more = ({ help = '', more }) =>
  [help, more && `[more](${more.replace('troubleshooting.md', '')})`].filter(Boolean).join('; ');
const reasons = Object.entries(REASONS).map(
  ([code, reason]) => `| \`${code}\` | ${reason.action} | ${cell(reason.means)} | ${cell(more(reason))} |`,
);
const failures = Object.entries(FAILURES).map(
  ([code, failure]) => `| \`${code}\` | ${cell(failure.means)} | ${cell(more(failure))} |`,
);
const structure = join(root, 'scripts/structure.mjs');
const picture = execFileSync(process.execPath, [structure, '--picture'], { encoding: 'utf8' }).trimEnd();

const pages = {
  'docs/reference.md': {
    inputs: ['| input | default | |', '|---|---|---|', ...inputs],
    outputs: ['| output | |', '|---|---|', ...outputs],
  },
  'docs/registries.md': {
    quirks: ['| registry | what differs | what Retag does | |', '|---|---|---|---|', ...quirks],
  },
  'docs/troubleshooting.md': {
    reasons: ['| reason | action | what it means | what to do |', '|---|---|---|---|', ...reasons],
    errors: ['| code | what it means | what to do |', '|---|---|---|', ...failures],
  },
  'docs/architecture.md': { picture: ['', picture, ''] },
};

for (const [name, tables] of Object.entries(pages)) {
  const path = join(root, name);
  const before = readFileSync(path, 'utf8');
  const filled = Object.entries(tables).reduce(
    (text, [table, lines]) => fill(name, text, table, lines),
    before,
  );
  const text = await format(filled, { ...(await resolveConfig(path)), parser: 'markdown' });
  if (!process.argv.includes('--check')) {
    writeFileSync(path, text);
  } else if (text !== before) {
    console.error(`${name} is not what the source gives. Run "npm run docs".`);
    process.exitCode = 1;
  }
}

function fill(name, text, table, lines) {
  const [open, close] = [`<!-- ${table} -->`, `<!-- /${table} -->`];
  const start = text.indexOf(open);
  const end = text.indexOf(close);
  if (start < 0 || end < start) throw new Error(`${name} has no place for ${table}`);
  return `${text.slice(0, start + open.length)}\n${lines.join('\n')}\n${text.slice(end)}`;
}
