/**
 * Patterns and templates once more, as regular expressions: what the search holds Retag against. Imports nothing of
 * src/policy, so that a mistake there is not made here a second time.
 */

/** A rule as far as names go. */
export interface NamedRule {
  readonly name: string;
  readonly class?: string;
  readonly branch?: readonly string[];
  readonly git_tag?: readonly string[];
  readonly tags: readonly string[];
  readonly channels?: readonly string[];
  readonly publish?: boolean;
}

/** The presets, translated by hand from docs/presets. */
export const PRESET_RULES: Readonly<Record<string, readonly NamedRule[]>> = {
  wmcore: [
    { name: 'wmcore/final', git_tag: ['{major}.{minor}.{patch}'], tags: ['{git_tag}'] },
    { name: 'wmcore/patch', git_tag: ['{major}.{minor}.{patch}.{build}'], tags: ['{git_tag}'] },
    { name: 'wmcore/snapshot', git_tag: ['**'], tags: ['{git_tag}'] },
  ],
  'k8s-topology-aware': [
    { name: 'k8s-topology-aware/snapshot', branch: ['main', 'master'], tags: ['v0.0.{date}{seq:2}'] },
    { name: 'k8s-topology-aware/snapshot-tag', git_tag: ['v0.0.{date}{seq:2}'], tags: ['{git_tag}'] },
    { name: 'k8s-topology-aware/patch', branch: ['release-*'], tags: ['{base}{seq:2}'] },
    {
      name: 'k8s-topology-aware/patch-tag',
      git_tag: ['v{major}.{minor}.{patch}{seq:2}'],
      tags: ['{git_tag}'],
    },
    {
      name: 'k8s-topology-aware/final',
      git_tag: ['v{major}.{minor}.{patch}'],
      tags: ['{git_tag}'],
      publish: false,
    },
  ],
  starlingx: [
    {
      name: 'starlingx/release-build',
      branch: ['r/stx.{major}.{minor}'],
      tags: ['rc-{major}.{minor}-debian-stable-{timestamp}.0'],
    },
    { name: 'starlingx/build', branch: ['**'], tags: ['{branch}-debian-stable-{timestamp}.0'] },
  ],
  semver: [
    {
      name: 'semver/final',
      git_tag: ['v{major}.{minor}.{patch}', '{major}.{minor}.{patch}'],
      tags: ['{git_tag}'],
      channels: ['{major}.{minor}', '{major}', 'latest'],
    },
    {
      name: 'semver/prerelease',
      git_tag: ['v{major}.{minor}.{patch}-{pre:text}', '{major}.{minor}.{patch}-{pre:text}'],
      tags: ['{git_tag}'],
    },
    { name: 'semver/branch', branch: ['**'], tags: ['{branch}-{sha:12}'] },
  ],
  calver: [
    {
      name: 'calver/final',
      git_tag: ['{year:4}.{month:2}.{micro}', '{year:4}.{month:1}.{micro}'],
      tags: ['{git_tag}'],
    },
    { name: 'calver/day', git_tag: ['{date}'], tags: ['{git_tag}'] },
  ],
};

const TOKENS = /(\{[^}]*\}|\*\*|\*)/;
const memo = new Map<string, RegExp>();

/** The pattern of a rule as an anchored expression whose groups are the fields. */
export function expressionOf(pattern: string): RegExp {
  const known = memo.get(pattern);
  if (known !== undefined) return known;
  const expression = new RegExp(`^${sourceOf(pattern)}$`, 's');
  memo.set(pattern, expression);
  return expression;
}

function sourceOf(pattern: string): string {
  return pattern
    .split(TOKENS)
    .map((token) => {
      if (token === '**') return '.*';
      if (token === '*') return '[^/]*';
      if (!token.startsWith('{')) return token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      const [name = '', type] = token.slice(1, -1).split(':');
      if (type === 'text') return `(?<${name}>[A-Za-z0-9._-]+)`;
      if (name === 'date') return '(?<date>\\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01]))';
      return `(?<${name}>\\d${type === undefined ? '+' : `{${type}}`})`;
    })
    .join('');
}

export interface Won {
  readonly rule: NamedRule;
  readonly pattern: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The first rule that matches the ref. */
export function winnerOf(rules: readonly NamedRule[], ref: string): Won | null {
  const isTag = ref.startsWith('refs/tags/');
  const name = ref.slice((isTag ? 'refs/tags/' : 'refs/heads/').length);
  for (const rule of rules) {
    for (const pattern of (isTag ? rule.git_tag : rule.branch) ?? []) {
      const match = expressionOf(pattern).exec(name);
      if (match !== null) return { rule, pattern, fields: { ...match.groups } };
    }
  }
  return null;
}

/** The numbers of a tag by the template that gave it, with their names, most significant first. */
export interface Version {
  readonly names: readonly string[];
  readonly numbers: readonly bigint[];
}

const SHAPES: Readonly<Record<string, string>> = {
  date: '{date}',
  run_number: '{run_number}',
  timestamp: '{date}T{time:6}Z',
  time: '{time:6}',
};

/**
 * The version of a released tag. `{git_tag}` and `{branch}` in a template are the ref itself, so its fields count, unless the ref
 * does not fit into a tag (docs/policy.md, "Channels"); other names that are no numbers are passed over.
 */
export function versionOf(won: Won, template: string, tag: string): Version | null {
  const name = template.includes('{git_tag}') || template.includes('{branch}') ? won.pattern : '**';
  return versionBy(won, template, tag, name) ?? versionBy(won, template, tag, '**');
}

/** @param ref what the name of the ref looks like in the tag */
function versionBy({ pattern }: Won, template: string, tag: string, ref: string): Version | null {
  const whole = shapeOf(pattern, template, ref);
  const tokens = [...whole.matchAll(/\{(\w+)(?::(\w+))?\}/g)];
  const names = tokens.filter(([, , type]) => type !== 'text').map(([, name]) => name ?? '');
  if (names.length === 0 || new Set(names).size < names.length) return null;
  const groups = expressionOf(whole).exec(tag)?.groups;
  return groups === undefined ? null : { names, numbers: names.map((name) => BigInt(groups[name] ?? '0')) };
}

/** The tags that a template of a rule with this pattern gives, as a pattern. */
function shapeOf(pattern: string, template: string, ref: string): string {
  const kinds = new Map(
    [...pattern.matchAll(/\{(\w+)(?::(\w+))?\}/g)].map(([token, name]) => [name ?? '', token]),
  );
  return template
    .split(TOKENS)
    .map((token) => {
      if (!token.startsWith('{')) return token;
      const [name = '', width] = token.slice(1, -1).split(':');
      if (kinds.has(name)) return kinds.get(name);
      if (name === 'git_tag' || name === 'branch') return ref;
      if (name === 'seq') return `{seq${width === undefined ? '' : `:${width}`}}`;
      return SHAPES[name] ?? '**';
    })
    .join('');
}

/** Could the rule have given this tag with some number, moment or commit? */
export function mayHaveGiven({ branch, git_tag, tags }: NamedRule, tag: string): boolean {
  return tags
    .filter((template) => /\{(?:seq|timestamp|run_number|sha)\b/.test(template))
    .some((template) =>
      [...(branch ?? []), ...(git_tag ?? [])].some((pattern) => formOf(pattern, template).test(tag)),
    );
}

/** The tags of a template without the names of fields, which may be there twice. */
function formOf(pattern: string, template: string): RegExp {
  const key = `${pattern} → ${template}`;
  const known = memo.get(key);
  if (known !== undefined) return known;
  const shape = shapeOf(pattern, template.replace(/\{sha(?::(\d+))?\}/g, '<sha $1>'), '**');
  const source = sourceOf(shape)
    .replace(/\(\?<\w+>/g, '(?:')
    .replace(/<sha (\d*)>/g, (_, digits: string) => `[0-9a-f]{${digits || '40'}}`);
  const form = new RegExp(`^${source}$`, 's');
  memo.set(key, form);
  return form;
}

/**
 * What the rule that wins the git tag of this name writes, where that rule publishes git tags under their own names: the
 * name is as much its own as that of the rule that wrote it.
 */
export function gitTagOf(rules: readonly NamedRule[], name: string): GitTag | null {
  const won = winnerOf(rules, `refs/tags/${name}`);
  if (won === null || !won.rule.tags.includes('{git_tag}')) return null;
  const values: Readonly<Record<string, string>> = {
    git_tag: name,
    class: won.rule.class ?? '',
    ...won.fields,
  };
  const channels = (won.rule.channels ?? []).map((channel) =>
    channel.replace(/\{(\w+)[^}]*\}/g, (hole, field: string) => values[field] ?? hole),
  );
  const version = versionOf(won, '{git_tag}', name);
  return version === null ? null : { index: rules.indexOf(won.rule), channels, version };
}

export interface GitTag {
  /** of the rule that wins it */
  readonly index: number;
  readonly channels: readonly string[];
  readonly version: Version;
}

/** Can the two be compared, field by field? */
export function comparable(a: Version, b: Version): boolean {
  const length = Math.min(a.names.length, b.names.length);
  return a.names.slice(0, length).every((name, i) => name === b.names[i]);
}

/** Negative when `a` is the lower one; of two that agree as far as both go, the longer is higher. */
export function compare(a: Version, b: Version): number {
  const length = Math.min(a.numbers.length, b.numbers.length);
  for (let i = 0; i < length; i += 1) {
    const [x, y] = [a.numbers[i] ?? 0n, b.numbers[i] ?? 0n];
    if (x !== y) return x < y ? -1 : 1;
  }
  return a.numbers.length - b.numbers.length;
}
