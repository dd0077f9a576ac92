/*
 * How long does classifying take, and does a hostile ref make it take longer?
 *
 *   node bench/classify.mjs
 *
 * 1. CPU time of 100,000 refs for each preset (the refs of the fixtures, over and over): less than a second.
 * 2. CPU time of hostile patterns over names of growing length: doubling the name must about double the time.
 * Exits 1 when one of the two does not hold. Needs the development dependencies (esbuild); runs on Node 20 and later.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REFS = 100_000;
const LIMIT_MS = 1_000;

/** The modules under test, bundled once from their sources. */
async function load() {
  const folder = await mkdtemp(join(tmpdir(), 'retag-bench-'));
  try {
    const outfile = join(folder, 'policy.mjs');
    const contents =
      "export * from './src/policy/policy.js'; export * from './src/policy/pattern.js'; export * from './src/cli/classify.js';" +
      "export { PRESET_NAMES } from './src/policy/presets/presets.js';";
    await build({
      stdin: { contents, resolveDir: ROOT, loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      logLevel: 'error',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** CPU milliseconds (user and system) of `body`. */
function cpu(body) {
  const start = process.cpuUsage();
  body();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

async function realRefs() {
  const folder = join(ROOT, '__tests__/fixtures/refs');
  const names = (await readdir(folder)).filter((name) => !/promotion|build-tags/.test(name));
  const files = await Promise.all(
    names.map(async (name) => {
      const prefix = name.includes('branches') ? 'refs/heads/' : 'refs/tags/';
      return (await readFile(join(folder, name), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => prefix + line);
    }),
  );
  const refs = files.flat();
  return Array.from({ length: REFS }, (_, i) => refs[i % refs.length]);
}

const { compilePolicy, classifyEach, jsonPieces, PRESET_NAMES, parsePattern, matchPattern } = await load();
let failed = false;

const refs = await realRefs();
console.log(`${REFS} refs, CPU milliseconds (limit ${LIMIT_MS})`);
for (const preset of PRESET_NAMES) {
  const policy = compilePolicy({ preset });
  let count = 0;
  const time = cpu(() => {
    for (const { classification } of classifyEach(policy, refs, 0)) if (classification.why !== '') count += 1;
  });
  if (count !== REFS) throw new Error(`${count} refs were classified`);
  const printed = cpu(() => {
    for (const piece of jsonPieces(classifyEach(policy, refs, 0))) count += piece.length;
  });
  console.log(
    `  ${preset.padEnd(20)} ${time.toFixed(0).padStart(6)}   and printed as JSON ${printed.toFixed(0)}`,
  );
  failed ||= time > LIMIT_MS;
}

const HOSTILE = [
  ['{a}{b}{c}{d}x', '1'],
  ['{a:text}{b:text}{c:text}x', 'a'],
  ['**{a}**{b}**x', '1'],
  ['*-*-*-*-x', '-'],
  ['{a:text}.{b:text}.{c:text}/', '.'],
];
const LENGTHS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000];
console.log(`\nhostile names, CPU microseconds per character (constant when linear)`);
console.log(`  ${'pattern'.padEnd(30)}${LENGTHS.map((n) => String(n).padStart(9)).join('')}`);
for (const [source, character] of HOSTILE) {
  const { value } = parsePattern(source);
  const perCharacter = LENGTHS.map((length) => {
    const text = character.repeat(length);
    const rounds = Math.ceil(2_000_000 / length);
    const time = cpu(() => {
      for (let i = 0; i < rounds; i += 1)
        if (matchPattern(value, text) !== null) throw new Error('it matches');
    });
    return (time * 1000) / rounds / length;
  });
  console.log(`  ${source.padEnd(30)}${perCharacter.map((n) => n.toFixed(4).padStart(9)).join('')}`);
  // 128 times the length: quadratic work would be 128 times as much per character.
  failed ||= perCharacter.at(-1) > 8 * Math.min(...perCharacter);
}
process.exitCode = failed ? 1 : 0;
