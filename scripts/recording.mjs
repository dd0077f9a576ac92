/*
 * Draws docs/recording-light.svg and docs/recording-dark.svg, the picture of README: a transcript of docs/ways/semver.md, whose
 * output a test compares with what the commands print, in the colours of the terminal.
 *   node scripts/recording.mjs           writes them
 *   node scripts/recording.mjs --check   fails when one is not what the transcript gives
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './load.mjs';

const PAGE = 'docs/ways/semver.md';
const FROM = '$ retag plan --ref v1.0.0';
const [COLUMN, LINE, MARGIN] = [8.43, 20, 20];
const THEMES = {
  light: {
    back: '#ffffff',
    edge: '#d0d7de',
    text: '#1f2328',
    dim: '#59636e',
    '+': '#116329',
    '~': '#7d4e00',
  },
  dark: { back: '#0d1117', edge: '#3d444d', text: '#f0f6fc', dim: '#9198a1', '+': '#3fb950', '~': '#d29922' },
};

const page = readFileSync(join(root, PAGE), 'utf8');
const start = page.indexOf(FROM);
if (start < 0) throw new Error(`${PAGE} has no "${FROM}"`);
const lines = page.slice(start, page.indexOf('```', start)).trimEnd().split('\n');

// Renderers differ in what they do with several spaces, so none is left.
const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0');

/** One line as spans: a prompt, a sign, the name of a ref, or plain. */
function spans(line, theme) {
  const [, sign] = /^ {2}([+~]) /.exec(line) ?? [];
  if (sign !== undefined)
    return `<tspan fill="${theme[sign]}">\u00a0\u00a0${sign}</tspan>${escaped(line.slice(3))}`;
  if (line.startsWith('$ '))
    return `<tspan fill="${theme.dim}">$</tspan><tspan font-weight="bold">${escaped(line.slice(1))}</tspan>`;
  return escaped(line);
}

function drawing(theme) {
  const width = Math.ceil(2 * MARGIN + 80 * COLUMN);
  const height = 2 * MARGIN + lines.length * LINE;
  const rows = lines.map(
    (line, i) => `<text x="${MARGIN}" y="${MARGIN + 14 + i * LINE}">${spans(line, theme)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    '<title>retag plan and retag apply for the git tag v1.0.0</title>',
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${theme.back}" stroke="${theme.edge}"/>`,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="${theme.text}">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

for (const [name, theme] of Object.entries(THEMES)) {
  const path = join(root, `docs/recording-${name}.svg`);
  if (!process.argv.includes('--check')) writeFileSync(path, drawing(theme));
  else if (readFileSync(path, 'utf8') !== drawing(theme)) {
    console.error(`docs/recording-${name}.svg is not what ${PAGE} gives. Run "npm run docs".`);
    process.exitCode = 1;
  }
}
