/** Tracking issues on GitHub: found by label and marker, made, updated, closed and reopened. */
import type { TrackingConfig } from '../../config/model.js';
import { OperationError } from '../../errors.js';
import { type Data, type GitHub, mayBeOwn } from '../client.js';
import {
  type DraftContext,
  draftIssue,
  type IssueDraft,
  type OpenIssue,
  readLedger,
  type Tracked,
  TRACKING_LABEL,
  trackingMarker,
} from './issue.js';

export interface TrackingResult {
  readonly image: string;
  readonly line: string;
  readonly state: 'created' | 'updated' | 'unchanged';
  readonly open: boolean;
  readonly url: string;
  /** sentences for the log, e.g. a shepherd whom GitHub does not know */
  readonly warnings: readonly string[];
}

type Issue = Data<'GET /repos/{owner}/{repo}/issues'>[number];

const TRUSTED = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);
const COLOURS = { [TRACKING_LABEL]: 'ededed' } as const;

/** Brings the issue of every tracked image and line to what it should be, one after another. Throws OperationError at the first that cannot be written. */
export async function syncTracking(
  github: GitHub,
  config: TrackingConfig,
  tracked: readonly Tracked[],
  context: DraftContext & {
    /** default true; a plan only says what it found where there is an issue */
    readonly create?: boolean;
  },
): Promise<readonly TrackingResult[]> {
  if (tracked.length === 0) return [];
  const issues = await trackingIssues(github, 'all');
  const people = await assignable(github, config.shepherds);
  const labels = new Set<string>();
  const results: TrackingResult[] = [];
  for (const one of tracked) {
    const start = trackingMarker(one);
    const issue = issues.find(({ body }) => (body ?? '').startsWith(start)) ?? null;
    if (issue === null && context.create === false) continue;
    const current = issue
      ? { body: plain(issue.body), state: issue.state === 'open' ? ('open' as const) : ('closed' as const) }
      : null;
    const draft = draftIssue(current, one, config, context);
    for (const label of draft.labels) if (!labels.has(label)) await ensureLabel(github, label);
    draft.labels.forEach((label) => labels.add(label));
    const wanted = { ...draft, assignees: people.known };
    const written = issue ? await update(github, issue, wanted) : await create(github, wanted);
    const warnings = [...draft.warnings, ...people.unknown];
    results.push({ image: one.image, line: one.line, open: draft.state === 'open', warnings, ...written });
  }
  return results;
}

/** Every open tracking issue, for `retag tracking`. */
export async function listTracking(github: GitHub): Promise<readonly OpenIssue[]> {
  const issues = await trackingIssues(github, 'open');
  return issues.map(({ number, title, html_url, assignees, body }) => ({
    number,
    title,
    url: html_url,
    assignees: (assignees ?? []).map(({ login }) => login),
    ledger: readLedger(plain(body)),
  }));
}

/**
 * Issues with the label whose author may be trusted, oldest first: of two with one marker the older counts. Only
 * people with triage rights can set a label, but an issue form may set one for anybody.
 */
async function trackingIssues(github: GitHub, state: 'all' | 'open'): Promise<Issue[]> {
  const identity = await github.identity();
  const params = { ...github.home, labels: TRACKING_LABEL, state };
  const found: Issue[] = [];
  for await (const page of github.pages('GET /repos/{owner}/{repo}/issues', params)) {
    found.push(
      ...page.filter(({ user, author_association, pull_request }) => {
        return !pull_request && (mayBeOwn(identity, user) || TRUSTED.has(author_association ?? ''));
      }),
    );
  }
  return found.sort((a, b) => a.number - b.number);
}

async function create(github: GitHub, draft: IssueDraft): Promise<Pick<TrackingResult, 'state' | 'url'>> {
  const { title, body, labels, assignees } = draft;
  const params = { ...github.home, title, body, labels: [...labels], assignees: [...assignees] };
  const made = await github.call('POST /repos/{owner}/{repo}/issues', params);
  if (draft.state === 'closed') await setState(github, made.number, 'closed');
  return { state: 'created', url: made.html_url };
}

/** One PATCH with what differs, and one comment when there is news; nothing when the issue is right. */
async function update(
  github: GitHub,
  issue: Issue,
  draft: IssueDraft,
): Promise<Pick<TrackingResult, 'state' | 'url'>> {
  const labels = issue.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? '')));
  const assignees = (issue.assignees ?? []).map(({ login }) => login);
  const missing = draft.labels.filter((label) => !labels.includes(label));
  const absent = draft.assignees.filter(
    (login) => !assignees.some((one) => one.toLowerCase() === login.toLowerCase()),
  );
  const change = {
    ...(issue.title === draft.title ? {} : { title: draft.title }),
    ...(plain(issue.body).trimEnd() === draft.body.trimEnd() ? {} : { body: draft.body }),
    ...(missing.length === 0 ? {} : { labels: [...labels, ...missing] }),
    ...(absent.length === 0 ? {} : { assignees: [...assignees, ...absent] }),
    ...(issue.state === draft.state ? {} : stateChange(draft.state)),
  };
  if (Object.keys(change).length === 0) return { state: 'unchanged', url: issue.html_url };
  const params = { ...github.home, issue_number: issue.number };
  // The comment first: when it fails the record still says that it is due.
  if (draft.news.length > 0) {
    const body = draft.news.map((line) => `- ${line}`).join('\n');
    await github.call('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { ...params, body });
  }
  await github.call('PATCH /repos/{owner}/{repo}/issues/{issue_number}', { ...params, ...change });
  return { state: 'updated', url: issue.html_url };
}

function stateChange(state: 'open' | 'closed') {
  return state === 'closed'
    ? { state, state_reason: 'completed' as const }
    : { state, state_reason: 'reopened' as const };
}

async function setState(github: GitHub, issue_number: number, state: 'open' | 'closed'): Promise<void> {
  const params = { ...github.home, issue_number, ...stateChange(state) };
  await github.call('PATCH /repos/{owner}/{repo}/issues/{issue_number}', params);
}

/** Makes a label that is missing. Another run may make it at the same moment, which is as good. */
async function ensureLabel(github: GitHub, name: string): Promise<void> {
  if (await github.find('GET /repos/{owner}/{repo}/labels/{name}', { ...github.home, name })) return;
  const color = name === TRACKING_LABEL ? COLOURS[name] : '1d76db';
  const description = name === TRACKING_LABEL ? 'Kept by Retag' : 'Release cycle, made by Retag';
  try {
    await github.call('POST /repos/{owner}/{repo}/labels', { ...github.home, name, color, description });
  } catch (error) {
    if (!(error instanceof OperationError && error.status === 422 && /already_exists/.test(error.message)))
      throw error;
  }
}

/** Whom GitHub lets an issue be assigned to; Retag warns about the others and writes the issue without them. */
async function assignable(
  github: GitHub,
  logins: readonly string[],
): Promise<{ known: readonly string[]; unknown: readonly string[] }> {
  const known: string[] = [];
  const unknown: string[] = [];
  for (const assignee of logins) {
    // 204 without a body when it can be.
    const found: unknown = await github.find('GET /repos/{owner}/{repo}/assignees/{assignee}', {
      ...github.home,
      assignee,
    });
    if (found !== null) known.push(assignee);
    else
      unknown.push(
        `${assignee} cannot be assigned to issues here; correct tracking.shepherds, or give access`,
      );
  }
  return { known, unknown };
}

/** GitHub keeps the line ends of the client that wrote a text. */
function plain(body: string | null | undefined): string {
  return (body ?? '').replaceAll('\r\n', '\n');
}
