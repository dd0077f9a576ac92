import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';

import { benchBuilds } from './builds.js';
import { benchLatency } from './latency.js';
import { benchMemory } from './memory.js';
import { benchNetwork } from './network.js';
import { benchStartup } from './startup.js';
import { benchTags } from './tags.js';
import { versions } from './versions.js';

const BENCHES: Readonly<Record<string, () => Promise<string>>> = {
  tags: benchTags,
  latency: benchLatency,
  network: benchNetwork,
  startup: benchStartup,
  memory: benchMemory,
  builds: benchBuilds,
};

const README = 'bench/README.md';
const START = '<!-- results: written by npm run bench -- --write -->';
const END = '<!-- end of results -->';

/** Runs the named benchmarks, or all of them, one after the other. */
export async function main(words: readonly string[]): Promise<void> {
  const named = words.filter((word) => !word.startsWith('--'));
  const unknown = named.filter((name) => !(name in BENCHES));
  if (unknown.length > 0) {
    throw new Error(`no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
  }
  const sections = [await conditions()];
  for (const name of named.length > 0 ? named : Object.keys(BENCHES)) {
    console.error(`bench: ${name}`);
    sections.push(await BENCHES[name]!());
    console.log(`\n${sections.at(-1)!}`);
  }
  if (words.includes('--write')) write(sections.join('\n\n'));
}

async function conditions(): Promise<string> {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, Node ${process.versions.node}, ${cpus().length} × ${processor}; registries, proxies and clients on the same cores. Load before the start: ${loadavg()[0]!.toFixed(1)}.\n${await versions()}.`;
}

function write(results: string): void {
  const text = readFileSync(README, 'utf8');
  const [before, rest] = text.split(START);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${README} has lost its markers`);
  writeFileSync(README, `${before}${START}\n\n${results}\n\n${END}${after}`);
}
