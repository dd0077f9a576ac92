/**
 * `npm run mutation [-- reference pattern existence plan policy]`: mutates the parts that decide, one after the other, each
 * against its own unit tests, and prints the score of each.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

/** What is mutated, and the tests that must notice. */
const AREAS = {
  reference: { mutate: ['src/oci/reference.ts'], tests: ['oci/reference.test.ts'] },
  pattern: { mutate: ['src/policy/pattern.ts'], tests: ['policy/pattern.test.ts'] },
  existence: { mutate: ['src/registry/head.ts'], tests: ['registry/head.test.ts'] },
  plan: {
    mutate: ['src/plan/**/*.ts'],
    tests: [
      'plan/**/*.test.ts',
      'run.test.ts',
      'observe.test.ts',
      'github/review/reviewed.test.ts',
      'cases/cases.test.ts',
    ],
  },
  policy: {
    mutate: ['src/policy/**/*.ts'],
    tests: [
      'policy/**/*.test.ts',
      'presets/**/*.test.ts',
      'cli/classify.test.ts',
      'policy/versions.test.ts',
      'policy/sequence.test.ts',
      'classify.test.ts',
      'policy/pattern.test.ts',
    ],
  },
};

const stryker = join(
  dirname(createRequire(import.meta.url).resolve('@stryker-mutator/core/package.json')),
  'bin/stryker.js',
);
const base = JSON.parse(readFileSync('stryker.config.json', 'utf8'));
const chosen = process.argv.slice(2);
const scores = [];
for (const [name, { mutate, tests }] of Object.entries(AREAS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const report = `reports/mutation-${name}.json`;
  const config = {
    ...base,
    mutate,
    jest: { ...base.jest, config: { testMatch: tests.map((file) => `<rootDir>/__tests__/${file}`) } },
    reporters: ['json', 'progress-append-only'],
    jsonReporter: { fileName: report },
    // What one area left behind must not be counted for the next.
    incremental: false,
    thresholds: { high: 90, low: 80, break: null },
  };
  mkdirSync('reports', { recursive: true });
  const file = `reports/stryker-${name}.config.json`;
  writeFileSync(file, JSON.stringify(config));
  const { status } = spawnSync(process.execPath, [stryker, 'run', file], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  scores.push(scoreOf(name, report));
}
console.log(['', 'mutants  killed  survived  score  area', ...scores.map(({ line }) => line)].join('\n'));
process.exitCode = scores.some(({ score }) => score < base.thresholds.break) ? 1 : 0;

/** Killed and timed out are seen; survived and not covered are not. Mutants that do not compile or run count for nothing. */
function scoreOf(name, report) {
  const { files } = JSON.parse(readFileSync(report, 'utf8'));
  const seen = { yes: 0, no: 0 };
  for (const [file, { source, mutants }] of Object.entries(files)) {
    for (const { status, location, mutatorName, replacement } of mutants) {
      if (status === 'Killed' || status === 'Timeout') seen.yes += 1;
      if (status !== 'Survived' && status !== 'NoCoverage') continue;
      seen.no += 1;
      const line = source.split('\n')[location.start.line - 1] ?? '';
      console.log(
        `${file}:${location.start.line} ${mutatorName}: ${line.trim().slice(0, 100)}  =>  ${(replacement ?? '').slice(0, 60)}`,
      );
    }
  }
  const total = seen.yes + seen.no;
  const score = total === 0 ? 100 : (100 * seen.yes) / total;
  const cells = [
    String(total).padStart(7),
    String(seen.yes).padStart(6),
    String(seen.no).padStart(8),
    score.toFixed(1).padStart(5),
  ];
  return { score, line: `${cells.join('  ')}  ${name}` };
}
