import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { cacheBin, findBinary, run } from '../e2e/support/stack.js';

/** What scripts/stack/install.sh has put into its cache, which notes what it installed. */
const INSTALLED = ['registry', 'crane', 'regctl', 'regsync', 'buildx', 'buildkitd'];
/** What comes from the system; the first number that looks like a version is it. */
const SYSTEM = ['docker-registry', 'skopeo', 'docker', 'oras'];

/** `crane 0.21.7, …, oras missing` */
export async function versions(): Promise<string> {
  const installed = INSTALLED.map((name) => `${name} ${noted(name) ?? 'missing'}`);
  const system = await Promise.all(SYSTEM.map(async (name) => `${name} ${(await asked(name)) ?? 'missing'}`));
  return [...installed, ...system].join(', ');
}

function noted(name: string): string | null {
  if (findBinary(name) === null) return null;
  try {
    return firstVersion(readFileSync(join(cacheBin, `.${name}.version`), 'utf8'));
  } catch {
    return 'of unknown version';
  }
}

async function asked(name: string): Promise<string | null> {
  const path = findBinary(name);
  if (path === null) return null;
  const { stdout, stderr } = await run(path, ['--version']);
  return firstVersion(stdout + stderr);
}

function firstVersion(text: string): string {
  return /\d+\.\d+\.\d+/.exec(text)?.[0] ?? 'of unknown version';
}
