/** One entry of `builds` as a bake target: every value checked, every mistake named with its place. Pure. */
import type { BuildConfig } from '../config/model.js';
import type { Location, Problem } from '../errors.js';
import { formatCsv, type CsvField } from './csv.js';
import { labelling, type Labelling, type OrReport } from './labels.js';
import type { BakeTarget, BuildDecision, PathUse, Render, SourceFacts } from './model.js';
import { imageOf } from './machines.js';
import {
  cachePaths,
  isDisabled,
  parseAttestation,
  parseCache,
  parseHost,
  parseKey,
  parseLocalPath,
  parseNamedContext,
  parseNetwork,
  parseSecret,
  parseShmSize,
  parseSsh,
  parseUlimit,
  type SecretSpec,
} from './options.js';

/** What all builds of a run share. */
export interface DefinitionContext {
  readonly decision: BuildDecision;
  readonly facts: SourceFacts;
  readonly render: Render;
  /** secrets from the action's inputs, where values are allowed */
  readonly inputSecrets: readonly string[];
  /** what an entry without `provenance` gets, as buildx's flag takes it */
  readonly defaultProvenance: string;
  /** SOURCE_DATE_EPOCH of the environment */
  readonly sourceDateEpoch: string | undefined;
  /** false on events whose code nobody reviewed: no cache is exported */
  readonly trusted: boolean;
  /** registry hosts to connect to over http, besides loopback */
  readonly insecure: readonly string[];
}

/** The parts of a target that do not depend on its platforms. */
export interface TargetParts extends Labelling {
  readonly context: string;
  /** relative to the workspace */
  readonly dockerfile: string;
  readonly contexts: Readonly<Record<string, string>>;
  readonly args: Readonly<Record<string, string>>;
  readonly attest: readonly string[];
  /** BuildKit makes an index even for one platform when there is an attestation */
  readonly attested: boolean;
  readonly secrets: readonly { readonly spec: SecretSpec; readonly location: Location | null }[];
  readonly ssh: readonly { readonly text: string; readonly paths: readonly string[] }[];
  readonly cacheFrom: readonly (readonly CsvField[])[];
  readonly cacheTo: readonly (readonly CsvField[])[];
  readonly paths: readonly PathUse[];
  readonly rest: Pick<
    BakeTarget,
    'target' | 'no-cache' | 'pull' | 'network' | 'entitlements' | 'shm-size' | 'ulimits' | 'extra-hosts'
  >;
}

/** Reads one entry; what is wrong goes to `problems`, and the parts are then not to be used. */
export function targetParts(build: BuildConfig, shared: DefinitionContext, problems: Problem[]): TargetParts {
  const at = reporter(build, problems);
  const context = at(parseLocalPath(build.context), '.', 'context');
  const file = build.file ?? (context === '.' ? 'Dockerfile' : `${context}/Dockerfile`);
  const provenance = provenanceOf(build, shared, at);
  const sbom = build.sbom === undefined ? null : at(parseAttestation('sbom', build.sbom), [], 'sbom');
  const attestations = [provenance, ...(sbom === null ? [] : [sbom])];
  const reaching = {
    secrets: secretsOf(build, shared, at, problems),
    ssh: build.ssh.map((text, i) => at(parseSsh(text), { text, paths: [] }, 'ssh', i)),
    cacheFrom: build.cacheFrom.map((text, i) => at(parseCache(text), [], 'cache_from', i)),
    cacheTo: shared.trusted ? build.cacheTo.map((text, i) => at(parseCache(text), [], 'cache_to', i)) : [],
  };
  return {
    context,
    dockerfile: at(parseLocalPath(file), 'Dockerfile', 'file'),
    contexts: mapValues(
      build.buildContexts,
      (value, key) => at(parseNamedContext(value), { text: '', local: true }, 'build_contexts', key).text,
    ),
    args: argsOf(build, shared, at),
    ...labelling(build, shared, at),
    attest: attestations.map(formatCsv),
    attested: attestations.some((fields) => !isDisabled(fields)),
    ...reaching,
    paths: pathsOf(build, reaching),
    rest: restOf(build, at),
  };
}

function pathsOf(
  { origin, fromInputs = [] }: BuildConfig,
  { secrets, ssh, cacheFrom, cacheTo }: Pick<TargetParts, 'secrets' | 'ssh' | 'cacheFrom' | 'cacheTo'>,
): PathUse[] {
  const caches = (
    key: 'cache_from' | 'cache_to',
    list: TargetParts['cacheTo'],
    access: PathUse['access'],
  ): PathUse[] =>
    list.flatMap((fields, i) => {
      const location = fromInputs.includes(key) ? null : origin.at(key, i);
      return cachePaths(fields).map(({ value }) => ({ access, path: value, location }));
    });
  return [
    ...secrets.flatMap(({ spec, location }): PathUse[] =>
      'file' in spec ? [{ access: 'read', path: spec.file, location }] : [],
    ),
    ...ssh.flatMap(({ paths }, i) =>
      paths.map((path): PathUse => ({ access: 'read', path, location: origin.at('ssh', i) })),
    ),
    ...caches('cache_from', cacheFrom, 'read'),
    ...caches('cache_to', cacheTo, 'write'),
  ];
}

function reporter(build: BuildConfig, problems: Problem[]): OrReport {
  return (parsed, fallback, ...path) => {
    if (parsed.ok) return parsed.value;
    const where = path.filter((part) => typeof part === 'string').join('.');
    problems.push({
      location: build.origin.at(...path),
      what: `${imageOf(build)}: ${where}: ${parsed.what}`,
      hint: parsed.hint,
    });
    return fallback;
  };
}

function argsOf(build: BuildConfig, shared: DefinitionContext, at: OrReport): Record<string, string> {
  const args = mapValues(build.buildArgs, (value, key) => {
    at(parseKey(key), key, 'build_args', key);
    return at(shared.render(value), value, 'build_args', key);
  });
  const epoch = shared.sourceDateEpoch;
  if (epoch !== undefined && epoch !== '' && !Object.hasOwn(args, 'SOURCE_DATE_EPOCH')) {
    args['SOURCE_DATE_EPOCH'] = epoch;
  }
  return args;
}

function provenanceOf(build: BuildConfig, shared: DefinitionContext, at: OrReport): readonly CsvField[] {
  const parsed = parseAttestation('provenance', build.provenance ?? shared.defaultProvenance);
  const fields = at(parsed, [{ key: 'type', value: 'provenance', bare: false }], 'provenance');
  const { run } = shared.facts;
  const said = fields.some(({ key }) => key === 'builder-id');
  return run === null || said || isDisabled(fields)
    ? fields
    : [...fields, { key: 'builder-id', value: run, bare: false }];
}

function secretsOf(
  build: BuildConfig,
  shared: DefinitionContext,
  at: OrReport,
  problems: Problem[],
): TargetParts['secrets'] {
  const secrets = new Map<string, TargetParts['secrets'][number]>();
  for (const text of shared.inputSecrets) {
    const parsed = parseSecret(text, true);
    if (parsed.ok) secrets.set(parsed.value.id, { spec: parsed.value, location: null });
    else problems.push({ what: `secrets: ${parsed.what}`, hint: parsed.hint });
  }
  build.secrets.forEach((text, i) => {
    const spec = at<SecretSpec>(parseSecret(text, false), { id: '', env: '' }, 'secrets', i);
    secrets.set(spec.id, { spec, location: build.origin.at('secrets', i) });
  });
  return [...secrets.values()];
}

function restOf(build: BuildConfig, at: OrReport): TargetParts['rest'] {
  const network = build.network === undefined ? undefined : at(parseNetwork(build.network), '', 'network');
  const hosts = build.addHosts.map((text, i) => at(parseHost(text), ['', ''] as const, 'add_hosts', i));
  return {
    ...(build.target ? { target: build.target } : {}),
    ...(build.noCache ? { 'no-cache': true } : {}),
    ...(build.pull ? { pull: true } : {}),
    ...(network === undefined ? {} : { network }),
    ...(network === 'host' ? { entitlements: ['network.host'] } : {}),
    ...(build.shmSize === undefined ? {} : { 'shm-size': at(parseShmSize(build.shmSize), '', 'shm_size') }),
    ...(build.ulimits.length === 0
      ? {}
      : { ulimits: build.ulimits.map((text, i) => at(parseUlimit(text), '', 'ulimits', i)) }),
    ...(hosts.length === 0 ? {} : { 'extra-hosts': Object.fromEntries(hosts) }),
  };
}

function mapValues(
  values: Readonly<Record<string, string>>,
  change: (value: string, key: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value, key)]));
}
