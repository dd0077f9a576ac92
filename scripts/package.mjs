/*
 * The package on npm depends on nothing: dist/ holds all that it needs. npm runs this around `npm pack`, so that the package.json in the
 * archive is without dependencies and scripts, and the one of the checkout stays.
 *   node scripts/package.mjs --strip     before, the checkout's is kept as .package.json
 *   node scripts/package.mjs --restore   after
 */
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const [file, kept] = ['package.json', '.package.json'].map((name) => join(root, name));

if (process.argv.includes('--strip')) {
  if (existsSync(kept)) throw new Error(`${kept} is left of an earlier run; move it back to package.json`);
  copyFileSync(file, kept);
  const { scripts, dependencies, devDependencies, overrides, ...published } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  if (!scripts || !dependencies || !devDependencies || !overrides)
    throw new Error(`${file} is stripped already`);
  writeFileSync(file, `${JSON.stringify(published, null, 2)}\n`);
} else {
  renameSync(kept, file);
}
