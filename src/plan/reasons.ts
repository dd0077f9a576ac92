/**
 * Every reason that a plan gives for an action, and every code of a failed action: what it means and what to do about it.
 * `retag explain` prints this table, and docs/troubleshooting.md is made from it. Text in backticks is code.
 */
import type { OperationCode } from '../errors.js';

export interface Explained {
  /** one sentence without a full stop at the end */
  readonly means: string;
  /** one sentence without a full stop at the end; absent: nothing needs to be done */
  readonly help?: string;
  /** page and section below docs/ that has more */
  readonly more?: string;
}

/** The table of docs/troubleshooting.md#reasons, in its order. */
export const REASONS = {
  absent: { action: 'create', means: 'the registry confirms that the tag does not exist' },
  'same-digest': { action: 'keep', means: 'the tag already is the wanted image' },
  'different-digest': {
    action: 'refuse',
    means: 'the tag exists and is another image; the plan shows both digests',
    help: 'choose a new tag, or allow the move: `--force NAME:TAG` (input `force: NAME:TAG`)',
  },
  newer: { action: 'move', means: 'the channel goes forward to a higher version' },
  older: {
    action: 'keep',
    means: 'the registry holds a higher version for this channel, and a channel never goes back',
    more: 'policy.md#channels',
  },
  forced: { action: 'move', means: 'the tag is named in `--force` (input `force`)' },
  'source-missing': {
    action: 'refuse',
    means: 'neither the source nor the tag exists',
    help: 'check `name`, `src_name` and `src_build_tag`, wait for the build, or remove the entry',
  },
  'source-gone': {
    action: 'keep',
    means: 'the tag exists and its source does not any more, so there is nothing to compare with; a warning',
    help: 'add `src_digest` to have the tag compared all the same',
  },
  unknown: {
    action: 'refuse',
    means: 'the registry, or a gate, gave no clear answer; only a confirmed 404 means that a tag is free',
    help: 'fix what the text names (login, permissions, network), then run again',
    more: 'troubleshooting.md#errors-of-registries',
  },
  'gate-pending': {
    action: 'hold',
    means: 'a check has not finished, or has not been green for long enough',
    help: 'run again for the same ref when it is green; that completes the tag',
    more: 'gates.md#how-a-held-tag-is-completed',
  },
  'gate-failed': {
    action: 'hold',
    means: 'a check is red',
    help: 'fix what the check reports, then run again',
  },
  manual: {
    action: 'hold',
    means: 'the rule says `stable: manual`, so the stable tag waits for approval',
    help: 'run again for the same ref with `--stable` (input `stable: true`)',
  },
  'digest-mismatch': {
    action: 'refuse',
    means: 'the source is not the image that `src_digest` names',
    help: 'look at the new image, then run `retag pin`, or restore the old one',
  },
  'platform-missing': {
    action: 'refuse',
    means: 'the index lacks one of `platforms`; attestations (`unknown/unknown`) are no platforms',
    help: 'publish the platform at the source, or remove it from `platforms`',
  },
  'attachment-missing': {
    action: 'refuse',
    means: 'the tag is right, but the entry says `attachments: require` and nothing is attached',
    help: 'sign the source image, or set `attachments: copy`',
  },
  'revision-mismatch': {
    action: 'refuse',
    means:
      'the image says that it is from another commit than `src_ref` names; for a build, than that of this run',
    help: 'correct `src_ref`, or choose the build of that commit; for a build, the reason names what to give to `force`',
  },
  'not-reviewed': {
    action: 'refuse',
    means: 'no pull request showed a plan with this digest, and `review: require` asks for one',
    help: 'plan it on a pull request and merge that',
    more: 'follow-ups-and-tracking.md#only-write-what-was-reviewed',
  },
  'conflicting-entries': {
    action: 'refuse',
    means:
      'two entries want one tag from different sources: another tag, repository or digest; both are refused',
    help: 'keep one of them',
  },
  'name-taken': {
    action: 'refuse',
    means:
      'the name of the tag belongs to another rule of the policy, or is a channel where this tag is fixed (or the other way round)',
    help: 'rename the branch or git tag, or change the tags of one of the two rules',
    more: 'policy.md#one-name-one-owner',
  },
  untrusted: {
    action: 'refuse',
    means: 'the source has no signature or attestation that the `trust` rules of the tag file accept',
    help: 'sign the image as the rule says, or correct the rule',
    more: 'trust.md#when-a-tag-is-refused-as-untrusted',
  },
} as const satisfies Readonly<Record<string, Explained & { readonly action: string }>>;

export type ReasonCode = keyof typeof REASONS;

/** The table of docs/troubleshooting.md#errors-of-registries, in its order. */
export const FAILURES = {
  denied: {
    means:
      'the registry answered 401 or 403 after Retag tried to log in: no login for it, or one without the rights',
    help: 'log in with an account that may write there',
    more: 'registries.md#logins',
  },
  rejected: {
    means:
      'the registry refused for another reason, which repeating will not change: an immutable tag, or a manifest that it does not accept',
    help: 'read the message; it names the setting where Retag knows it',
  },
  unavailable: {
    means: 'the registry answered 5xx or 429, or could not be reached, in all of five tries',
    help: 'run again later',
  },
  timeout: {
    means: 'the time limit has passed: `timeout`, 30 minutes by default',
    help: 'run again; Retag writes only what is missing. Or raise `timeout`',
  },
  mismatch: {
    means: 'the answer is not what Retag asked for, or the tag changed between plan and write',
    help: 'see that one job at a time writes these tags, then run again',
  },
  protocol: {
    means: 'the answer is not one of a registry: a login page, a proxy, another service on that port',
    help: 'check the name of the registry, and what is in front of it',
  },
  unsafe: {
    means: 'going on would send data or a login where it must not go, or the certificate is not trusted',
    help: 'set `NODE_EXTRA_CA_CERTS` for an authority of your own; list a host that uses plain http in `insecure-registries`',
  },
  absent: {
    means: 'something that the image needs, or that `attachments: require` asks for, does not exist',
    help: 'push the source image again, with all of its parts',
  },
  skipped: {
    means: 'not tried, because another tag of the same release failed',
    help: 'fix the other one, then run again',
  },
  cancelled: { means: 'the run was stopped', help: 'run again; Retag writes only what is missing' },
} as const satisfies Readonly<Record<OperationCode | 'skipped', Explained>>;
