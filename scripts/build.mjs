/*
 * Bundles src/ into dist/: main.cjs (the action) and cli.cjs (the command line) are small and start at once; retag.cjs
 * beside them holds all the rest, with nothing but Node below it, except what few runs need: github.cjs is the client
 * for GitHub's API, half of the code of all packages together, sigstore.cjs proves certificates, and tuf.cjs gets Sigstore's
 * trusted root. licenses.txt has the licence of every package inside.
 *   node scripts/build.mjs           writes dist/
 *   node scripts/build.mjs --check   fails when dist/ is not what the source gives
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const check = process.argv.includes('--check');

/*
 * @actions/core imports its HTTP client (and undici, more than half of the bundle) only to ask for OIDC tokens, which Retag
 * never does. Left in, it costs every start 50 ms.
 */
const withoutOidc = {
  name: 'without-oidc',
  setup(api) {
    api.onResolve({ filter: /^@actions\/http-client/ }, ({ importer }) =>
      /[\\/]@actions[\\/]core[\\/]/.test(importer) ? { path: 'no-oidc', namespace: 'retag' } : undefined,
    );
    api.onLoad({ filter: /^no-oidc$/, namespace: 'retag' }, () => ({
      contents:
        'const none = () => { throw new Error("OIDC tokens are not part of this build"); };\n' +
        'export { none as HttpClient, none as BearerCredentialHandler };\n',
    }));
  },
};

/* What is loaded at run time from a file of its own beside the entries. */
const besideEntries = {
  name: 'beside-entries',
  setup(api) {
    const separate = [
      [/\/cli\/start\.js$/, './retag.cjs'],
      [/^@actions\/github$/, './github.cjs'],
      [/^tweetnacl$/, './nacl.cjs'],
      [/^\.\/sigstore\.js$/, './sigstore.cjs'],
      [/^@sigstore\/tuf$/, './tuf.cjs'],
    ];
    for (const [filter, path] of separate) {
      api.onResolve({ filter }, ({ kind }) =>
        kind === 'dynamic-import' ? { path, external: true } : undefined,
      );
    }
  },
};

/*
 * yaml's build for Node asks for an environment variable at each of the file's words, which takes longer than reading
 * it; its build for browsers is the same code without that.
 */
const alias = { yaml: './node_modules/yaml/browser/index.js' };

const result = await build({
  absWorkingDir: root,
  entryPoints: {
    main: 'src/main.ts',
    cli: 'src/cli.ts',
    retag: 'src/cli/start.ts',
    github: '@actions/github',
    nacl: 'tweetnacl',
    sigstore: 'src/trust/sigstore.ts',
    tuf: '@sigstore/tuf',
  },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  alias,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // A real import() of CommonJS makes Node scan all of it for names of exports; require() does not.
  supported: { 'dynamic-import': false },
  // One character outside Latin-1 makes V8 keep all of a file with two bytes a character, and read it slower.
  charset: 'ascii',
  legalComments: 'none',
  metafile: true,
  write: false,
  logLevel: 'warning',
  plugins: [withoutOidc, besideEntries],
});

const files = new Map(
  result.outputFiles.map((file) => [relative(root, file.path).replaceAll('\\', '/'), file.text]),
);
files.set('dist/licenses.txt', licences(packagesIn(result.metafile)));

if (check) {
  const stale = [...files].filter(([path, text]) => readOr(join(root, path)) !== text).map(([path]) => path);
  const extra = readdirSync(join(root, 'dist')).filter((name) => !files.has(`dist/${name}`));
  if (stale.length + extra.length > 0) {
    console.error(
      `dist/ is not what the source gives: ${[...stale, ...extra].join(', ')}. Run "npm run build".`,
    );
    process.exitCode = 1;
  } else {
    console.log('dist/ is what the source gives');
  }
} else {
  mkdirSync(join(root, 'dist'), { recursive: true });
  for (const [path, text] of files) {
    writeFileSync(join(root, path), text);
    console.log(`${path} ${(Buffer.byteLength(text) / 1024).toFixed(0)} KiB`);
  }
}

function readOr(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** The directories of the packages whose code is in the bundles. */
function packagesIn(metafile) {
  const found = new Set();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
      if (match && bytesInOutput > 0) found.add(match[1]);
    }
  }
  return [...found].sort();
}

function licences(directories) {
  const packages = directories.map((directory) => ({
    meta: JSON.parse(readFileSync(join(root, directory, 'package.json'), 'utf8')),
    text: licenceText(directory),
  }));
  const parts = new Map();
  for (const { meta, text } of packages) {
    // Some packages of a monorepo ship without the licence file that their siblings have.
    const sibling = packages.find(
      (other) =>
        other.text !== null && other.meta.license === meta.license && sameRepository(other.meta, meta),
    );
    const licence = text ?? sibling?.text;
    if (!licence) throw new Error(`${meta.name} has no licence file; it cannot be bundled`);
    parts.set(
      `${meta.name}@${meta.version}`,
      `${meta.name}@${meta.version} (${meta.license})\n\n${licence}\n`,
    );
  }
  return [...parts.values()].join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceText(directory) {
  const file = readdirSync(join(root, directory)).find((name) => /^licen[cs]e/i.test(name));
  return file === undefined ? null : readFileSync(join(root, directory, file), 'utf8').trim();
}

function sameRepository(a, b) {
  return a.repository?.url !== undefined && a.repository.url === b.repository?.url;
}
