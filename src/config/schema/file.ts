import * as v from 'valibot';
import { REVIEW_MODES } from '../model.js';
import { build } from './build.js';
import { image, platform } from './image.js';
import { about, line, mapping, matching, record } from './parts.js';
import { policy } from './policy.js';

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

const versionless = 'remove it: the format has no version; for a file of a newer Retag, update Retag';
const underImages = 'put it into an entry of the list "images"';

/** Keys of the file that may be given once over all files of a run. */
export const ONCE = ['policy', 'runners', 'stage_policy', 'on_hold', 'review', 'tracking'] as const;

/** One document of a tag file, contract section 3. */
export const file = mapping(
  'Tag file of Retag',
  {
    policy: v.optional(about(policy, 'Which tags a ref gets: a preset by name, or a mapping.')),
    builds: v.optional(about(v.nullable(v.array(build)), 'Images that this repository builds.')),
    images: v.optional(about(v.nullable(v.array(image)), 'Promotions of images that exist already.')),
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
export type TrackingData = NonNullable<FileData['tracking']>;
