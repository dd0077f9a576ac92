/**
 * The same policies twice: as a tag file, and as expressions and functions written by hand. Imports nothing of src. The
 * order of channels is kept in a ledger of what was released through which, and no tag is ever read backwards.
 */

import { createHash } from 'node:crypto';

type Groups = Readonly<Record<string, string>>;

export interface OracleRule {
  readonly name: string;
  readonly class: string;
  readonly kind: 'branch' | 'tag';
  readonly match: RegExp;
  /** primary tags of a ref; absent: its name */
  readonly tags?: (groups: Groups) => readonly string[];
  /** the suffix of stable tags; absent: none */
  readonly stable?: string;
  readonly channels?: (groups: Groups) => readonly string[];
  /** most significant first */
  readonly version?: (groups: Groups) => readonly string[];
  readonly publish?: false;
}

export interface OraclePolicy {
  readonly title: string;
  readonly tagFile: string;
  readonly rules: readonly OracleRule[];
  /** Names of refs that would take the name of another rule or kind, as this policy's author sees them. */
  readonly taken?: RegExp;
  /** a day that no calendar has is a mistake in the name, and no other rule has it */
  readonly day?: RegExp;
}

const policyText = (...lines: readonly string[]): string =>
  ['policy:', ...lines.map((line) => `  ${line}`), ''].join('\n');

const three = ({ major = '', minor = '', patch = '' }: Groups): readonly string[] => [major, minor, patch];
const semverChannels = ({ major = '', minor = '' }: Groups): readonly string[] => [
  `${major}.${minor}`,
  major,
  'latest',
];

const SEMVER: readonly OracleRule[] = [
  {
    name: 'semver/final',
    class: 'final',
    kind: 'tag',
    match: /^v?(?<major>\d+)\.(?<minor>\d+)\.(?<patch>\d+)$/,
    channels: semverChannels,
    version: three,
  },
  { name: 'semver/prerelease', class: 'snapshot', kind: 'tag', match: /^v?\d+\.\d+\.\d+-[\w.-]+$/ },
];

/** The moment and commit of the decisions on branches; a run has its own. */
export const BRANCH_TIME = '20211101T123456Z';
export const BRANCH_SHA = '16a70a1e17939e45d6003edde221cd2a0d0aa56c';

/** A branch in a tag, by docs/policy.md, "From ref names to tags". */
function inTag(branch: string): string {
  if (/^[\w][\w.-]*$/.test(branch)) return branch;
  const hash = createHash('sha256').update(branch).digest('hex').slice(0, 8);
  return `${branch
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .replace(/[.-]+$/, '')}-${hash}`;
}

const SEMVER_BRANCH: OracleRule = {
  name: 'semver/branch',
  class: 'snapshot',
  kind: 'branch',
  match: /^(?<branch>.*)$/s,
  tags: ({ branch = '' }) => [`${inTag(branch)}-${BRANCH_SHA.slice(0, 12)}`],
};

const STARLINGX: readonly OracleRule[] = [
  {
    name: 'starlingx/release-build',
    class: 'snapshot',
    kind: 'branch',
    match: /^r\/stx\.(?<release>\d+\.\d+)$/,
    tags: ({ release = '' }) => [`rc-${release}-debian-stable-${BRANCH_TIME}.0`],
  },
  {
    name: 'starlingx/build',
    class: 'snapshot',
    kind: 'branch',
    match: /^(?<branch>.*)$/s,
    tags: ({ branch = '' }) => [`${inTag(branch)}-debian-stable-${BRANCH_TIME}.0`],
  },
];

const K8S_BRANCHES: readonly OracleRule[] = [
  {
    name: 'k8s-topology-aware/snapshot',
    class: 'snapshot',
    kind: 'branch',
    match: /^(?:main|master)$/,
    tags: () => [`v0.0.${BRANCH_TIME.slice(0, 8)}{seq:2}`],
  },
  {
    name: 'k8s-topology-aware/patch',
    class: 'patch',
    kind: 'branch',
    match: /^release-[^/]*$/,
    tags: () => ['{base}{seq:2}'],
  },
];

const WMCORE: readonly OracleRule[] = [
  { name: 'wmcore/final', class: 'final', kind: 'tag', match: /^\d+\.\d+\.\d+$/, stable: '-stable' },
  { name: 'wmcore/patch', class: 'patch', kind: 'tag', match: /^\d+\.\d+\.\d+\.\d+$/, stable: '-stable' },
  { name: 'wmcore/snapshot', class: 'snapshot', kind: 'tag', match: /^.*$/s },
];

const K8S: readonly OracleRule[] = [
  { name: 'k8s-topology-aware/snapshot-tag', class: 'snapshot', kind: 'tag', match: /^v0\.0\.\d{10}$/ },
  { name: 'k8s-topology-aware/patch-tag', class: 'patch', kind: 'tag', match: /^v\d+\.\d+\.\d{3,}$/ },
  {
    name: 'k8s-topology-aware/final',
    class: 'final',
    kind: 'tag',
    match: /^v\d+\.\d+\.\d+$/,
    publish: false,
  },
];

const CALVER: readonly OracleRule[] = [
  { name: 'calver/final', class: 'final', kind: 'tag', match: /^\d{4}\.\d{1,2}\.\d+$/ },
  { name: 'calver/day', class: 'final', kind: 'tag', match: /^\d{8}$/ },
];

export const ORACLES: readonly OraclePolicy[] = [
  { title: 'preset wmcore', tagFile: policyText('preset: wmcore'), rules: WMCORE, taken: /-stable$/ },
  {
    title: 'preset semver',
    tagFile: policyText('preset: semver'),
    rules: [...SEMVER, SEMVER_BRANCH],
    taken: /-stable$/,
  },
  {
    title: 'preset k8s-topology-aware',
    tagFile: policyText('preset: k8s-topology-aware'),
    rules: [...K8S_BRANCHES, ...K8S],
  },
  { title: 'preset starlingx', tagFile: policyText('preset: starlingx'), rules: STARLINGX },
  { title: 'preset calver', tagFile: policyText('preset: calver'), rules: CALVER, day: /^\d{8}$/ },
  {
    title: 'the example of the documentation: patches are finals too, but for the order of the rules',
    tagFile: policyText(
      'rules:',
      "  - { class: patch, git_tag: 'v{major}.{minor}.{patch}{seq:2}', tag: '{git_tag}', stable: true }",
      "  - { class: final, git_tag: 'v{major}.{minor}.{patch}', tag: '{git_tag}', stable: true, channels: ['{major}.{minor}', latest] }",
      "  - { class: stable, git_tag: '{version:text}-stable', from: '{version}', tag: '{version}-stable' }",
    ),
    rules: [
      { name: 'policy/1', class: 'patch', kind: 'tag', match: /^v\d+\.\d+\.\d+\d\d$/, stable: '-stable' },
      {
        name: 'policy/2',
        class: 'final',
        kind: 'tag',
        match: /^v(?<major>\d+)\.(?<minor>\d+)\.(?<patch>\d+)$/,
        stable: '-stable',
        channels: ({ major = '', minor = '' }) => [`${major}.${minor}`, 'latest'],
        version: three,
      },
    ],
  },
  {
    title: 'wmcore behind a rule with channels: any other git tag is a snapshot of its own name',
    tagFile: policyText(
      'preset: wmcore',
      'rules:',
      "  - { class: final, git_tag: '{major}.{minor}.{patch}', tag: '{git_tag}', stable: true, channels: ['{major}.{minor}', latest] }",
    ),
    rules: [
      {
        name: 'policy/1',
        class: 'final',
        kind: 'tag',
        match: /^(?<major>\d+)\.(?<minor>\d+)\.(?<patch>\d+)$/,
        stable: '-stable',
        channels: ({ major = '', minor = '' }) => [`${major}.${minor}`, 'latest'],
        version: three,
      },
      ...WMCORE,
    ],
    taken: /^(?:\d+\.\d+|latest|.*-stable)$/,
  },
  {
    title: 'three and four numbers through one channel',
    tagFile: policyText(
      'unmatched: ignore',
      'rules:',
      "  - { class: final, git_tag: '{major}.{minor}.{patch}', tag: '{git_tag}', channels: ['{major}.{minor}', latest] }",
      "  - { class: patch, git_tag: '{major}.{minor}.{patch}.{build}', tag: '{git_tag}', channels: ['{major}.{minor}', latest] }",
    ),
    rules: [
      {
        name: 'policy/1',
        class: 'final',
        kind: 'tag',
        match: /^(?<major>\d+)\.(?<minor>\d+)\.(?<patch>\d+)$/,
        channels: ({ major = '', minor = '' }) => [`${major}.${minor}`, 'latest'],
        version: three,
      },
      {
        name: 'policy/2',
        class: 'patch',
        kind: 'tag',
        match: /^(?<major>\d+)\.(?<minor>\d+)\.(?<patch>\d+)\.(?<build>\d+)$/,
        channels: ({ major = '', minor = '' }) => [`${major}.${minor}`, 'latest'],
        version: (groups) => [...three(groups), groups['build'] ?? ''],
      },
    ],
  },
  {
    title: 'days, and numbers that look like days',
    tagFile: policyText(
      'unmatched: ignore',
      'rules:',
      "  - { class: snapshot, git_tag: ['{date}', 's{date}'], tag: '{git_tag}', channels: [nightly] }",
      "  - { class: final, git_tag: '{major}', tag: '{git_tag}', channels: [latest] }",
      "  - { class: final, git_tag: '{year:4}.{month:2}.{micro}', tag: '{git_tag}', channels: ['y{year}', rolling] }",
    ),
    rules: [
      {
        name: 'policy/1',
        class: 'snapshot',
        kind: 'tag',
        match: /^s?(?<date>\d{8})$/,
        channels: () => ['nightly'],
        version: ({ date = '' }) => [date],
      },
      {
        name: 'policy/2',
        class: 'final',
        kind: 'tag',
        match: /^(?<major>\d+)$/,
        channels: () => ['latest'],
        version: ({ major = '' }) => [major],
      },
      {
        name: 'policy/3',
        class: 'final',
        kind: 'tag',
        match: /^(?<year>\d{4})\.(?<month>\d{2})\.(?<micro>\d+)$/,
        channels: ({ year = '' }) => [`y${year}`, 'rolling'],
        version: ({ year = '', month = '', micro = '' }) => [year, month, micro],
      },
    ],
    day: /^s?\d{8}$/,
  },
  {
    title:
      'release candidates and everything else beside semver, with channels `v1` that are git tags elsewhere',
    tagFile: policyText(
      'stable_suffix: .final',
      'rules:',
      "  - { class: snapshot, git_tag: ['v{major}.{minor}.{patch}-rc.{rc}', 'v{major}.{minor}.{patch}-rc{rc}'], tag: '{git_tag}', channels: [candidate] }",
      "  - { class: final, git_tag: 'v{major}.{minor}.{patch}', tag: '{git_tag}', stable: true, channels: ['v{major}', 'v{major}.{minor}', latest] }",
      "  - { class: snapshot, git_tag: '**', tag: '{git_tag}' }",
    ),
    rules: [
      {
        name: 'policy/1',
        class: 'snapshot',
        kind: 'tag',
        match: /^v(?<major>\d+)\.(?<minor>\d+)\.(?<patch>\d+)-rc\.?(?<rc>\d+)$/,
        channels: () => ['candidate'],
        version: (groups) => [...three(groups), groups['rc'] ?? ''],
      },
      {
        name: 'policy/2',
        class: 'final',
        kind: 'tag',
        match: /^v(?<major>\d+)\.(?<minor>\d+)\.(?<patch>\d+)$/,
        stable: '.final',
        channels: ({ major = '', minor = '' }) => [`v${major}`, `v${major}.${minor}`, 'latest'],
        version: three,
      },
      { name: 'policy/3', class: 'snapshot', kind: 'tag', match: /^.*$/s },
    ],
    taken: /^(?:v\d+(?:\.\d+)?|latest|candidate|v\d+\.\d+\.\d+\.final)$/,
  },
  {
    title: 'one rule drops the v, and one keeps it',
    tagFile: policyText(
      'unmatched: ignore',
      'rules:',
      "  - { class: patch, git_tag: 'v0.{minor}.{patch}', tag: '0.{minor}.{patch}', channels: [zero] }",
      "  - { class: final, git_tag: 'v{major}.{minor}.{patch}', tag: 'r{major}.{minor}.{patch}', stable: true, channels: ['{major}'] }",
    ),
    rules: [
      {
        name: 'policy/1',
        class: 'patch',
        kind: 'tag',
        match: /^v0\.(?<minor>\d+)\.(?<patch>\d+)$/,
        tags: ({ minor = '', patch = '' }) => [`0.${minor}.${patch}`],
        channels: () => ['zero'],
        version: ({ minor = '', patch = '' }) => [minor, patch],
      },
      {
        name: 'policy/2',
        class: 'final',
        kind: 'tag',
        match: /^v(?<major>\d+)\.(?<minor>\d+)\.(?<patch>\d+)$/,
        tags: (groups) => [`r${three(groups).join('.')}`],
        stable: '-stable',
        channels: ({ major = '' }) => [major],
        version: three,
      },
    ],
  },
];

/** What must become of a ref. */
export interface Expected {
  readonly rule: OracleRule;
  readonly tags: readonly string[];
  readonly stable: readonly string[];
  readonly channels: readonly string[];
  readonly version: readonly bigint[] | null;
}

/** Null when no rule matches; `no day` for eight digits that are none. */
export function expectedOf(policy: OraclePolicy, ref: string): Expected | 'no day' | null {
  const kind = ref.startsWith('refs/heads/') ? 'branch' : 'tag';
  const name = ref.replace(/^refs\/(?:heads|tags)\//, '');
  if (kind === 'tag' && policy.day?.test(name) === true && !isDay(name.slice(-8))) return 'no day';
  for (const rule of policy.rules) {
    const match = rule.match.exec(name);
    if (match === null || rule.kind !== kind) continue;
    const groups = { ...match.groups };
    const tags = rule.publish === false ? [] : (rule.tags?.(groups) ?? [inTag(name)]);
    return {
      rule,
      tags,
      stable: rule.stable === undefined ? [] : tags.map((tag) => `${tag}${rule.stable ?? ''}`),
      channels: rule.channels?.(groups) ?? [],
      version: rule.version?.(groups).map(BigInt) ?? null,
    };
  }
  return null;
}

function isDay(text: string): boolean {
  const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
  const time = Date.parse(`${iso}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(iso);
}

/** `tag: what becomes of it`, in the order of writing. */
export type Decisions = readonly string[];

/** What was released so far, by whom and through what. */
export class OracleLedger {
  readonly #fixed = new Map<string, string>();
  readonly #released: { readonly channels: readonly string[]; readonly version: readonly bigint[] }[] = [];
  readonly #moving = new Set<string>();

  /** Releases a ref for the first time, and says what must become of its tags. */
  release(policy: OraclePolicy, name: string, expected: Expected): Decisions {
    const { tags, stable, channels, version } = expected;
    const taken = policy.taken?.test(name) === true && ownsNothingElse(expected, name);
    const clash = [...tags, ...stable].some((tag) => this.#fixed.has(tag));
    if (taken || clash) return [...tags, ...stable, ...channels].map((tag) => `${tag}: refuse`);
    for (const tag of [...tags, ...stable]) this.#fixed.set(tag, name);
    const decided = channels.map((channel) => `${channel}: ${this.#channel(channel, version ?? [])}`);
    if (version !== null) this.#released.push({ channels, version });
    return [...[...tags, ...stable].map((tag) => `${tag}: create`), ...decided];
  }

  #channel(channel: string, version: readonly bigint[]): string {
    const higher = this.#released.some(
      (other) => other.channels.includes(channel) && compare(other.version, version) > 0,
    );
    if (higher) return 'keep older';
    const there = this.#moving.has(channel);
    this.#moving.add(channel);
    return there ? 'move' : 'create';
  }
}

/** A name is refused to the rule that takes any name, and never to the one that it belongs to. */
function ownsNothingElse({ rule }: Expected, name: string): boolean {
  return rule.class === 'snapshot' && rule.version === undefined && rule.match.test(name);
}

function compare(a: readonly bigint[], b: readonly bigint[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    const [x = 0n, y = 0n] = [a[i], b[i]];
    if (x !== y) return x < y ? -1 : 1;
  }
  return a.length - b.length;
}
