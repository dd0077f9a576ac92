/*
 * What Retag brings with it: packages in the bundle with their licences, packages installed, size of dist/.
 *   node scripts/footprint.mjs    prints it (also to the job summary); fails on a licence that is not allowed
 */
import { appendFileSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// Permissive licences that ask for no more than what dist/licenses.txt does.
const ALLOWED = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
]);

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const heading = /^(\S+@\d\S*) \((.+)\)$/gm;
const bundled = [...readFileSync(join(root, 'dist/licenses.txt'), 'utf8').matchAll(heading)].map(
  ([, name, licence]) => ({ name, licence }),
);
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const installed = Object.entries(lock.packages).filter(([path]) => path !== '');
const atRunTime = installed.filter(([, { dev, devOptional }]) => !dev && !devOptional);
const { dependencies, devDependencies } = lock.packages[''];
const files = readdirSync(join(root, 'dist')).map((name) => [name, statSync(join(root, 'dist', name)).size]);
const kib = (bytes) => `${(bytes / 1024).toFixed(0)} KiB`;
const total = files.reduce((sum, [, size]) => sum + size, 0);

const lines = [
  `Direct dependencies: ${Object.keys(dependencies).length} (and ${Object.keys(devDependencies).length} for development).`,
  `In the lock file: ${atRunTime.length} packages at run time, ${installed.length} in all.`,
  `In the bundle: ${bundled.length} packages.`,
  `dist/: ${kib(total)} (${files.map(([name, size]) => `${name} ${kib(size)}`).join(', ')}).`,
];
console.log(lines.join('\n'));
const summary = process.env['GITHUB_STEP_SUMMARY'];
if (summary) appendFileSync(summary, `### Footprint\n\n${lines.map((line) => `- ${line}`).join('\n')}\n`);

const wrong = bundled.filter(({ licence }) => !ALLOWED.has(licence));
if (bundled.length === 0 || wrong.length > 0) {
  const what = wrong.map(({ name, licence }) => `${name} (${licence})`).join(', ') || 'no package was found';
  console.error(`Licences of the bundle: ${what}. Allowed: ${[...ALLOWED].join(', ')}.`);
  process.exitCode = 1;
}
