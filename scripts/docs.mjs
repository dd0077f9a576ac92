/*
 * Writes the tables of inputs and outputs in README.md from action.yml, between their markers.
 *   node scripts/docs.mjs           writes README.md
 *   node scripts/docs.mjs --check   fails when README.md is not what action.yml gives
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const path = join(root, 'README.md');
const action = parse(readFileSync(join(root, 'action.yml'), 'utf8'));

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

const before = readFileSync(path, 'utf8');
let text = fill(before, 'inputs', ['| input | default | |', '|---|---|---|', ...inputs]);
text = fill(text, 'outputs', ['| output | |', '|---|---|', ...outputs]);

text = await format(text, { ...(await resolveConfig(path)), parser: 'markdown' });

if (!process.argv.includes('--check')) {
  writeFileSync(path, text);
} else if (text === before) {
  console.log('README.md is what action.yml gives');
} else {
  console.error('README.md is not what action.yml gives. Run "npm run docs".');
  process.exitCode = 1;
}

function fill(source, name, lines) {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const start = source.indexOf(open);
  const end = source.indexOf(close);
  if (start < 0 || end < start) throw new Error(`README.md has no place for ${name}`);
  return `${source.slice(0, start + open.length)}\n${lines.join('\n')}\n${source.slice(end)}`;
}
