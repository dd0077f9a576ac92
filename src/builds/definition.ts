/** All builds of a run as one bake definition (docs/builds.md). Pure. */
import { UserError, type Problem } from '../errors.js';
import { formatRepository, sameRepository, type Repository } from '../oci/reference.js';
import { formatCsv, hclLiterals, type CsvField } from './csv.js';
import type {
  SecretUse,
  BakeDefinition,
  BakeFile,
  BakeTarget,
  BuildxNeed,
  SelectedBuild,
  TargetInfo,
  SourceFacts,
} from './model.js';
import { imageOf, platformTarget, targetNames } from './machines.js';
import type { SecretSpec } from './options.js';
import { targetParts, type DefinitionContext, type TargetParts } from './target.js';
import type { ResolvedDecision } from '../policy/model.js';
import { renderWith } from './labels.js';

export interface DefinitionInput extends DefinitionContext {
  readonly builds: readonly SelectedBuild[];
  /**
   * One target a platform, each pushed by digest, to be joined here: on a builder with several nodes, where
   * buildx would push the joined index to a tag of its own choosing, and on one of several machines.
   */
  readonly split: boolean;
  /** this machine builds one platform of several (input `platform`) */
  readonly partial: boolean;
  /** nothing is pushed */
  readonly checkOnly?: boolean;
}

/**
 * The bake definition: one group, for each build one target (or one a platform), pushed by digest only, and one
 * more for platforms that are built without being pushed.
 * @throws UserError with every value that cannot be used, at its place
 */
export function bakeDefinition(input: DefinitionInput): BakeDefinition {
  const problems: Problem[] = [...duplicateNames(input.builds), ...nothingLeft(input)];
  const parts = input.builds.map(({ config }) => targetParts(config, input, problems));
  if (problems.length > 0) throw new UserError(problems);
  const names = targetNames(input.builds.map(({ config }) => imageOf(config)));
  const values = new Map<string, string>();
  const made = input.builds.flatMap((build, i) =>
    targetsOf(build, must(parts[i]), must(names[i]), input, values),
  );
  const scoped = made.length > 1 || input.split;
  const targets = made.map(
    ({ info, body, cache }) => [info.name, { ...body, ...cacheOf(cache, info.name, scoped) }] as const,
  );
  const file: BakeFile = {
    group: { default: { targets: made.map(({ info }) => info.name) } },
    target: Object.fromEntries(targets),
  };
  return {
    file,
    text: `${JSON.stringify(hclLiterals(file), null, 2)}\n`,
    targets: made.map(({ info }) => info),
    indexAnnotations: new Map(
      input.builds.map(({ config }, i) => [imageOf(config), indexAnnotations(must(parts[i]))]),
    ),
    allow: allowances(parts),
    needs: needsOf(file, allowances(parts)),
    secrets: parts.flatMap(secretUses),
    secretValues: Object.fromEntries([...values].map(([value, variable]) => [variable, value])),
  };
}

interface Made {
  readonly info: TargetInfo;
  readonly body: BakeTarget;
  readonly cache: TargetParts;
}

function targetsOf(
  { config, choice }: SelectedBuild,
  parts: TargetParts,
  name: string,
  input: DefinitionInput,
  values: Map<string, string>,
): Made[] {
  const repository = must(config.names[0]).repository;
  const native = config.platforms.length === 0;
  const { context, dockerfile } = parts;
  const common = {
    image: imageOf(config),
    repository,
    context,
    dockerfile,
    stage: parts.rest.target ?? null,
    paths: parts.paths,
    origin: config.origin,
  };
  const make = (target: string, platforms: readonly string[], pushed: boolean): Made => {
    const output = pushed ? pushOutput(repository, input.insecure) : 'type=cacheonly';
    const info = { name: target, ...common, platforms, pushed, split: pushed && input.split && !native };
    return { info, body: bodyOf(parts, info, output, input.split, values), cache: parts };
  };
  if (input.checkOnly === true) return [make(name, choice.build, false)];
  const check = choice.build.filter((platform) => !choice.push.includes(platform));
  const checks = check.length > 0 ? [make(`${name}_check`, check, false)] : [];
  if (native || (!input.split && choice.push.length > 0)) return [make(name, choice.push, true), ...checks];
  return [...choice.push.map((one) => make(platformTarget(name, one), [one], true)), ...checks];
}

function bodyOf(
  parts: TargetParts,
  { platforms, pushed }: Pick<TargetInfo, 'platforms' | 'pushed'>,
  output: string,
  split: boolean,
  values: Map<string, string>,
): BakeTarget {
  // In a split build the index is made here, with the index annotations; the single platforms keep their own.
  const index = !split && (platforms.length > 1 || parts.attested);
  const annotations = pushed ? parts.annotations.flatMap((entry) => annotationText(entry, index)) : [];
  const secret = parts.secrets.map(({ spec }) => secretText(spec, values));
  return {
    context: parts.context,
    dockerfile: relativeTo(parts.context, parts.dockerfile),
    ...some('contexts', parts.contexts),
    ...(platforms.length > 0 ? { platforms } : {}),
    ...some('args', parts.args),
    ...some('labels', parts.labels),
    ...(annotations.length > 0 ? { annotations } : {}),
    ...(pushed ? { attest: parts.attest } : {}),
    ...(secret.length > 0 ? { secret } : {}),
    ...(parts.ssh.length > 0 ? { ssh: parts.ssh.map(({ text }) => text) } : {}),
    ...parts.rest,
    output: [output],
  };
}

/**
 * `index:` is refused by BuildKit for an image that is no index ("index annotations not supported for single
 * platform export"), so the level goes where there is none.
 */
function annotationText(entry: TargetParts['annotations'][number], index: boolean): string[] {
  const levels = (entry.levels ?? ['index', 'manifest']).filter(
    (level) => index || !level.startsWith('index'),
  );
  return levels.length === 0 ? [] : [`${levels.join(',')}:${entry.text}`];
}

/** Annotations of the index that Retag joins itself. */
function indexAnnotations(parts: Pick<TargetParts, 'annotations'>): Record<string, string> {
  return Object.fromEntries(
    parts.annotations
      .filter(({ levels }) => levels === null || levels.includes('index'))
      .map(({ text }) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
}

/** The grammar of repository names has no comma or quote, so this CSV cannot be widened (threat 4). */
function pushOutput(repository: Repository, insecure: readonly string[]): string {
  const name = formatRepository(repository);
  if (/[,"\s]/.test(name))
    throw new UserError({
      what: `"${name}" is not an image name`,
      hint: 'take the comma or quotation mark out',
    });
  const open = insecure.includes(repository.registry) ? ',registry.insecure=true' : '';
  return `type=image,name=${name},push-by-digest=true,name-canonical=true,push=true${open}`;
}

function secretText(spec: SecretSpec, values: Map<string, string>): string {
  const field = (key: string, value: string): CsvField => ({ key, value, bare: false });
  if ('env' in spec) return formatCsv([field('id', spec.id), field('env', spec.env)]);
  if ('file' in spec) return formatCsv([field('id', spec.id), field('src', spec.file)]);
  const variable = values.get(spec.value) ?? `RETAG_SECRET_${values.size}`;
  values.set(spec.value, variable);
  return formatCsv([field('id', spec.id), field('env', variable)]);
}

function secretUses(parts: TargetParts): SecretUse[] {
  return parts.secrets.flatMap(({ spec, location }): SecretUse[] => {
    if ('env' in spec) return [{ from: 'env', name: spec.env, location }];
    return 'file' in spec ? [{ from: 'file', name: spec.file, location }] : [];
  });
}

/**
 * Targets that export to `type=gha` without a scope overwrite each other's cache (BuildKit's default scope is
 * one name for all), so each gets its own.
 */
function cacheOf(
  parts: TargetParts,
  scope: string,
  scoped: boolean,
): Pick<BakeTarget, 'cache-from' | 'cache-to'> {
  const text = (fields: readonly CsvField[]): string => {
    const gha = fields.some(({ key, value }) => key === 'type' && value === 'gha');
    const named = fields.some(({ key }) => key === 'scope');
    return formatCsv(
      gha && scoped && !named ? [...fields, { key: 'scope', value: scope, bare: false }] : fields,
    );
  };
  return {
    ...(parts.cacheFrom.length > 0 ? { 'cache-from': parts.cacheFrom.map(text) } : {}),
    ...(parts.cacheTo.length > 0 ? { 'cache-to': parts.cacheTo.map(text) } : {}),
  };
}

/**
 * What bake asks leave for since 0.17: files outside the working directory, the SSH agent, the host's network. Files only
 * where an input names them: what the tag file names has to be in the workspace (docker/workspace.ts).
 */
function allowances(parts: readonly TargetParts[]): string[] {
  const list = parts.flatMap((part) => [
    ...part.paths
      .filter(({ path, location }) => location === null && /^(?:[/~]|\.\.(?:\/|$))/.test(path))
      .map(({ access, path }) => `fs.${access}=${path}`),
    ...(part.ssh.some(({ paths }) => paths.length === 0) ? ['ssh'] : []),
    ...(part.rest.network === 'host' ? ['network.host'] : []),
  ]);
  return [...new Set(list)];
}

/**
 * The releases of buildx that brought what the definition uses, the newest first (buildx's tags, bake/bake.go).
 * 0.13.0 is the least: it has annotations (0.12), shm_size and ulimits, and is what Debian and Ubuntu carry.
 */
function needsOf(file: BakeFile, allow: readonly string[]): BuildxNeed[] {
  const bodies = Object.values(file.target);
  const uses = (key: keyof BakeTarget): boolean => bodies.some((body) => body[key] !== undefined);
  const needs: BuildxNeed[] = [];
  if (uses('extra-hosts')) needs.push({ version: '0.25.0', what: 'add_hosts' });
  if (uses('network')) needs.push({ version: '0.17.0', what: 'network' });
  if (allow.some((name) => name === 'network.host')) needs.push({ version: '0.17.0', what: 'network: host' });
  needs.push({ version: '0.13.0', what: 'annotations, attestations and limits in a bake definition' });
  return needs;
}

/** A build whose every platform is held back would be an image of nothing. */
function nothingLeft({ builds, decision, partial }: DefinitionInput): Problem[] {
  return builds
    .filter(({ config, choice }) => config.platforms.length > 0 && choice.push.length === 0 && !partial)
    .map(({ config }) => ({
      location: config.origin.at('platforms'),
      what: `${imageOf(config)}: no platform is left for an image of class ${decision.class}`,
      hint: 'give at least one platform the stage "release"',
    }));
}

/** The first name tells builds apart, and no image may be pushed by two builds. */
function duplicateNames(builds: readonly SelectedBuild[]): Problem[] {
  const seen: Repository[] = [];
  const problems: Problem[] = [];
  for (const { config } of builds) {
    config.names.forEach(({ repository, text }, i) => {
      if (seen.some((other) => sameRepository(other, repository))) {
        problems.push({
          location: config.origin.at('name', ...(config.names.length > 1 ? [i] : [])),
          what: `two builds are called "${text}"`,
          hint: 'give each image one build',
        });
      }
      seen.push(repository);
    });
  }
  return problems;
}

/** `file`, relative to `context`; both are relative to the workspace and clean. Bake joins the two again. */
function relativeTo(context: string, file: string): string {
  const from = context === '.' ? [] : context.split('/');
  const to = file.split('/');
  let shared = 0;
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared++;
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/');
}

function some<K extends string>(
  key: K,
  value: Readonly<Record<string, string>>,
): Record<K, Readonly<Record<string, string>>> | Record<string, never> {
  return Object.keys(value).length === 0
    ? {}
    : ({ [key]: value } as Record<K, Readonly<Record<string, string>>>);
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a build without a name');
  return value;
}

// From a release to the bake definition of what is left to build.

/** What the definition takes from the run besides the release. */
interface DefinitionSettings {
  readonly source: SourceFacts;
  readonly inputSecrets: readonly string[];
  readonly defaultProvenance: string;
  readonly sourceDateEpoch: string | undefined;
  readonly trusted: boolean;
  readonly insecure: readonly string[];
  /** this machine builds one platform of several; empty: all */
  readonly platform: string;
  readonly checkOnly?: boolean;
}

/** The input of `bakeDefinition`. */
export function definitionInput(
  builds: readonly SelectedBuild[],
  decision: ResolvedDecision,
  settings: DefinitionSettings,
): DefinitionInput {
  if (decision.class === null) throw new Error('a build without a class');
  const partial = settings.platform !== '';
  return {
    builds,
    split: partial,
    partial,
    checkOnly: settings.checkOnly === true,
    decision: { class: decision.class, version: decision.version ?? '', labels: decision.labels },
    facts: settings.source,
    render: renderWith(decision),
    inputSecrets: settings.inputSecrets,
    defaultProvenance: settings.defaultProvenance,
    sourceDateEpoch: settings.sourceDateEpoch,
    trusted: settings.trusted,
    insecure: settings.insecure,
  };
}
