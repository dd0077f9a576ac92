/* The exports of TypeScript modules of this repository, for scripts that write what the source says. */
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

export async function load(...modules) {
  const result = await build({
    absWorkingDir: root,
    stdin: { contents: modules.map((path) => `export * from './${path}';`).join('\n'), resolveDir: root },
    bundle: true,
    platform: 'node',
    format: 'esm',
    // yaml's build for Node is CommonJS, which cannot be a module of text.
    alias: { yaml: './node_modules/yaml/browser/index.js' },
    write: false,
    logLevel: 'warning',
  });
  const code = Buffer.from(result.outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${code}`);
}
