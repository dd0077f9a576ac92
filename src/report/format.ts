/** What the report says in words, for the terminal, the job log and the summary alike. Pure. */
import { withoutHint } from '../errors.js';
import type { Input, Request } from '../request.js';
import { plural } from '../plan/decide.js';
import { whyNothing } from './nothing.js';
import { carriesLate, type Outcome } from '../plan/model.js';
import { type Explained, REASONS } from '../plan/reasons.js';
import { groupBy } from '../shared/group.js';
import type { Report, ReportAction } from './model.js';
import { reportAction } from './report.js';
import { joinTag } from '../oci/reference.js';

/** What happened, or would: `1 image to build, 2 tags to create, 1 to move, 1 refused.` Without time. */
export function headline({ actions, command }: Pick<Report, 'actions' | 'command'>): string {
  if (actions.length === 0) return 'Nothing is wanted: no entry of the tag file applies to this run.';
  const parts = numbers(actions, command !== 'plan');
  const idle = actions.every(({ action, error }) => action === 'keep' && error === null);
  return capital(`${[...(idle ? ['nothing to do'] : []), ...parts].join(', ')}.`);
}

/** How many actions there are of each kind. @param done what became of them, or else what is planned */
export function numbers(actions: readonly ReportAction[], done: boolean): string[] {
  const count = (is: (action: ReportAction) => boolean): number => actions.filter(is).length;
  const of = (name: ReportAction['action']): number =>
    count(({ action, outcome }) => action === name && (!done || outcome === 'done'));
  const broken = actions.filter(isFailedBuild);
  const builds = new Set(broken.map(({ error }) => error?.text)).size;
  const images = of('build');
  const rows: readonly (readonly [number, string])[] = [
    [of('create'), done ? 'created' : 'to create'],
    [of('move'), done ? 'moved' : 'to move'],
    [count(({ action }) => action === 'hold'), 'on hold'],
    [count(({ action }) => action === 'refuse'), 'refused'],
    [count((a) => a.outcome === 'failed' && !isFailedBuild(a) && !isUnbuilt(a)), 'failed'],
    [count(isUnwritten), 'not written because of that'],
    // A channel that a newer version keeps from being made is kept absent; that is no tag.
    [
      count(({ action, digest, error }) => action === 'keep' && digest !== null && error === null),
      'already right',
    ],
  ];
  const said = rows.filter(([number]) => number > 0);
  return [
    ...(builds === 0 ? [] : [`${builds === 1 ? 'the build' : `${builds} builds`} failed`]),
    ...(images === 0 ? [] : [`${images} ${plural(images, 'image')} ${done ? 'built' : 'to build'}`]),
    ...said.map(([number, what], at) => `${number} ${at === 0 ? `${plural(number, 'tag')} ` : ''}${what}`),
  ];
}

/** What a person is asked before a plan is carried out; null when there is nothing to write. */
export function applyQuestion(outcomes: readonly Outcome[]): string | null {
  const due = outcomes.map(reportAction).filter(({ action }) => ['build', 'create', 'move'].includes(action));
  const carry = outcomes.filter(({ planned }) => carriesLate(planned)).length;
  const late = carry === 0 ? [] : [`attachments of ${carry} ${plural(carry, 'tag')} to check and copy`];
  const writes = [...numbers(due, false), ...late];
  return writes.length === 0 ? null : `Apply this plan (${writes.join(', ')})?`;
}

function isUnwritten(action: ReportAction): boolean {
  return (
    (action.outcome === 'skipped' && action.error !== null) ||
    (action.outcome === 'failed' && isUnbuilt(action))
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isFailedBuild({ action, outcome }: ReportAction): boolean {
  return action === 'build' && outcome === 'failed';
}

/** Is it a tag without an image, since the build failed? */
function isUnbuilt({ action, error }: ReportAction): boolean {
  return action !== 'build' && error?.cause !== undefined;
}

/** What is refused, held or failed, and what is so for the same cause. */
export interface Stuck {
  /** the one that says why */
  readonly action: ReportAction;
  readonly others: readonly ReportAction[];
}

/** Does it only wait? */
export function isHeld({ action }: Stuck): boolean {
  return action.action === 'hold' && action.error === null;
}

/** Everything that is not as wanted, by cause: what people have to read, and fix, once. */
export function byCause(actions: readonly ReportAction[]): Stuck[] {
  const stuck = actions.filter((a) => a.action === 'refuse' || a.action === 'hold' || a.error !== null);
  const named = new Map(stuck.toReversed().map((action) => [nameOf(action), action]));
  // Two tags of one repository may have one text that names only the first of them.
  const causes = new Map<string, string>();
  const keyOf = (action: ReportAction): string => {
    const first = named.get(action.error?.of ?? action.reason.of ?? '') ?? action;
    const [key, text] = [causeOf(first), `${first.action} ${(first.error ?? first.reason).text}`];
    if (isShared(first) && !causes.has(text)) causes.set(text, key);
    return isShared(first) ? (causes.get(text) ?? key) : key;
  };
  return [...groupBy(stuck, keyOf).values()].map((group) => {
    const own = group.filter(({ error, reason }) => (error?.of ?? reason.of) === undefined);
    const action = own.find(({ image, error }) => error?.build === image) ?? own[0] ?? group[0];
    return { action, others: group.filter((other) => other !== action) };
  });
}

/** Is it of a kind that many tags have at once: a failure, an outage, or a gate? */
function isShared({ action, error, reason }: ReportAction): boolean {
  return error !== null || action !== 'refuse' || reason.code === 'unknown';
}

/** Equal for what one fix puts right: an outage or a gate by its text without the tag's own names, else the tag's own reason. */
function causeOf(stuck: ReportAction): string {
  const { action, image, tag, source, error, reason } = stuck;
  const { code, text } = error ?? reason;
  if (error?.cause !== undefined) return `build ${text}`;
  if (!isShared(stuck)) return `${image} ${code} ${text}`;
  const path = image.slice(image.indexOf('/') + 1);
  // The last one as it is in the address of a request.
  const names = [source ?? '', joinTag(image, tag), image, `${path}:${tag}`, path, `manifests/${tag}`].filter(
    (name) => name !== '',
  );
  return `${action} ${code} ${names.reduce((rest, name) => rest.replaceAll(name, ''), text)}`;
}

/** Warnings of tags, each text once: beside the first tag that has it, with the number of the others. */
export function warningsOf(actions: readonly ReportAction[]): { action: ReportAction; text: string }[] {
  const all = actions.flatMap((action) => action.warnings.map((text) => ({ action, text })));
  return [...groupBy(all, ({ text }) => text).values()].map(([{ action, text }, ...more]) => ({
    action,
    text: more.length === 0 ? text : `${text} (the same holds for ${more.length} more)`,
  }));
}

type Signers = NonNullable<ReportAction['trust']>[number]['signers'];

/** Who signed, from which commit: `signed by example/app/.github/workflows/release.yml@refs/tags/v1 at 0123456789ab` */
export function signersText(signers: Signers): string {
  const each = signers.map(({ identity, key, workflow, ref, commit }) => {
    if (identity === null) return `the key ${shortDigest(key)}`;
    const who = workflow === null ? identity.subject : workflow + (ref === null ? '' : `@${ref}`);
    return who + (commit === null ? '' : ` at ${commit.slice(0, 12)}`);
  });
  return each.length === 0 ? '' : `signed by ${[...new Set(each)].join(', ')}`;
}

/** Everybody who vouches for the image of an action; empty where no rule asks, and where nobody does. */
export function signedBy({ trust = [] }: ReportAction): string {
  return signersText(trust.flatMap(({ signers }) => signers));
}

/** `image:tag`, or `image@digest` */
export function nameOf({ image, tag }: Pick<ReportAction, 'image' | 'tag'>): string {
  return joinTag(image, tag);
}

/** What to do about a refusal, a hold or a failure, by the table of reasons; empty where the reason says it already. */
export function remedy(action: ReportAction, ways: 'flags' | 'inputs' = 'inputs'): string {
  const { help: own } = action.error ?? action.reason;
  if (own !== undefined) return `${capital(own)}.`;
  if (action.error?.cause === 'builder') return 'Fix what the build log shows, then run again.';
  if (action.error !== null) return 'Run again: finished tags are kept, and only what is missing is written.';
  if (isFollower(action)) return 'Fix what it follows; this tag then comes with it.';
  if (action.reason.cause === 'build') return '';
  const { help = '' }: Explained = REASONS[action.reason.code];
  const said = help
    .replace(/`(--[^`]+)` \(input `([^`]+)`\)/g, ways === 'flags' ? '$1' : 'input $2')
    .replaceAll('`', '')
    .replace('NAME:TAG', nameOf(action));
  return said === '' || help.endsWith(')') ? capital(said) : `${capital(said)}.`;
}

/** Why, in words that do not repeat the remedy. */
export function whyText(action: ReportAction): string {
  const { text, help } = action.error ?? action.reason;
  return withoutHint(text, help);
}

/** Is the tag refused or held only because the one that it follows, or its release, is? */
function isFollower({ reason: { cause } }: ReportAction): boolean {
  return cause === 'follows' || cause === 'group';
}

/** `sha256:` and twelve digits: enough to tell two apart by eye. */
export function shortDigest(digest: string | null): string {
  return digest === null ? '-' : digest.slice(0, digest.indexOf(':') + 13);
}

/** What stands in the first column of a line: the action, or that it failed. */
export function verb(action: ReportAction): string {
  if (action.outcome === 'failed') return 'failed';
  return action.outcome === 'skipped' && action.error !== null ? 'skipped' : action.action;
}

/** Is it something that somebody has to fix? */
export function isBad({ action, error, reason }: ReportAction): boolean {
  return action === 'refuse' || error !== null || (action === 'hold' && reason.code === 'gate-failed');
}

// The sentence that a run ends with, in log, summary and comment. Pure.

/** As the report has it; where no tag is wanted, with what was found instead or why there is none. */
export function sentence(report: Report, loaded: Input, request: Request): string {
  if (request.command === 'validate') return validText(loaded, request.files.length);
  return report.actions.length === 0
    ? whyNothing(report, loaded)
    : headline(report) + withheld(report, request);
}

/** Why a private registry says no although the repository has a login for it. */
function withheld({ actions }: Report, { facts }: Request): string {
  if (facts === null || facts.may.credentials || actions.every(({ reason }) => reason.code !== 'unknown'))
    return '';
  return ` Retag uses no logins in this run, on purpose: ${facts.may.why}. Private images are looked at after the merge.`;
}

/** The last line of the log: the sentence, what it took, and what to do next. */
export function closing(report: Report, said = headline(report)): string {
  const { command, actions, duration_ms: ms, http } = report;
  if (actions.length === 0) return said;
  const time =
    ms < 60_000
      ? `${(ms / 1000).toFixed(1)} s`
      : `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;
  const took = `${time}, ${http.requests} ${plural(http.requests, 'request')}.`;
  const what = said.charAt(0).toLowerCase() + said.slice(1);
  return `${capital(command)}: ${what} ${took} ${command === 'plan' ? 'Nothing was written.' : next(actions)}`;
}

function next(actions: readonly ReportAction[]): string {
  if (actions.some(isBad)) return 'Fix what is marked "!", then run again: finished tags are kept.';
  return actions.some(({ action }) => action === 'hold')
    ? 'Run again for what is on hold.'
    : 'Every wanted tag is right.';
}

/** `2 promotions, 0 builds and 3 rules`, those of a preset included. */
export function contents({ config, policy }: Pick<Input, 'config' | 'policy'>): string {
  const count = (number: number, noun: string): string => `${number} ${plural(number, noun)}`;
  const rules = count(policy?.rules.length ?? 0, 'rule');
  const selections =
    config.selections.length === 0 ? '' : `, ${count(config.selections.length, 'selection')}`;
  return `${count(config.images.length, 'promotion')}${selections}, ${count(config.builds.length, 'build')} and ${rules}`;
}

function validText(loaded: Input, files: number): string {
  const what =
    files === 0 ? 'The inputs are' : files === 1 ? 'The tag file is' : `The ${files} tag files are`;
  return `${what} valid: ${contents(loaded)}.`;
}
