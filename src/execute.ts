/**
 * Plan → one outcome for each action. Tags are written in the order primary, stable, channel; entries do not
 * depend on each other, except that a tag which follows another (stable after primary) waits for it, and that
 * the tags of one group are written only when the content of all of them is in place. The tags of one kind are read
 * back together, some time after the last of them was written: of two runs that start in the same instant, each has
 * written by then, and both read the same answer.
 */
import { OperationError } from './errors.js';
import {
  carriesLate,
  asError,
  type BuildResult,
  type Outcome,
  TAG_KINDS,
  tagName,
  rightTag,
  writes,
  type Plan,
  type PlannedAction,
  type RightTag,
  type WantedTag,
} from './plan/model.js';
import { pool } from './shared/concurrency.js';
import { type DigestRef, formatReference } from './oci/reference.js';
import type { Clock, TagState, Log, Registry } from './ports.js';
import type { Records } from './trust/record.js';
import type { Manifest } from './oci/manifest.js';

interface ExecuteOptions {
  readonly concurrency: number;
  /** images of builds by name, for tags whose source is a build */
  readonly built: ReadonlyMap<string, BuildResult>;
  /** a person was asked, which may have taken long: what is kept is looked at again */
  readonly asked?: boolean;
  /** signs what was built and tagged; absent: nothing is signed */
  readonly records?: Records | null;
  /** milliseconds between the last write of a kind of tags and their read-back, at least; 0: at once */
  readonly settle: number;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** The outcomes of a plan that is only shown. */
export function asPlanned(plan: Plan): Outcome[] {
  return plan.actions.map((planned) => ({
    planned,
    outcome: 'planned',
    digest: planned.digest,
    error: null,
    attachments: null,
  }));
}

/** Carries the plan out. Throws only on faults of the program; what a registry does becomes an outcome. */
export async function execute(plan: Plan, registry: Registry, options: ExecuteOptions): Promise<Outcome[]> {
  const outcomes = new Map<WantedTag, Outcome>();
  const ready = await prepareGroups(plan, registry, options);
  let done = 0;
  const finish = (outcome: Outcome): void => {
    outcomes.set(outcome.planned.wanted, outcome);
    options.log.progress(++done, plan.actions.length, 'tags');
  };
  for (const kind of TAG_KINDS) {
    const due = plan.actions.filter(({ wanted }) => wanted.kind === kind);
    const written: Written[] = [];
    await pool(due, options.concurrency, (action) =>
      carryOut(action, registry, options, outcomes, ready).then((result) => {
        if ('content' in result) written.push(result);
        else finish(result);
      }),
    );
    if (written.length > 0) await settle(written, options);
    await pool(written, options.concurrency, async (tag) => finish(await readBack(tag, registry, options)));
  }
  const ended = plan.actions.map((action) => outcomes.get(action.wanted) as Outcome);
  return options.records ? recorded(ended, options.records) : ended;
}

/** Writes the records of all tags that are right. A tag stays right when its record can't be written, but the run fails. */
async function recorded(outcomes: readonly Outcome[], records: Records): Promise<Outcome[]> {
  const tags = outcomes.map(rightTag);
  const failures = await records.write(tags.filter((tag) => tag !== null));
  return outcomes.map((outcome, at): Outcome => {
    const error = failures.get(tags[at] as RightTag);
    return error === undefined ? outcome : { ...outcome, outcome: 'failed', error: asError(error) };
  });
}

/** The wait is at most so many times what was asked for. */
const MOST_SETTLE = 10;

/**
 * Waits until what was written can be believed, or until the run is stopped. Another run that looked before this one wrote has
 * written by then if it needs no longer than twice what this one needed from its look to the end of its write.
 */
async function settle(
  written: readonly Written[],
  { settle: least, clock, signal }: ExecuteOptions,
): Promise<void> {
  if (least === 0 || signal.aborted) return;
  const slowest = written.reduce((most, { took }) => Math.max(most, took), 0);
  await clock
    .sleep(Math.min(Math.max(least, 2 * slowest), MOST_SETTLE * least), signal)
    .catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
}

/** A tag that holds what was wanted, as far as its last request says. */
interface Written {
  readonly planned: PlannedAction;
  readonly content: Content;
  /** milliseconds from the look before the write to its end */
  readonly took: number;
}

/** A tag that is right already, or that cannot be written. */
async function keep(action: PlannedAction, registry: Registry, options: ExecuteOptions): Promise<Outcome> {
  if (carriesLate(action)) return carryLate(action, registry, options);
  if (action.action !== 'keep' || options.asked !== true) return skipped(action);
  const { destination } = action.wanted;
  const now = await registry.headFresh(destination);
  if (now.state === 'unknown') return failed(action, now.error);
  const current = now.state === 'present' ? now.digest : null;
  if (current === action.previous) return skipped(action);
  const what = `${formatReference(destination)} changed since the plan: it was ${action.previous ?? 'absent'} and is ${current ?? 'absent'} now`;
  return failed(action, new OperationError('mismatch', `${what}; run again to plan anew`));
}

/** Writes a tag, or says what became of it without. */
async function carryOut(
  action: PlannedAction,
  registry: Registry,
  options: ExecuteOptions,
  outcomes: ReadonlyMap<WantedTag, Outcome>,
  ready: ReadonlyMap<WantedTag, Prepared>,
): Promise<Outcome | Written> {
  if (!writes(action)) return keep(action, registry, options);
  if (options.signal.aborted)
    return skipped(action, { code: 'cancelled', text: 'the run was stopped before this tag' });
  const prepared = ready.get(action.wanted);
  if (prepared !== undefined && 'error' in prepared) {
    if (prepared.of === null) return failed(action, prepared.error);
    return skipped(action, { ...asError(prepared.error), of: prepared.of });
  }
  const blocked = blockedBy(action, outcomes);
  if (blocked !== null) return skipped(action, blocked);
  try {
    const content = prepared ?? (await bring(action, registry, options));
    const { digest } = content.manifest;
    const started = options.clock.now();
    if (!(await expectUntouched(action, digest, registry))) {
      await registry.put(action.wanted.destination, content.manifest, action.previous);
    }
    return { planned: action, content, took: options.clock.now() - started };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return failed(action, error);
  }
}

async function carryLate(
  action: PlannedAction,
  registry: Registry,
  options: ExecuteOptions,
): Promise<Outcome> {
  const { source, manifest, wanted } = action;
  if (source === null || manifest === null) throw new Error('nothing to carry attachments from');
  if (options.signal.aborted)
    return skipped(action, { code: 'cancelled', text: 'the run was stopped before this tag' });
  try {
    const { found, carried, written } = await registry.carry(
      source,
      manifest,
      wanted.destination,
      wanted.attachments,
    );
    const outcome = { ...skipped(action), attachments: { found, carried } };
    return written > 0 ? { ...outcome, outcome: 'done' } : outcome;
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return failed(action, error);
  }
}

/** Why an action may not be carried out although it was planned: its leader or its group failed. */
function blockedBy(action: PlannedAction, outcomes: ReadonlyMap<WantedTag, Outcome>): Outcome['error'] {
  const { follows, group } = action.wanted;
  const leader = follows === null ? undefined : outcomes.get(follows);
  const broken = (outcome: Outcome | undefined): boolean =>
    outcome !== undefined && outcome.error !== null && outcome.outcome !== 'done';
  if (leader !== undefined && broken(leader)) {
    return {
      code: 'skipped',
      of: leader.error?.of ?? tagName(leader.planned.wanted),
      text: `it waits for ${formatReference(leader.planned.wanted.destination)}, which failed`,
    };
  }
  if (group === null) return null;
  for (const outcome of outcomes.values()) {
    if (outcome.planned.wanted.group === group && broken(outcome)) {
      const name = formatReference(outcome.planned.wanted.destination);
      const of = outcome.error?.of ?? tagName(outcome.planned.wanted);
      return { code: 'skipped', of, text: `${name} of the same release failed` };
    }
  }
  return null;
}

interface Content {
  readonly manifest: Manifest;
  readonly found: number;
  readonly carried: number;
}

/** The content of a grouped tag, in place; or why its group is not written: its own fault, or that of the tag named. */
type Prepared = Content | { readonly error: OperationError; readonly of: string | null };

/**
 * Brings the content of every tag of every group to its place and sees that no tag was touched meanwhile. When one
 * fails, no tag of its group is written: a release is tagged whole or not at all.
 */
async function prepareGroups(
  plan: Plan,
  registry: Registry,
  options: ExecuteOptions,
): Promise<Map<WantedTag, Prepared>> {
  const due = plan.actions.filter((action) => action.wanted.group !== null && writes(action));
  const ready = new Map<WantedTag, Prepared>();
  await pool(due, options.concurrency, async (action) => {
    try {
      const content = await bring(action, registry, options);
      await expectUntouched(action, content.manifest.digest, registry);
      if (action.wanted.source.from === 'build')
        await options.records?.sign(action.wanted.destination, content.manifest);
      ready.set(action.wanted, content);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      ready.set(action.wanted, { error, of: null });
    }
  });
  return failWholeGroups(due, ready);
}

function failWholeGroups(
  due: readonly PlannedAction[],
  ready: Map<WantedTag, Prepared>,
): Map<WantedTag, Prepared> {
  const broken = new Map<string, { error: OperationError; of: string }>();
  for (const { wanted } of due) {
    const state = ready.get(wanted);
    if (wanted.group !== null && state !== undefined && 'error' in state && !broken.has(wanted.group)) {
      broken.set(wanted.group, { error: state.error, of: tagName(wanted) });
    }
  }
  for (const { wanted } of due) {
    const error = wanted.group === null ? undefined : broken.get(wanted.group);
    const state = ready.get(wanted);
    if (error !== undefined && (state === undefined || !('error' in state))) ready.set(wanted, error);
  }
  return ready;
}

/** Makes all that the tag will point at exist in the destination repository, except the tag itself. */
async function bring(action: PlannedAction, registry: Registry, options: ExecuteOptions): Promise<Content> {
  if (options.signal.aborted) throw new OperationError('cancelled', 'the run was stopped before this tag');
  const { source, manifest: known } = contentOf(action, options);
  const manifest = known ?? (await registry.manifest(source));
  const { destination, attachments } = action.wanted;
  const report = await registry.copyImage(source, manifest, destination, attachments);
  return { manifest, found: report.attachmentsFound, carried: report.attachmentsCarried };
}

/** Where the content is, and its bytes if they are at hand. */
function contentOf(
  { wanted, source, manifest }: PlannedAction,
  options: ExecuteOptions,
): { source: DigestRef; manifest: Manifest | null } {
  if (source !== null) return { source, manifest };
  const result = wanted.source.from === 'build' ? options.built.get(wanted.source.build) : undefined;
  if (result === undefined)
    throw new Error(`nothing gives the content of ${formatReference(wanted.destination)}`);
  if (!result.ok) throw result.error;
  return result;
}

/** What became of a tag that was written, or found right. Nothing is repaired by writing again. */
async function readBack(
  { planned, content }: Written,
  registry: Registry,
  { signal }: ExecuteOptions,
): Promise<Outcome> {
  const { destination } = planned.wanted;
  const { digest } = content.manifest;
  const written = `${formatReference(destination)} was written as ${digest}`;
  const after: TagState = signal.aborted
    ? { state: 'unknown', error: stoppedBy(signal) }
    : await registry.head(destination);
  if (after.state === 'present' && after.digest === digest) {
    const attachments = { found: content.found, carried: content.carried };
    return { planned, outcome: 'done', digest, error: null, attachments };
  }
  if (after.state === 'unknown') {
    const { code, message } = after.error;
    return failed(planned, new OperationError(code, `${written}, but cannot be read back: ${message}`));
  }
  const text =
    after.state === 'absent'
      ? 'the registry does not have it; run again'
      : `reads back as ${after.digest}: somebody else wrote it at the same time; decide which is right, ` +
        'and see that only one run writes this tag (a concurrency group)';
  return failed(planned, new OperationError('mismatch', `${written}, but ${text}`));
}

/**
 * The look right before the write.
 * @returns true when the tag already is what was wanted, so there is nothing to write
 * @throws OperationError when the tag is not what the plan saw, or cannot be told
 */
async function expectUntouched(action: PlannedAction, digest: string, registry: Registry): Promise<boolean> {
  const { destination } = action.wanted;
  const now = await registry.headFresh(destination);
  if (now.state === 'unknown') throw now.error;
  const current = now.state === 'present' ? now.digest : null;
  if (current === digest) return true;
  if (current === action.previous) return false;
  const was = action.previous ?? 'absent';
  const again =
    action.previous === null ? '; if it stays so, the tag list of the registry may be out of date' : '';
  throw new OperationError(
    'mismatch',
    `${formatReference(destination)} changed since the plan: it was ${was} and is ${current ?? 'absent'} now ` +
      `(wanted: ${digest}); nothing was written, run again to plan anew${again}`,
  );
}

function stoppedBy({ reason }: AbortSignal): OperationError {
  if (reason instanceof OperationError) return reason;
  return new OperationError('cancelled', 'the run was stopped; run again to complete');
}

function skipped(action: PlannedAction, error: Outcome['error'] = null): Outcome {
  return { planned: action, outcome: 'skipped', digest: action.digest, error, attachments: null };
}

function failed(action: PlannedAction, error: OperationError): Outcome {
  return { planned: action, outcome: 'failed', digest: null, error: asError(error), attachments: null };
}
