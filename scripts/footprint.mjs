/*
 * What Retag brings with it: packages in the bundle with their licences, packages installed, size of dist/, and how many of
 * its functions lie between the command line and the request that writes a tag.
 *   node scripts/footprint.mjs    prints it (also to the job summary); fails on a licence that is not allowed, and past MAX_FRAMES
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
  'Unlicense',
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

const MAX_FRAMES = 16;

/** The functions of Retag on the stack of the first PUT of a manifest in `retag demo`, innermost first. */
function framesOfPut() {
  const directory = mkdtempSync(join(tmpdir(), 'retag-frames-'));
  const file = join(directory, 'frames');
  try {
    const env = { PATH: process.env['PATH'], FRAMES: file };
    const args = ['-r', join(root, 'scripts/frames.cjs'), join(root, 'dist/cli.cjs'), 'demo'];
    execFileSync(process.execPath, args, { env, stdio: 'ignore' });
    return readFileSync(file, 'utf8').trimEnd().split('\n');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const frames = framesOfPut();
const lines = [
  `Direct dependencies: ${Object.keys(dependencies).length} (and ${Object.keys(devDependencies).length} for development).`,
  `In the lock file: ${atRunTime.length} packages at run time, ${installed.length} in all.`,
  `In the bundle: ${bundled.length} packages.`,
  `dist/: ${kib(total)} (${files.map(([name, size]) => `${name} ${kib(size)}`).join(', ')}).`,
  `From the command line to the request that writes a tag: ${frames.length} frames (at most ${MAX_FRAMES}).`,
];
console.log(lines.join('\n'));
const summary = process.env['GITHUB_STEP_SUMMARY'];
if (summary) appendFileSync(summary, `### Footprint\n\n${lines.map((line) => `- ${line}`).join('\n')}\n`);

if (frames.length > MAX_FRAMES) {
  console.error(`More than ${MAX_FRAMES} frames:\n${frames.join('\n')}`);
  process.exitCode = 1;
}
const wrong = bundled.filter(({ licence }) => !ALLOWED.has(licence));
if (bundled.length === 0 || wrong.length > 0) {
  const what = wrong.map(({ name, licence }) => `${name} (${licence})`).join(', ') || 'no package was found';
  console.error(`Licences of the bundle: ${what}. Allowed: ${[...ALLOWED].join(', ')}.`);
  process.exitCode = 1;
}
