/*
 * Retag and Node in one file that needs nothing else, for the machine that this runs on: a single executable application
 * (https://nodejs.org/api/single-executable-applications.html) of the committed dist/.
 *   node scripts/executable.mjs FILE [NODE]   with this Node, or another binary that runs here
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { build } from 'esbuild';
import { inject } from 'postject';

const root = resolve(import.meta.dirname, '..');
const [file, node = process.execPath] = process.argv.slice(2);
if (file === undefined) throw new Error('node scripts/executable.mjs FILE [NODE]');

// What Node looks for in its own file, from its documentation.
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const directory = mkdtempSync(join(tmpdir(), 'retag-executable-'));
const at = (name) => join(directory, name);
try {
  await build({
    absWorkingDir: root,
    entryPoints: ['dist/cli.cjs'],
    outfile: at('retag.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    charset: 'ascii',
    external: ['kerberos'], // of a proxy that asks for it; not part of dist/ either
    logLevel: 'warning',
  });
  const config = {
    main: at('retag.cjs'),
    output: at('blob'),
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
  };
  writeFileSync(at('sea.json'), JSON.stringify(config));
  execFileSync(node, ['--experimental-sea-config', at('sea.json')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  copyFileSync(node, file);
  chmodSync(file, 0o755);
  const apple = process.platform === 'darwin';
  // A signed file must not change: Apple's loader refuses it, so Node's signature goes and one without a name comes.
  if (apple) execFileSync('codesign', ['--remove-signature', file]);
  const segment = apple ? { machoSegmentName: 'NODE_SEA' } : {};
  await inject(file, 'NODE_SEA_BLOB', readFileSync(at('blob')), { sentinelFuse: FUSE, ...segment });
  if (apple) execFileSync('codesign', ['--sign', '-', file]);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
