/**
 * The report of one run: what `--json` prints, what the action writes to its `report` file, and the source of its
 * published JSON Schema (schema/report.schema.json). Additions are compatible; removals and renames are not.
 */
import * as v from 'valibot';
import { type ReasonCode, REASONS } from '../plan/reasons.js';

const digest = v.pipe(v.string(), v.regex(/^sha(?:256:[a-f0-9]{64}|512:[a-f0-9]{128})$/));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const location = v.nullable(v.strictObject({ file: v.string(), line: count, column: count }));

export const CountsSchema = v.strictObject({
  build: v.pipe(count, v.description('Images to build, or built.')),
  create: v.pipe(count, v.description('Tags that did not exist.')),
  move: v.pipe(count, v.description('Tags that point elsewhere now, or will.')),
  keep: v.pipe(count, v.description('Tags left as they are.')),
  hold: v.pipe(count, v.description('Tags that wait for a gate or a person.')),
  refuse: v.pipe(count, v.description('Tags that will not be written as things are.')),
  failed: v.pipe(count, v.description('Of all these, actions that were tried and failed.')),
});

export const ClassificationSchema = v.strictObject({
  class: v.nullable(v.picklist(['snapshot', 'patch', 'final', 'stable'])),
  rule: v.nullable(v.string()),
  fields: v.record(v.string(), v.string()),
  version: v.nullable(v.string()),
  tags: v.array(v.string()),
  stable_tags: v.array(v.string()),
  channels: v.array(v.string()),
  why: v.string(),
  not: v.array(v.strictObject({ rule: v.string(), why: v.string() })),
});

const HELP = 'What to do about it; the text ends with it. Absent: what the table of the code says.';

const said = v.nullable(v.string());

const SignerSchema = v.strictObject({
  identity: v.pipe(
    v.nullable(v.strictObject({ subject: v.string(), issuer: v.string() })),
    v.description('Of a certificate; null for a key.'),
  ),
  key: v.pipe(said, v.description('Digest of a public key; null for a certificate.')),
  repository: v.pipe(said, v.description('What the image was built from, as the certificate says.')),
  commit: said,
  workflow: said,
  ref: said,
  predicate_type: v.pipe(said, v.description('Of an attestation; null for a signature.')),
});

const TrustSchema = v.strictObject({
  rule: v.pipe(v.string(), v.description('The name of the rule, or where it stands.')),
  holds: v.boolean(),
  why: v.pipe(v.string(), v.description('Why it does not hold; else empty.')),
  signers: v.array(SignerSchema),
  candidates: v.pipe(
    v.array(v.strictObject({ name: v.string(), counts: v.boolean(), why: said })),
    v.description('Signatures and attestations that were read, and why each does not count.'),
  ),
});

export const ActionSchema = v.strictObject({
  action: v.picklist(['build', 'create', 'move', 'keep', 'hold', 'refuse']),
  kind: v.picklist(['primary', 'stable', 'channel']),
  image: v.pipe(v.string(), v.description('The name as in the tag file, after registry-map.')),
  tag: v.string(),
  source: v.pipe(v.nullable(v.string()), v.description('The reference that the content comes from.')),
  digest: v.pipe(v.nullable(digest), v.description('What the tag points at when the action is done.')),
  previous: v.pipe(v.nullable(digest), v.description('What the tag pointed at before.')),
  reason: v.strictObject({
    code: v.picklist(Object.keys(REASONS) as ReasonCode[]),
    cause: v.pipe(
      v.optional(v.picklist(['follows', 'group', 'build'])),
      v.description('Of what the reason is a consequence: the tag that it follows, its release, or a build.'),
    ),
    of: v.pipe(v.optional(v.string()), v.description('The tag, as image:tag, whose reason it is.')),
    version: v.pipe(
      v.optional(v.string()),
      v.description('Of a channel that moves: the highest version that the registry holds.'),
    ),
    text: v.string(),
    help: v.pipe(v.optional(v.string()), v.description(HELP)),
  }),
  platforms: v.pipe(
    v.optional(v.array(v.string())),
    v.description('Of a build: the platforms that are built.'),
  ),
  entry: v.pipe(
    v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))),
    v.description(
      'The entry of the tag files that asks for the tag, counted from 1 over all files, builds before images: the same for all names and tags of one entry, promotions of inputs last; null for builds that inputs alone ask for.',
    ),
  ),
  other_entries: v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(1))),
    v.description(
      'Further entries that ask for the same tag from the same source; the conditions of all hold.',
    ),
  ),
  location,
  outcome: v.picklist(['planned', 'done', 'failed', 'skipped']),
  error: v.nullable(
    v.strictObject({
      code: v.string(),
      cause: v.pipe(
        v.optional(v.picklist(['builder', 'build'])),
        v.description('The builder failed, or the image of a build could not be used.'),
      ),
      build: v.pipe(v.optional(v.string()), v.description('The image whose build failed.')),
      of: v.pipe(
        v.optional(v.string()),
        v.description('The tag, as image:tag, whose failure it follows from.'),
      ),
      text: v.string(),
      help: v.pipe(v.optional(v.string()), v.description(HELP)),
    }),
  ),
  attachments: v.pipe(
    v.nullable(v.strictObject({ found: count, carried: count })),
    v.description(
      'Signatures, SBOMs and other referrers: found on the source, and carried to the destination.',
    ),
  ),
  warnings: v.array(v.string()),
  trust: v.pipe(
    v.optional(v.array(TrustSchema)),
    v.description('The trust rules that the image must meet; absent without any.'),
  ),
});

export const StageSchema = v.strictObject({
  image: v.string(),
  platform: v.string(),
  by_file: v.pipe(
    v.picklist(['build', 'test', 'release']),
    v.description('The stage that the tag file gives the platform.'),
  ),
  today: v.pipe(
    v.picklist(['build', 'test', 'release']),
    v.description('The stage that it counts as in this run.'),
  ),
  why: v.string(),
  since: v.pipe(
    v.nullable(v.string()),
    v.description('Since when it counts as this, ISO 8601, as far back as was looked.'),
  ),
});

export const DriftSchema = v.strictObject({
  kind: v.picklist(['moved', 'vanished', 'platform', 'attachment', 'record']),
  image: v.string(),
  tag: v.string(),
  text: v.string(),
  location,
});

export const ReportSchema = v.strictObject({
  version: v.literal(1),
  command: v.picklist(['plan', 'apply', 'validate']),
  retag: v.string(),
  ref: v.nullable(
    v.strictObject({ ref: v.string(), sha: v.nullable(v.string()), event: v.nullable(v.string()) }),
  ),
  classification: v.nullable(ClassificationSchema),
  actions: v.array(ActionSchema),
  stages: v.pipe(
    v.array(StageSchema),
    v.description('The platforms of the builds of this run; empty without builds.'),
  ),
  drift: v.pipe(
    v.nullable(v.array(DriftSchema)),
    v.description('What the registry no longer holds as the tag file says; null when it was not looked for.'),
  ),
  bake: v.pipe(
    v.nullable(v.record(v.string(), v.unknown())),
    v.description('The bake definition that this run builds or would build; null when it builds nothing.'),
  ),
  counts: CountsSchema,
  http: v.strictObject({ requests: count, retries: count, bytes_in: count, bytes_out: count }),
  duration_ms: count,
});

const known = <T extends v.GenericSchema>(schema: T, text: string) =>
  v.pipe(v.nullable(schema), v.description(`${text}; null where there is none.`));

export const ErrorReportSchema = v.pipe(
  v.strictObject({
    version: v.literal(1),
    errors: v.array(
      v.strictObject({
        file: known(v.string(), 'The file that holds the mistake'),
        line: known(count, 'Counted from 1'),
        column: known(count, 'Counted from 1, in UTF-16 units'),
        message: v.string(),
        hint: known(v.string(), 'What to do about it'),
      }),
    ),
  }),
  v.description('What `--json` prints instead of a report when the exit status is 2.'),
);

export type ErrorReport = v.InferOutput<typeof ErrorReportSchema>;
export type Counts = v.InferOutput<typeof CountsSchema>;
export type Classification = v.InferOutput<typeof ClassificationSchema>;
export type ReportAction = v.InferOutput<typeof ActionSchema>;
export type ReportStage = v.InferOutput<typeof StageSchema>;
export type ReportDrift = v.InferOutput<typeof DriftSchema>;
export type Report = v.InferOutput<typeof ReportSchema>;
