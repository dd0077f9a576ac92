/** Releases in small: policies and builds as a tag file has them, names in a registry that is a map. */
import { buildsOfRun, type RunBuild } from '../../src/builds/inputs.js';
import { namesOf } from '../../src/classify.js';
import { parseConfig } from '../../src/config/config.js';
import type { Config } from '../../src/config/model.js';
import { parseRepository, type Repository } from '../../src/oci/reference.js';
import { parseForce, parseRegistryMap } from '../../src/plan/overrides.js';
import type { RefFacts, ResolvedDecision } from '../../src/policy/policy.js';
import { memoryRegistry } from './memory-registry.js';
import { factsOf, policyOf } from './policies.js';

type BuildOptions = Parameters<typeof buildsOfRun>[1];

export function config(yaml: string): Config {
  return parseConfig([{ path: 'tags.yaml', bytes: new TextEncoder().encode(yaml) }]);
}

export function options(
  changes: { map?: string[]; force?: string[] } & Partial<BuildOptions> = {},
): BuildOptions {
  const { map = [], force = [], ...rest } = changes;
  return { images: [], defaults: {}, registryMap: parseRegistryMap(map), forces: parseForce(force), ...rest };
}

/** Builds of these names, each with one name or several. */
export function builds(...names: (string | string[])[]): RunBuild[] {
  const entries = names.map((name) => `  - name: ${JSON.stringify(name)}\n`);
  return buildsOfRun(config(`policy: wmcore\nbuilds:\n${entries.join('')}`), options());
}

export function repository(text: string): Repository {
  const parsed = parseRepository(text);
  if (!parsed.ok) throw new Error(parsed.what);
  return parsed.value;
}

/** What a policy without numbers calls a ref. */
export async function resolved(
  policy: string,
  ref: string,
  facts: Partial<RefFacts> = {},
): Promise<ResolvedDecision> {
  const naming = await namesOf(policyOf(policy), factsOf(ref, facts), [repository('reg.example/app')], {
    registry: memoryRegistry({}),
    concurrency: 1,
    claim: null,
  });
  if (naming.resolved === null) throw new Error('nothing is built for this ref');
  return naming.resolved;
}
