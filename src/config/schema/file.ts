import * as v from 'valibot';
import type { Parsed } from '../../errors.js';
import { suggest } from '../../shared/text.js';
import { REVIEW_MODES } from '../model.js';
import { build, labelKey } from './build.js';
import { image, imageName, platform } from './image.js';
import { trustKeys } from './trust.js';
import { about, across, anyText, exactlyOne, gates, line, mapping, matching, oneOrSome, quote, record, some, text } from './parts.js';

export const CLASSES = ['snapshot', 'patch', 'final', 'stable'] as const;
const className = v.picklist(CLASSES);

const stableWhen = [
  v.literal('manual'),
  mapping('A stable tag that waits', {
    requires: about(gates, 'The stable tag is held until all of these hold.'),
  }),
] as const;
const stableRule = v.union([v.boolean(), ...stableWhen]);
const stableOfPreset = v.union([v.literal(true), ...stableWhen]);

/** One rule (docs/policy.md). Patterns and templates are compiled by the policy, which knows their grammar. */
export const rule = v.pipe(
  mapping(
    'A rule: which refs it is for, and what they are called',
    {
      class: about(className, 'snapshot, patch, final or stable.'),
      branch: v.optional(about(oneOrSome(line), 'Pattern, or patterns, of the branches that the rule is for.')),
      git_tag: v.optional(about(oneOrSome(line), 'Pattern, or patterns, of the git tags that the rule is for.')),
      tag: v.optional(about(line, 'Template of the primary tag.')),
      tags: v.optional(about(some(line), 'Templates of several primary tags, instead of "tag".')),
      from: v.optional(about(line, 'Template of an existing tag: promote it instead of building.')),
      fallback: v.optional(about(v.picklist(['build']), 'What to do when the tag in "from" does not exist. Default: refuse.')),
      publish: v.optional(about(v.pipe(v.boolean(), v.metadata({ default: true })), 'false: classify only, write no tag.')),
      claim: v.optional(about(v.picklist(['git-tag']), 'Claim the sequence number first by creating the git tag.')),
      stable: v.optional(
        about(stableRule, 'Also give the stable tag: true, false, manual (when a run says so), or when gates hold.'),
      ),
      channels: v.optional(about(v.array(line), 'Templates of moving tags, which only go forward.')),
      labels: v.optional(about(record(labelKey, anyText), 'Labels added to the build. Templates may be used in values.')),
      requires: v.optional(about(gates, 'Conditions that must hold before any tag of the rule is written.')),
    },
    {
      json: {
        allOf: [
          { oneOf: [{ required: ['branch'] }, { required: ['git_tag'] }] },
          { oneOf: [{ required: ['tag'] }, { required: ['tags'] }] },
        ],
      },
      others: { name: 'remove it: a rule is named by its class and its place', pattern: 'write "branch" or "git_tag"' },
    },
  ),
  exactlyOne(['branch', 'git_tag'], 'add "branch" or "git_tag" with the pattern of the refs that the rule is for'),
  exactlyOne(['tag', 'tags'], 'add "tag" with the template of the tag'),
  across((fields, tell) => {
    if (fields['fallback'] !== undefined && fields['from'] === undefined) {
      tell('"fallback" does not go without "from"', 'add "from", or remove it', 'fallback', 'key');
    }
  }),
);

export const example = mapping('What a ref must be called', {
  ref: about(matching(/^refs\/(?:tags|heads)\/[^\s]+$/, 'a full ref', 'write it as "refs/tags/NAME" or "refs/heads/NAME"'), 'Full ref: refs/tags/NAME or refs/heads/NAME.'),
  class: about(v.nullable(className), 'The class that it must get; null when no rule may match.'),
  tags: v.optional(about(v.array(line), 'All tags that it must get.')),
});

export const policyMapping = v.pipe(mapping(
  'The policy',
  {
    preset: v.optional(about(line, 'Preset whose rules come after the ones written here.')),
    stable: v.optional(
      about(stableOfPreset, 'With "preset": its final and patch rules also give the stable tag: true, manual, or when gates hold.'),
    ),
    stable_suffix: v.optional(
      about(
        matching(/^[A-Za-z0-9._-]{1,127}$/, 'a suffix of a tag', 'use letters, digits, ".", "_" and "-"'),
        'What the stable tag has after the primary tag. Default: -stable.',
      ),
    ),
    timezone: v.optional(about(text(parseTimezone), 'IANA time zone in which days change. Default: UTC.')),
    unmatched: v.optional(
      about(v.picklist(['error', 'ignore']), 'What a ref that no rule matches is. Default: error for a git tag, ignore for a branch.'),
    ),
    rules: v.optional(about(v.array(rule), 'Rules in order: the first that matches wins.')),
    examples: v.optional(about(v.array(example), 'Refs and what they must be called, checked at every load.')),
  },
  { json: { dependencies: { stable: ['preset'] } }, others: { rule: 'write "rules"' } },
), across((fields, tell) => {
    if (fields['stable'] !== undefined && fields['preset'] === undefined) {
      tell('"stable" needs "preset"', 'add "preset", or write "stable" in the rules', 'stable', 'key');
    }
  }),
);

export const policy = v.union([about(line, 'Name of a preset.'), policyMapping]);

function parseTimezone(value: string): Parsed<string> {
  try {
    if (/^[A-Za-z]/.test(value)) {
      new Intl.DateTimeFormat('en', { timeZone: value });
      return { ok: true, value };
    }
  } catch {
    // a RangeError: there is no such zone
  }
  const near = suggest(value, Intl.supportedValuesOf('timeZone'));
  return {
    ok: false,
    what: `${quote(value)} is not a time zone`,
    hint: near ? `write "${near}"` : 'write an IANA name, such as "UTC" or "Europe/Zurich"',
  };
}

const tracking = mapping('Tracking issues', {
  title: v.optional(about(line, 'Template of the title. Default: {name}: {tag}.')),
  body: v.optional(about(v.string(), 'Template of the text above the checklist.')),
  labels: v.optional(about(v.array(line), 'Templates of labels, made when missing.')),
  shepherds: v.optional(
    about(
      v.array(matching(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:\[bot\])?$/, 'a GitHub user name', 'write the login, without "@"')),
      'GitHub users to assign.',
    ),
  ),
});

/** What stands in front of the first slash of a name; upper-case letters and dots would be a host. */
const destination = matching(/^[a-z0-9]+(?:[_-][a-z0-9]+)*$/, 'a name of a destination', 'use lower-case letters and digits, with "-" or "_" between them');

const versionless = 'remove it: the format has no version; for a file of a newer Retag, update Retag';
const underImages = 'put it into an entry of the list "images"';

/** Keys of the file that may be given once over all files of a run. */
export const ONCE = ['policy', 'runners', 'stage_policy', 'on_hold', 'review', 'tracking', 'trusted_root', 'record', 'signing_config', 'destinations'] as const;

/** One document of a tag file (docs/tag-file.md). */
export const file = mapping(
  'Tag file of Retag',
  {
    policy: v.optional(about(policy, 'Which tags a ref gets: a preset by name, or a mapping.')),
    builds: v.optional(about(v.nullable(v.array(build)), 'Images that this repository builds.')),
    images: v.optional(about(v.nullable(v.array(image)), 'Promotions of images that exist already.')),
    destinations: v.optional(
      about(record(destination, some(imageName)), 'Lists of repositories, each with a name that "name" of an entry may use in place of them.'),
    ),
    runners: v.optional(about(record(platform, line), 'Runner label of each platform, for the matrix.')),
    stage_policy: v.optional(
      about(
        v.pipe(v.picklist(['demote', 'fail']), v.metadata({ default: 'demote' })),
        'What a platform whose gate is not green does.',
      ),
    ),
    on_hold: v.optional(
      about(
        v.pipe(v.picklist(['pass', 'fail']), v.metadata({ default: 'pass' })),
        'Exit status of a run that only held tags back.',
      ),
    ),
    review: v.optional(
      about(
        v.pipe(v.picklist(REVIEW_MODES), v.metadata({ default: 'warn' })),
        'What apply does with an entry whose plan nobody saw on the pull request, or whose source moved since.',
      ),
    ),
    tracking: v.optional(about(tracking, 'Tracking issues. Off when absent.')),
    ...trustKeys,
  },
  {
    others: {
      version: versionless,
      apiVersion: versionless,
      schema_version: versionless,
      kind: versionless,
      on_moved: 'write "review: require" for "refuse", and "review: warn" for "warn"',
      name: underImages,
      tag: underImages,
      src_build_tag: underImages,
      src_ref: underImages,
      image: 'write "images"',
      authorities: 'put it into a rule of the list "trust"',
      rules: 'put it under "policy"',
      preset: 'put it under "policy"',
    },
  },
);

export type FileData = v.InferOutput<typeof file>;
export type ImageData = NonNullable<FileData['images']>[number];
export type BuildData = NonNullable<FileData['builds']>[number];
export type PolicyData = Exclude<NonNullable<FileData['policy']>, string>;
export type RuleData = NonNullable<PolicyData['rules']>[number];
export type GateData = NonNullable<ImageData['requires']>[number];
export type TrustData = NonNullable<FileData['trust']>[number];
export type TrackingData = NonNullable<FileData['tracking']>;
