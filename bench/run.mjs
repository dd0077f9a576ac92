/**
 * `npm run bench [-- tags latency network startup memory builds] [--write]`: measures side by side in one run and prints
 * medians and ratios. `--write` puts the results into bench/README.md. The parts come from
 * scripts/stack/install.sh.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { build } from 'esbuild';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const directory = mkdtempSync(join(tmpdir(), 'retag-bench-'));
const outfile = join(directory, 'bench.mjs');
try {
  await build({
    entryPoints: ['bench/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    // yaml is CommonJS and asks for `process`
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const { main } = await import(pathToFileURL(outfile).href);
  await main(process.argv.slice(2));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
