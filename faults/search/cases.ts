/**
 * Random policies, refs and registries whose names are meant to meet: few fields, small numbers, and texts that look like
 * versions, channels and stable tags.
 */
import fc from 'fast-check';

/** A rule as it stands in a tag file; the rules of a case are written, not compiled. */
export interface CaseRule {
  readonly class: 'snapshot' | 'patch' | 'final' | 'stable';
  readonly branch?: readonly string[];
  readonly git_tag?: readonly string[];
  readonly tags: readonly string[];
  readonly stable?: boolean;
  readonly channels?: readonly string[];
  readonly from?: string;
}

/** Something that happens to the repository. */
export type CaseEvent =
  | { readonly push: string; readonly day: number; readonly fresh: boolean }
  /** somebody pushes an image past Retag */
  | { readonly strange: string };

export interface CasePolicy {
  readonly rules: readonly CaseRule[];
  readonly preset: string | null;
  readonly suffix: string;
}

/** What happens to a repository: what is in its registry at first, and what comes then. */
export interface Story {
  readonly registry: readonly string[];
  readonly events: readonly CaseEvent[];
}

/** One case of the search. */
export interface Case {
  readonly policy: CasePolicy;
  readonly story: Story;
}

const GIT_TAGS = [
  'v{major}.{minor}.{patch}',
  '{major}.{minor}.{patch}',
  'v{major}.{minor}.{patch}{seq:2}',
  '{major}.{minor}.{patch}{seq:2}',
  '{major}.{minor}',
  'v{major}.{minor}',
  '{major}',
  '{date}',
  '{date}.{n}',
  'v0.0.{date}{seq:2}',
  '{year:4}.{month:2}.{micro}',
  '{major}.{minor}.{patch}.{build}',
  'v{major}.{minor}.{patch}-{pre:text}',
  'v{major}.{minor}.{patch}-rc{rc}',
  '{version:text}-stable',
  '{version:text}',
  'release-{major}.{minor}',
  'release/{major}.{minor}.{patch}',
  '{minor}.{major}',
  'v*',
  '*',
  '**',
  'latest',
  'edge',
  '1.2',
] as const;

const BRANCHES = [
  'main',
  'release-*',
  'release-{major}.{minor}',
  'release/{major}.{minor}',
  'v{major}.{minor}.{patch}',
  '{major}.{minor}',
  '{name:text}',
  'feature/**',
  'edge',
  '*',
  '**',
] as const;

/** Tags of any rule; those that name what a pattern has not are refused by the load, and cost little. */
const TAGS_OF_TAG = [
  '{git_tag}',
  '{git_tag}',
  '{git_tag}',
  '{major}.{minor}.{patch}',
  'v{major}.{minor}.{patch}',
  '{major}.{minor}',
  'v{major}.{minor}',
  '{major}',
  '{date}',
  '{class}-{git_tag}',
  '{git_tag}-{class}',
  '{git_tag}-stable',
  '{git_tag}-{sha:4}',
  '{version}',
  '{minor}.{major}',
] as const;

const TAGS_OF_BRANCH = [
  // The first is refused by the load: the next push would want it again.
  '{branch}',
  '{branch}-{sha:12}',
  '{branch}-{sha:12}',
  '{branch}.{run_number}',
  '{branch}.{date}',
  '{branch}-{run_number}',
  'v0.0.{date}{seq:2}',
  '{date}{seq:2}',
  '{date}',
  '{date}.{run_number}',
  '{base}{seq:2}',
  '{major}.{minor}.{seq:2}',
  '{major}.{minor}.{run_number}',
  '1.2.{run_number}',
  '{run_number}',
  'sha-{sha:7}',
  '{name}{seq:2}',
  'edge-{timestamp}',
] as const;

const CHANNELS = [
  'latest',
  'latest',
  'edge',
  '{major}',
  '{major}.{minor}',
  '{major}.{minor}',
  'v{major}',
  'v{major}.{minor}',
  '{minor}',
  '{class}',
  '{date}',
  '{branch}',
  '{git_tag}-latest',
  'latest-stable',
  '1.2',
  '{year}.{month}',
] as const;

const NUMBERS = ['0', '1', '2', '2', '1', '10'] as const;
const TEXTS = [
  'a',
  '1',
  '1.2',
  '1.2.3',
  'v1.2.3',
  'latest',
  'rc1',
  'edge',
  'v1.2.3-stable',
  'main',
  'feature-a-951d42dc',
] as const;
const DAYS = ['20261119', '20261120', '20261121'] as const;

/** A name that a pattern or template could give. */
function nameFrom(form: string): fc.Arbitrary<string> {
  const parts = form.split(/(\{[^}]*\}|\*\*?)/).map((part): fc.Arbitrary<string> => {
    if (part.startsWith('*')) return fc.constantFrom('', 'a', '1', '1.2', '1.2.3');
    if (!part.startsWith('{')) return fc.constant(part);
    const [name = '', type = ''] = part.slice(1, -1).split(':');
    if (type === 'text' || ['version', 'name', 'git_tag', 'branch', 'pre', 'base'].includes(name)) {
      return fc.constantFrom(...TEXTS);
    }
    if (name === 'date') return fc.constantFrom(...DAYS);
    if (name === 'class') return fc.constantFrom('final', 'patch');
    if (name === 'year') return fc.constantFrom('2025', '2026');
    return fc.constantFrom(...NUMBERS).map((digits) => digits.padStart(Number(type) || 0, '0'));
  });
  return fc.tuple(...parts).map((texts) => texts.join(''));
}

const anyName = fc
  .oneof(
    { weight: 3, arbitrary: fc.constantFrom(...GIT_TAGS).chain(nameFrom) },
    { weight: 1, arbitrary: fc.constantFrom(...BRANCHES).chain(nameFrom) },
    { weight: 1, arbitrary: fc.constantFrom(...CHANNELS).chain(nameFrom) },
    { weight: 1, arbitrary: fc.constantFrom(...TEXTS) },
  )
  .filter((name) => /^[A-Za-z0-9_]/.test(name) && !name.endsWith('/') && !name.endsWith('.'));

const tagName = anyName.filter((name) => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name));

function some<T>(values: readonly T[], most: number): fc.Arbitrary<readonly T[]> {
  return fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: most });
}

const namesIn = (form: string): readonly string[] =>
  [...form.matchAll(/\{(\w+)/g)].map(([, name]) => name ?? '');

/** The forms that name only what every pattern has, `{date}` among it, or what is known in every run of this kind. */
function fitting(
  forms: readonly string[],
  patterns: readonly string[],
  always: readonly string[],
): readonly string[] {
  const has = patterns.map(namesIn);
  const fit = forms.filter((form) =>
    namesIn(form).every((name) => always.includes(name) || has.every((names) => names.includes(name))),
  );
  return fit.length === 0 ? forms : fit;
}

/** Of tags: those that tell all refs of the patterns apart. */
function telling(forms: readonly string[], patterns: readonly string[]): readonly string[] {
  const fit = forms.filter((form) => {
    const names = namesIn(form);
    const whole = names.includes('git_tag') || names.includes('branch');
    return whole || patterns.every((pattern) => namesIn(pattern).every((name) => names.includes(name)));
  });
  return fit.length === 0 ? forms : fit;
}

/** Mostly of the first forms, now and then of all: what the load refuses is drawn too. */
function mostly(
  fit: readonly string[],
  all: readonly string[],
  most: number,
): fc.Arbitrary<readonly string[]> {
  return fc.oneof({ weight: 24, arbitrary: some(fit, most) }, { weight: 1, arbitrary: some(all, most) });
}

const OF_TAG = ['git_tag', 'class', 'sha'];
const OF_BRANCH = ['branch', 'class', 'sha', 'seq', 'base', 'run_number', 'timestamp', 'date'];

function channelled(patterns: readonly string[], tags: readonly string[], always: readonly string[]) {
  const none = fc.constant<readonly string[]>([]);
  // What is no number has no order, and `*` no value.
  if (patterns.some((pattern) => /:text|\*/.test(pattern)) && always === OF_TAG) {
    return fc.oneof({ weight: 20, arbitrary: none }, { weight: 1, arbitrary: some(CHANNELS, 2) });
  }
  const inTag = namesIn(tags.join(' '));
  const known = inTag.includes('git_tag')
    ? ['class', 'git_tag']
    : inTag.includes('branch')
      ? ['class', 'branch']
      : ['class'];
  const fit = fitting(CHANNELS, always === OF_TAG ? patterns : [tags.join(' ')], known);
  return fc.oneof({ weight: 1, arbitrary: none }, { weight: 3, arbitrary: mostly(fit, CHANNELS, 3) });
}

const tagRule = (forms: readonly string[]): fc.Arbitrary<CaseRule> =>
  some(forms, 2).chain((git_tag) => {
    const fit = telling(fitting(TAGS_OF_TAG, git_tag, OF_TAG), git_tag);
    return fc
      .oneof(
        { weight: 4, arbitrary: mostly(fit, TAGS_OF_TAG, 1) },
        { weight: 1, arbitrary: mostly(fit, TAGS_OF_TAG, 2) },
      )
      .chain((tags) =>
        fc.record({
          class: fc.constantFrom('snapshot', 'patch', 'final', 'final'),
          git_tag: fc.constant(git_tag),
          tags: fc.constant(tags),
          stable: fc.boolean(),
          channels: channelled(git_tag, tags, OF_TAG),
        }),
      );
  });

const branchRule: fc.Arbitrary<CaseRule> = some(BRANCHES, 2).chain((branch) =>
  mostly(telling(fitting(TAGS_OF_BRANCH, branch, OF_BRANCH), branch), TAGS_OF_BRANCH, 1).chain((tags) =>
    fc.record({
      class: fc.constantFrom('snapshot', 'snapshot', 'patch'),
      branch: fc.constant(branch),
      tags: fc.constant(tags),
      stable: fc.boolean(),
      channels: channelled(branch, tags, OF_BRANCH),
    }),
  ),
);

const stableRule: fc.Arbitrary<CaseRule> = fc.constantFrom(
  { class: 'stable', git_tag: ['{version:text}-stable'], from: '{version}', tags: ['{version}-stable'] },
  { class: 'stable', git_tag: ['{version:text}-ok'], from: '{version}', tags: ['{version}-stable'] },
);

/** Few forms of git tags make rules that overlap. */
const rules: fc.Arbitrary<readonly CaseRule[]> = fc
  .oneof(fc.constant(GIT_TAGS), fc.uniqueArray(fc.constantFrom(...GIT_TAGS), { minLength: 2, maxLength: 4 }))
  .chain((forms) =>
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: tagRule(forms) },
        { weight: 3, arbitrary: branchRule },
        { weight: 1, arbitrary: stableRule },
      ),
      { minLength: 2, maxLength: 5, size: 'small' },
    ),
  );

const PRESETS = ['wmcore', 'k8s-topology-aware', 'starlingx', 'semver', 'calver'] as const;

/** Names that a policy's own patterns, tags and channels give are drawn most. */
function storyOf(rules: readonly CaseRule[]): fc.Arbitrary<Story> {
  const tagForms = rules.flatMap(({ git_tag }) => git_tag ?? []);
  const branchForms = rules.flatMap(({ branch }) => branch ?? []);
  const written = rules.flatMap(({ tags, channels }) => [...tags, ...(channels ?? [])]);
  const from = (forms: readonly string[]) =>
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...forms).chain(nameFrom) },
      { weight: 1, arbitrary: anyName },
    );
  const tagRef = from([...tagForms, ...tagForms, ...written]).map((name) => `refs/tags/${name}`);
  const branchRef = from([...branchForms, ...branchForms, ...written]).map((name) => `refs/heads/${name}`);
  const push = fc.record({
    push: fc
      .oneof(
        { weight: tagForms.length + 1, arbitrary: tagRef },
        { weight: branchForms.length * 2, arbitrary: branchRef },
      )
      .filter((ref) => !/\.\.|\/\/|[/.-]$|\/\./.test(ref)),
    day: fc.nat({ max: 2 }),
    fresh: fc.boolean(),
  });
  const strange = from([...written, ...tagForms])
    .filter((name) => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name))
    .map((name) => ({ strange: name }));
  return fc.record({
    registry: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.uniqueArray(tagName, { maxLength: 3 }) },
    ),
    events: fc.array(fc.oneof({ weight: 12, arbitrary: push }, { weight: 1, arbitrary: strange }), {
      minLength: 2,
      maxLength: 5,
      size: 'max',
    }),
  });
}

/** A policy of 2 to 5 rules, with a preset behind them or none. */
export const policies: fc.Arbitrary<CasePolicy> = fc.record({
  rules,
  preset: fc.oneof(
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom(...PRESETS) },
  ),
  suffix: fc.constantFrom('-stable', '-stable', '-stable', '-stable', '-ok', '.1', '0'),
});

/** What may happen under a policy. */
export function storiesOf(policy: CasePolicy): fc.Arbitrary<Story> {
  return storyOf(policy.rules);
}

/** The tag file of a policy. JSON in YAML's flow style: no name is taken for a number. */
export function tagFileOf({ rules, preset, suffix }: CasePolicy): string {
  const lines = rules.map((each) => `    - ${JSON.stringify(each)}`);
  return [
    'policy:',
    ...(preset === null ? [] : [`  preset: ${preset}`]),
    `  stable_suffix: ${JSON.stringify(suffix)}`,
    '  unmatched: ignore',
    '  rules:',
    ...lines,
    '',
  ].join('\n');
}
