/** Checked data → Config: defaults filled in, names parsed, every piece with its origin. Nothing can fail here. */
import { parseRepository } from '../oci/reference.js';
import type { Parsed } from '../errors.js';
import { parseCommit } from './commit.js';
import { parseDuration } from '../shared/text.js';
import type {
  BuildConfig,
  Config,
  Gate,
  ImageConfig,
  ImageName,
  NamedFile,
  Path,
  PlatformConfig,
  PolicyConfig,
  RecordConfig,
  RuleConfig,
  StableRule,
  TrackingConfig,
  TrustAuthority,
  TrustRule,
  Unread,
} from './model.js';
import { namesOf } from './destinations.js';
import { originOf } from './origin.js';
import { parsePlatform } from '../oci/platform.js';
import type {
  BuildData,
  FileData,
  GateData,
  ImageData,
  PolicyData,
  RuleData,
  TrackingData,
  TrustData,
} from './schema/file.js';
import type { Found } from './other-tools/entries.js';
import type { Positions } from './partial.js';
import type { YamlDocument } from './yaml.js';

/** A document and its content after the check. */
export interface Piece {
  readonly document: YamlDocument;
  readonly data: FileData;
  /** where the items of its lists stand in the file; null when they are all there */
  readonly positions: Positions | null;
  /** null when all of its policy is there */
  readonly unread: Unread | null;
  /** what a file of another tool asks for */
  readonly found?: Found;
}

/** The policies of documents behind the first that has one: they count for nothing, and what is wrong in them is wrong. */
export function laterPolicies(pieces: readonly Piece[]): PolicyConfig[] {
  return pieces
    .flatMap((piece) => {
      const { policy } = piece.data;
      return policy === undefined ? [] : [policyConfig(piece, policy)];
    })
    .slice(1);
}

/** Adds the documents up in order. Of a setting that is repeated, the first counts: `collisions` has found the same value. */
export function assemble(pieces: readonly Piece[]): Config {
  const policy = first(pieces, 'policy');
  const tracking = first(pieces, 'tracking');
  const named = (name: string | readonly string[]): ImageName[] =>
    namesOf(listOf(name), first(pieces, 'destinations')?.value ?? {});
  let number = 0;
  return {
    ...(policy ? { policy: policyConfig(policy, policy.value) } : {}),
    builds: pieces.flatMap(({ document, data, positions }) =>
      (data.builds ?? []).map((build, i) =>
        buildConfig(document, build, named(build.name), ['builds', positions?.builds[i] ?? i], ++number),
      ),
    ),
    images: pieces.flatMap(({ document, data, positions, found }) => [
      ...(data.images ?? []).map((image, i) =>
        imageConfig(document, image, named(image.name), ['images', positions?.images[i] ?? i], ++number),
      ),
      ...(found?.images ?? []).map((image) => ({ ...image, number: ++number })),
    ]),
    selections: pieces.flatMap(({ found }) =>
      (found?.selections ?? []).map((selection) => ({ ...selection, number: ++number })),
    ),
    runners: byPlatform(first(pieces, 'runners')?.value ?? {}),
    stagePolicy: first(pieces, 'stage_policy')?.value ?? 'demote',
    onHold: first(pieces, 'on_hold')?.value ?? 'pass',
    ...reviewSetting(pieces),
    ...(tracking ? { tracking: trackingConfig(tracking.document, tracking.value) } : {}),
    ...trustSettings(pieces),
  };
}

function reviewSetting(pieces: readonly Piece[]): Pick<Config, 'review' | 'reviewOrigin'> {
  const review = first(pieces, 'review');
  return review ? { review: review.value, reviewOrigin: originOf(review.document, 'review') } : {};
}

function first<K extends keyof FileData>(
  pieces: readonly Piece[],
  key: K,
): (Piece & { readonly value: NonNullable<FileData[K]> }) | undefined {
  for (const piece of pieces) {
    const value = piece.data[key];
    if (value !== undefined && value !== null) return { ...piece, value };
  }
  return undefined;
}

function imageConfig(
  document: YamlDocument,
  data: ImageData,
  names: readonly ImageName[],
  path: Path,
  number: number,
): ImageConfig {
  return {
    number,
    names,
    ...given('srcName', data.src_name),
    srcRepository: sure(parseRepository(data.src_name ?? names[0]?.text ?? listOf(data.name)[0] ?? '')),
    ...given('srcBuildTag', data.src_build_tag),
    ...given('srcRef', data.src_ref),
    commit: data.src_ref === undefined ? null : parseCommit(data.src_ref),
    ...given('srcDigest', data.src_digest),
    tags: listOf(data.tag ?? data.tags),
    stable: data.stable ?? false,
    platforms: (data.platforms ?? []).map((platform) => sure(parsePlatform(platform))),
    ...given('attachments', data.attachments),
    ...given('trust', data.trust),
    requires: gateList(document, data.requires, [...path, 'requires']),
    ...given('bug', data.bug),
    references: data.references ?? [],
    origin: originOf(document, ...path),
  };
}

function buildConfig(
  document: YamlDocument,
  data: BuildData,
  names: readonly ImageName[],
  path: Path,
  number: number,
): BuildConfig {
  return {
    number,
    names,
    context: data.context ?? '.',
    ...given('file', data.file),
    ...given('target', data.target === '' ? undefined : data.target),
    buildArgs: data.build_args ?? {},
    buildContexts: data.build_contexts ?? {},
    labels: data.labels ?? {},
    annotations: data.annotations ?? {},
    secrets: data.secrets ?? [],
    ssh: data.ssh ?? [],
    cacheFrom: data.cache_from ?? [],
    cacheTo: data.cache_to ?? [],
    noCache: data.no_cache ?? false,
    pull: data.pull ?? false,
    ...given('network', data.network),
    ...given('shmSize', data.shm_size),
    ulimits: data.ulimits ?? [],
    addHosts: data.add_hosts ?? [],
    ...given('provenance', textOf(data.provenance)),
    ...given('sbom', textOf(data.sbom)),
    platforms: platformConfigs(document, data.platforms ?? [], [...path, 'platforms']),
    requires: gateList(document, data.requires, [...path, 'requires']),
    origin: originOf(document, ...path),
  };
}

/** In a list every platform is of stage release. */
function platformConfigs(
  document: YamlDocument,
  data: NonNullable<BuildData['platforms']>,
  path: Path,
): PlatformConfig[] {
  const rows = Array.isArray(data)
    ? data.map((name, index) => ({ name, at: index, value: 'release' as const }))
    : Object.entries(data).map(([name, value]) => ({ name, at: name, value }));
  return rows.map(({ name, at, value }) => {
    const { stage, requires } = typeof value === 'string' ? { stage: value, requires: undefined } : value;
    return {
      platform: sure(parsePlatform(name)),
      stage,
      requires: gateList(document, requires, [...path, at, 'requires']),
      origin: originOf(document, ...path, at),
    };
  });
}

function policyConfig({ document, positions, unread }: Piece, data: PolicyData | string): PolicyConfig {
  const origin = originOf(document, 'policy');
  if (typeof data === 'string') return { preset: data, rules: [], examples: [], origin };
  return {
    ...given('preset', data.preset),
    ...given('stable', data.stable && stableRule(document, data.stable, ['policy', 'stable'])),
    ...given('stableSuffix', data.stable_suffix),
    ...given('timezone', data.timezone),
    ...given('unmatched', data.unmatched),
    rules: (data.rules ?? []).map((rule, i) =>
      ruleConfig(document, rule, ['policy', 'rules', positions?.rules[i] ?? i]),
    ),
    examples: (data.examples ?? []).map((example, i) => ({
      ref: example.ref,
      class: example.class,
      ...given('tags', example.tags),
      origin: originOf(document, 'policy', 'examples', positions?.examples[i] ?? i),
    })),
    ...given('unread', unread ?? undefined),
    origin,
  };
}

function ruleConfig(document: YamlDocument, data: RuleData, path: Path): RuleConfig {
  const { stable = false } = data;
  return {
    class: data.class,
    ...given('branch', data.branch === undefined ? undefined : listOf(data.branch)),
    ...given('gitTag', data.git_tag === undefined ? undefined : listOf(data.git_tag)),
    tags: listOf(data.tag ?? data.tags),
    stable: stableRule(document, stable, [...path, 'stable']),
    channels: data.channels ?? [],
    labels: data.labels ?? {},
    ...given('from', data.from),
    ...given('fallback', data.fallback),
    publish: data.publish ?? true,
    ...given('claim', data.claim),
    requires: gateList(document, data.requires, [...path, 'requires']),
    origin: originOf(document, ...path),
  };
}

function stableRule(document: YamlDocument, data: NonNullable<RuleData['stable']>, path: Path): StableRule {
  return typeof data === 'object'
    ? { requires: gateList(document, data.requires, [...path, 'requires']) }
    : data;
}

function gateList(document: YamlDocument, data: readonly GateData[] | undefined, path: Path): Gate[] {
  return (data ?? []).map((gate, index) => ({
    ...given('check', gate.check),
    ...given('app', gate.app),
    ...given('repo', gate.repo),
    ...given('ref', gate.ref),
    ...given('workflow', gate.workflow?.replace(/^.*\//, '')),
    ...given('branch', gate.branch),
    ...given('consecutive', gate.consecutive),
    ...given('approvedBy', gate.approved_by),
    ...given('greenFor', gate.green_for === undefined ? undefined : sure(parseDuration(gate.green_for))),
    origin: originOf(document, ...path, index),
  }));
}

function trackingConfig(document: YamlDocument, data: TrackingData): TrackingConfig {
  return {
    title: data.title ?? '{name}: {tag}',
    ...given('body', data.body),
    labels: data.labels ?? [],
    shepherds: data.shepherds ?? [],
    origin: originOf(document, 'tracking'),
  };
}

function trustSettings(
  pieces: readonly Piece[],
): Pick<Config, 'trust' | 'trustedRoot' | 'record' | 'signingConfig'> {
  const rules = pieces.flatMap(({ document, data }) =>
    (data.trust ?? []).map((rule, i) => trustRule(document, rule, ['trust', i])),
  );
  return {
    ...given('trust', rules.length === 0 ? undefined : rules),
    ...given('trustedRoot', namedFile(pieces, 'trusted_root')),
    ...given('record', recordConfig(pieces)),
    ...given('signingConfig', namedFile(pieces, 'signing_config')),
  };
}

function namedFile(pieces: readonly Piece[], key: 'trusted_root' | 'signing_config'): NamedFile | undefined {
  const piece = first(pieces, key);
  return piece && { path: piece.value, origin: originOf(piece.document, key) };
}

function recordConfig(pieces: readonly Piece[]): RecordConfig | undefined {
  const piece = first(pieces, 'record');
  if (piece === undefined || piece.value === 'off') return undefined;
  if (piece.value === 'keyless') return 'keyless';
  return {
    env: piece.value.key.slice('env://'.length),
    origin: originOf(piece.document, 'record', 'key'),
  };
}

function trustRule(document: YamlDocument, data: TrustData, path: Path): TrustRule {
  return {
    ...given('name', data.name),
    images: listOf(data.images),
    authorities: data.authorities.map(trustAuthority),
    eachPlatform: data.platforms === 'each',
    origin: originOf(document, ...path),
  };
}

function trustAuthority({
  name,
  keyless,
  key,
  github,
  attestations,
}: TrustData['authorities'][number]): TrustAuthority {
  const env = key?.env?.replace(/^env:\/\//, '');
  const { repository = '', workflow, ref } = github ?? {};
  return {
    ...given('name', name),
    ...given('keyless', keyless?.identities),
    ...given('key', key && { ...given('file', key.file), ...given('data', key.data), ...given('env', env) }),
    ...given('github', github && { repository, ...given('workflow', workflow), ...given('ref', ref) }),
    attestations: (attestations ?? []).map(({ predicateType }) => predicateType),
  };
}

function byPlatform(runners: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(runners).map(([name, label]) => [sure(parsePlatform(name)), label]),
  );
}

/** `{ [key]: value }`, or nothing when there is no value: an optional property is absent, never undefined. */
function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}

function listOf(data: string | readonly string[] | undefined): readonly string[] {
  return typeof data === 'string' ? [data] : (data ?? []);
}

function textOf(data: string | boolean | undefined): string | undefined {
  return data === undefined ? undefined : String(data);
}

/** The value of what the definition has checked with the same parser. */
function sure<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(`checked before, and yet: ${parsed.what}`);
  return parsed.value;
}
