/*
 * The tests, in two tiers that the place of a file tells apart: tests in a folder named `bundle` start dist/ as child
 * processes, tests in a folder named `sweeps` try thousands of combinations or read megabytes, and all others are quick.
 *   node scripts/test.mjs          the quick ones, and what the rest is called
 *   node scripts/test.mjs --slow   those in bundle/ and sweeps/
 *   node scripts/test.mjs --all    both
 *   node scripts/test.mjs PATH...  the files named, of either tier
 * Other options are jest's, with their values after "=".
 */
import { spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const SLOW = '__tests__/(.*/)?(bundle|sweeps)/';
const REST = `
Not run: "npm run test:slow", the bundle as a child process and the sweeps ("npm run test:all" is both tiers);
"npm run e2e", real registries and builds; "npm run faults", every fault at every request.`;

const given = process.argv.slice(2);
const words = given.filter((word) => word !== '--slow' && word !== '--all');
const named = words.some((word) => !word.startsWith('-'));
const quick = !named && words.length === given.length;
const selection = quick ? [`--testPathIgnorePatterns=${SLOW}`] : [];
if (!named && given.includes('--slow')) selection.push(SLOW);

const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
const { status, error } = spawnSync(process.execPath, [...jest, ...words, ...selection], {
  cwd: root,
  stdio: 'inherit',
});
if (error) throw error;
if (quick) console.error(REST);
process.exitCode = status ?? 1;
