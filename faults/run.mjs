/**
 * `npm run faults`, `npm run faults:kill`, `npm run faults:races`, `npm run search`, `npm run trust`: bundles faults/main.ts and runs the part that the
 * first word names. The real registries come from scripts/stack/install.sh.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { build } from 'esbuild';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const directory = mkdtempSync(join(tmpdir(), 'retag-faults-'));
const outfile = join(directory, 'faults.mjs');
try {
  await build({
    entryPoints: ['faults/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    sourcemap: 'inline',
    logLevel: 'error',
    // yaml is CommonJS and asks for `process`
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const { main } = await import(pathToFileURL(outfile).href);
  process.exitCode = await main(process.argv.slice(2));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
