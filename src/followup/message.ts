/** Commit message, title and text of the follow-up pull request. Pure; foreign text is escaped. */
import { code, cut, escapeCell, link, oneLine, table } from '../shared/markdown.js';
import { type FollowUpPlan, nameOf } from './followup.js';

const TRAILER = /^[A-Za-z][A-Za-z0-9-]*: \S/;
const MARK = 'Retag-Edits: ';
/** What GitHub takes, in characters. */
const MAX_TITLE = 256;
const MAX_BODY = 65_536;

export function titleOf({ items }: FollowUpPlan): string {
  const [first, ...more] = items;
  if (!first) return 'Use new image tags';
  const title = more.length === 0 ? `Use ${nameOf(first)}` : `Use ${items.length} new image tags`;
  return title.length > MAX_TITLE ? `${title.slice(0, MAX_TITLE - 1)}…` : title;
}

/** The last paragraph holds the trailers: those of the entries, and the fingerprint by which Retag knows its own commit. */
export function commitMessage(plan: FollowUpPlan): string {
  const tags = plan.items.map((item) => `- ${nameOf(item)}`);
  const bugs = plan.items.flatMap(({ bug }) => (bug === undefined ? [] : [trailer(bug)]));
  const trailers = [...new Set(bugs), MARK + plan.fingerprint];
  const list = tags.length > 1 ? [tags.join('\n')] : [];
  return [titleOf(plan), ...list, trailers.join('\n')].join('\n\n');
}

/** The fingerprint in a commit message or in the text of a pull request, null in anyone else's. */
export function fingerprintIn(text: string): string | null {
  return new RegExp(`^(?:<!-- )?${MARK}([0-9a-f]{64})(?: -->)?\\s*$`, 'm').exec(text)?.[1] ?? null;
}

/** The text of a pull request without its fingerprint. */
export function withoutFingerprint(text: string): string {
  return text.replace(new RegExp(`^<!-- ${MARK}[0-9a-f]{64} -->\\s*`, 'm'), '');
}

export interface PullContext {
  /** the pull request is made with the job's own token, for which no workflows run */
  readonly jobToken: boolean;
}

/** Without anything that changes from run to run, so that the second run has nothing to update. */
export function pullBody(plan: FollowUpPlan, { jobToken }: PullContext): string {
  const rows = plan.files.flatMap(({ file, changes }) =>
    changes.map(({ line, before, after }) => [code(`${file}:${line}`), code(before), code(after)]),
  );
  const bugs = [...new Set(plan.items.flatMap(({ bug }) => (bug === undefined ? [] : [trailer(bug)])))];
  const parts = [
    `<!-- ${MARK}${plan.fingerprint} -->`,
    'These tags are in their registries; this pull request makes the files say so. Retag updates it in place until it is merged.',
    table(['place', 'from', 'to'], rows),
    bugs.map((bug) => `- ${escapeCell(bug)}`).join('\n'),
    jobToken ? noChecks() : '',
  ];
  const text = parts.filter((part) => part !== '').join('\n\n');
  return cut(text, MAX_BODY, 'The list was cut here; the diff has all of it.');
}

/** Said when the pull request is closed because there is nothing left to set. */
export function supersededText(runUrl: string | null): string {
  return `The files on the base branch say all of this already, so there is nothing left to merge. Closed by ${link('Retag', runUrl)}.`;
}

function noChecks(): string {
  const docs =
    'https://docs.github.com/actions/using-workflows/triggering-a-workflow#triggering-a-workflow-from-a-workflow';
  return (
    "**Checks do not run here by themselves**: this pull request is made with the job's own token, for which GitHub " +
    `starts ${link('no workflows', docs)}. Close and reopen it to start them, or give the input ${code('github-token')} ` +
    "an app's token or a personal one."
  );
}

/** One line; a text that is no trailer becomes one, since anything else would end the paragraph of trailers. */
function trailer(bug: string): string {
  const line = oneLine(bug).trim();
  return TRAILER.test(line) ? line : `Bug: ${line}`;
}
