import { bakeDefinition, type DefinitionInput } from '../../src/builds/definition.js';
import { buildsOfRun } from '../../src/builds/inputs.js';
import type { BakeDefinition, BuildDefaults, SelectedBuild, SourceFacts } from '../../src/builds/model.js';
import type { BuildConfig, Origin, PlatformConfig, Stage } from '../../src/config/model.js';
import { formatProblem, OperationError, UserError } from '../../src/errors.js';
import { formatReference, type ImageRef, parseRepository, type Repository } from '../../src/oci/reference.js';
import type { InspectedImage, Registry } from '../../src/ports.js';
import type { Manifest } from '../../src/oci/manifest.js';

export const REVISION = 'a'.repeat(40);

/** Places that name the path that was asked for. */
export function originAt(name: string): Origin {
  const at = (...path: readonly (string | number)[]) => ({
    file: [name, ...path].join('.'),
    line: 1,
    column: 1,
  });
  return { at, keyAt: at, inside: (_offset, ...path) => at(...path) };
}

export function repo(text: string): Repository {
  const parsed = parseRepository(text);
  if (!parsed.ok) throw new Error(parsed.what);
  return parsed.value;
}

export function platform(name: string, stage: Stage = 'release'): PlatformConfig {
  return { platform: name, stage, requires: [], origin: originAt(name) };
}

/** An entry of `builds` as the tag file gives it; `names` and `platforms` in short. */
export function build(
  names: string | readonly string[],
  over: Partial<Omit<BuildConfig, 'names' | 'platforms'>> & { readonly platforms?: readonly string[] } = {},
): BuildConfig {
  const list = typeof names === 'string' ? [names] : names;
  const { platforms = [], ...rest } = over;
  return {
    number: 1,
    names: list.map((text) => ({ text, repository: repo(text) })),
    context: '.',
    buildArgs: {},
    buildContexts: {},
    labels: {},
    annotations: {},
    secrets: [],
    ssh: [],
    cacheFrom: [],
    cacheTo: [],
    noCache: false,
    pull: false,
    ulimits: [],
    addHosts: [],
    requires: [],
    origin: originAt('builds'),
    ...rest,
    platforms: platforms.map((name) => platform(name)),
  };
}

/** An entry as a run builds it, with these inputs of the action. */
export function withDefaults(entry: BuildConfig, defaults: BuildDefaults): BuildConfig {
  const options = { images: [], defaults, registryMap: new Map(), forces: [] };
  const [made] = buildsOfRun({ builds: [entry] }, options);
  if (made === undefined) throw new Error('no build');
  return made.config;
}

/** All platforms of the entry are built and pushed. */
export function selected(config: BuildConfig): SelectedBuild {
  const names = config.platforms.map((entry) => entry.platform);
  return { config, choice: { build: names, push: names } };
}

export const FACTS: SourceFacts = {
  revision: REVISION,
  url: 'https://github.com/dmwm/CMSKubernetes',
  title: 'CMSKubernetes',
  description: null,
  licenses: 'Apache-2.0',
  created: '2026-01-02T03:04:05.000Z',
  run: null,
};

export function definitionInput(
  builds: readonly SelectedBuild[],
  over: Partial<DefinitionInput> = {},
): DefinitionInput {
  return {
    builds,
    decision: { class: 'final', version: '2.3.4', labels: {} },
    facts: FACTS,
    render: (template) =>
      template.includes('{nothing}')
        ? { ok: false, what: '"{nothing}" is not a field', hint: 'use {tag}' }
        : { ok: true, value: template.replaceAll('{tag}', '2.3.4') },
    inputSecrets: [],
    defaultProvenance: 'mode=min',
    sourceDateEpoch: undefined,
    trusted: true,
    insecure: [],
    split: false,
    partial: false,
    ...over,
  };
}

export function definition(config: BuildConfig, over: Partial<DefinitionInput> = {}): BakeDefinition {
  return bakeDefinition(definitionInput([selected(config)], over));
}

/** The problems that a call complains about, one line each. */
export function complaints(call: () => unknown): string[] {
  try {
    call();
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(formatProblem);
    throw error;
  }
  throw new Error('no complaint');
}

/** A registry of manifests in memory, as far as builds need one. */
export function memoryRegistry(
  manifests: ReadonlyMap<string, Manifest>,
  facts: (manifest: Manifest) => InspectedImage,
): Pick<Registry, 'manifest' | 'inspect'> {
  return {
    manifest: (ref: ImageRef) => {
      const found = 'digest' in ref ? manifests.get(ref.digest) : undefined;
      if (found !== undefined) return Promise.resolve(found);
      return Promise.reject(new OperationError('absent', `${formatReference(ref)} is not there`));
    },
    inspect: (_source, manifest) => Promise.resolve(facts(manifest)),
  };
}
