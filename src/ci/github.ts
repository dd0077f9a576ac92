/**
 * The event that started a workflow → which ref and commit it is about, and whether to trust it.
 * Payloads: https://docs.github.com/en/webhooks/webhook-events-and-payloads; what GITHUB_REF and GITHUB_SHA are on each
 * event: https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
 */
import { readFile } from 'node:fs/promises';

import { UserError } from '../errors.js';
import { visible } from '../policy/refname.js';
import { at, textAt } from '../shared/text.js';
import type { Environment } from '../shared/environment.js';
import {
  anonymous,
  type CiRun,
  count,
  type EventFacts,
  FORK,
  isMergedRef,
  NOTHING_KNOWN,
  planOnly,
  PULL_REQUEST,
  type Trust,
  TRUSTED,
  variable,
} from './model.js';

/** What the runner says; every value may be missing. */
interface EventInput {
  readonly name: string | null;
  /** GITHUB_REF */
  readonly ref: string | null;
  /** GITHUB_SHA */
  readonly sha: string | null;
  /** the parsed event file; null when it is missing or cannot be parsed */
  readonly payload: unknown;
}

/**
 * The run of a workflow; null outside Actions. Gitea and Forgejo run theirs with the same environment.
 * @throws UserError when GITHUB_REF and the event name different refs
 */
export async function readGitHub(env: Environment): Promise<CiRun | null> {
  const event = variable(env, 'GITHUB_EVENT_NAME');
  if (env['GITHUB_ACTIONS'] !== 'true' && event === null) return null;
  const warnings: string[] = [];
  const payload = await eventPayload(variable(env, 'GITHUB_EVENT_PATH'), warnings);
  const startedFor = variable(env, 'GITHUB_SHA');
  const facts = readEvent({ name: event, ref: variable(env, 'GITHUB_REF'), sha: startedFor, payload });
  return { ...NOTHING_KNOWN, ...facts, ...repositoryOf(env, payload), event, startedFor, warnings };
}

async function eventPayload(path: string | null, warnings: string[]): Promise<unknown> {
  try {
    if (path === null) throw new Error('GITHUB_EVENT_PATH is not set');
    const payload: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) return payload;
    throw new Error('it is not a JSON object');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    warnings.push(
      `the event file cannot be read (${why}), so this run is not trusted: nothing will be written`,
    );
    return null;
  }
}

/** What is known of the repository and of the run, beside its ref. */
function repositoryOf(env: Environment, payload: unknown) {
  const repository = variable(env, 'GITHUB_REPOSITORY');
  const server = (env['GITHUB_SERVER_URL'] ?? 'https://github.com').replace(/(?<!\/)\/+$/, '');
  const url = repository === null ? null : `${server}/${repository}`;
  const run = variable(env, 'GITHUB_RUN_ID');
  const licence = textAt(payload, 'repository', 'license', 'spdx_id');
  const base =
    textAt(payload, 'pull_request', 'base', 'sha') ??
    textAt(payload, 'merge_group', 'base_sha') ??
    textAt(payload, 'before');
  // Forgejo's runner sets both: https://code.forgejo.org/forgejo/runner/src/branch/main/internal/app/run/runner.go
  const forge = variable(env, 'FORGEJO_ACTIONS')
    ? 'Forgejo'
    : variable(env, 'GITEA_ACTIONS')
      ? 'Gitea'
      : null;
  return {
    system: forge ?? 'GitHub',
    forge,
    commitVariable: 'GITHUB_SHA',
    runNumber: count(env, 'GITHUB_RUN_NUMBER'),
    runAttempt: count(env, 'GITHUB_RUN_ATTEMPT'),
    base: base !== null && /^[0-9a-f]{40,64}$/.test(base) && !/^0+$/.test(base) ? base : null,
    url,
    actor: variable(env, 'GITHUB_TRIGGERING_ACTOR') ?? variable(env, 'GITHUB_ACTOR'),
    run: url === null || run === null ? null : `${url}/actions/runs/${run}`,
    description: textAt(payload, 'repository', 'description'),
    licenses: licence === 'NOASSERTION' ? null : licence,
    isPrivate: at(payload, 'repository', 'private') !== false,
  };
}

const ANYONE = planOnly('anyone can cause this event');

/**
 * Every event that starts a workflow. An event that is not here is not known to be safe: it only plans. `workflow_call` has the
 * name of its caller's event. https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
 */
const EVENTS: ReadonlyMap<string, Trust> = new Map([
  ...[
    ...['push', 'create', 'delete', 'release', 'schedule', 'workflow_dispatch', 'repository_dispatch'],
    // At the default branch; at most they say when a run starts.
    ...['branch_protection_rule', 'check_run', 'check_suite', 'status', 'page_build', 'public'],
    ...['label', 'milestone'],
    // At the branch or git tag that is deployed or published. Where they are about a bare commit there is no ref, and only a plan.
    ...['deployment', 'deployment_status', 'registry_package'],
  ].map((name): [string, Trust] => [name, TRUSTED]),
  ...['issues', 'issue_comment', 'discussion', 'discussion_comment', 'gollum', 'fork', 'watch'].map(
    (name): [string, Trust] => [name, ANYONE],
  ),
  ['merge_group', planOnly('a merge queue tests what is not merged yet')],
  // The one that Retag runs on is judged by the event of the run before it, and by its head. What was before that one no event says.
  [
    'workflow_run',
    anonymous('it was started by another run, and Retag cannot tell whose code that one was for'),
  ],
]);

/** How far an event of this name is believed before anybody has looked at its payload. */
function trustOfEvent(name: string | null): Trust {
  if (name !== null && /^pull_request(?:_|$)/.test(name)) return PULL_REQUEST;
  return EVENTS.get(name ?? '') ?? anonymous('Retag does not know this event');
}

/**
 * Reads an event. Without a payload nothing about it is known, so it is treated as one of a fork.
 * @throws UserError when GITHUB_REF and the event name different refs: one of them is wrong, and which cannot be told
 */
export function readEvent(input: EventInput): EventFacts {
  const { name, payload } = input;
  const defaults = {
    ref: input.ref,
    sha: input.sha,
    deleted: false,
    pullRequest: null,
    trust: trustOfEvent(name),
    defaultBranch: textAt(payload, 'repository', 'default_branch'),
    maybeTag: false,
  };
  if (typeof payload !== 'object' || payload === null) {
    return { ...defaults, trust: anonymous('the event file cannot be read') };
  }
  if (isPullRequest(input)) return { ...defaults, ...readPullRequest(input) };
  if (isAboutPullRequest(payload)) return { ...defaults, trust: UNKNOWN_HEAD };
  if (name === 'workflow_run') return { ...defaults, ...readWorkflowRun(input) };
  if (name === 'delete' || (name === 'push' && at(payload, 'deleted') === true)) {
    return { ...defaults, ref: eventRef(input), sha: null, deleted: true };
  }
  const ref = eventRef(input);
  if (ref !== null && input.ref !== null && ref !== input.ref && ref !== fullName(input))
    throw disagreement(input, ref);
  const about = ref ?? input.ref;
  if (about !== null && isMergedRef(about)) return { ...defaults, ref: about };
  return { ...defaults, ref: about, trust: anonymous('the event names neither a branch nor a git tag') };
}

const UNKNOWN_HEAD = anonymous('it is about a pull request, and the event does not say whose');

/** A comment on a pull request, or a dispatch that hands one on. */
function isAboutPullRequest(payload: unknown): boolean {
  return ['issue', 'client_payload'].some((key) => isObject(at(payload, key, 'pull_request')));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isPullRequest({ name, ref, payload }: EventInput): boolean {
  const byName = name !== null && /^pull_request(?:_|$)/.test(name);
  return (
    byName || (ref?.startsWith('refs/pull/') ?? false) || typeof at(payload, 'pull_request') === 'object'
  );
}

/** The ref that the payload itself names, where events of this kind have one. */
function eventRef({ name, ref, payload }: EventInput): string | null {
  switch (name) {
    case 'push':
      return textAt(payload, 'ref');
    case 'workflow_dispatch':
      return sameName(textAt(payload, 'ref'), ref);
    case 'merge_group':
      return textAt(payload, 'merge_group', 'head_ref');
    case 'release': {
      const tag = textAt(payload, 'release', 'tag_name');
      return tag === null ? null : `refs/tags/${tag}`;
    }
    case 'create':
    case 'delete': {
      const short = textAt(payload, 'ref');
      return short === null ? null : fullName({ ref: short, payload });
    }
    case null:
    default:
      return null;
  }
}

/**
 * The ref of an event that creates or deletes one. GitHub's payload has the short name, that of Gitea since 1.22 the whole one, and
 * GITHUB_REF is short in older ones: https://github.com/go-gitea/gitea/blob/main/services/actions/notifier.go
 */
function fullName({ ref, payload }: Pick<EventInput, 'ref' | 'payload'>): string {
  const kind = at(payload, 'ref_type') === 'tag' ? 'tags' : 'heads';
  return ref?.startsWith('refs/') === true ? ref : `refs/${kind}/${ref ?? ''}`;
}

/** A dispatch through the API may carry the short name that was asked for. */
function sameName(short: string | null, full: string | null): string | null {
  const meant = full !== null && [`refs/heads/${short ?? ''}`, `refs/tags/${short ?? ''}`].includes(full);
  return meant ? full : short;
}

function readPullRequest(input: EventInput): Partial<EventFacts> {
  const { payload } = input;
  const given = at(payload, 'pull_request', 'number') ?? at(payload, 'number');
  const number = typeof given === 'number' || typeof given === 'string' ? Number(given) : Number.NaN;
  const untrusted = { trust: UNKNOWN_HEAD };
  if (!Number.isSafeInteger(number) || number < 1) return untrusted;
  const base =
    textAt(payload, 'pull_request', 'base', 'repo', 'full_name') ??
    textAt(payload, 'repository', 'full_name');
  const head = textAt(payload, 'pull_request', 'head', 'repo', 'full_name');
  const headSha = textAt(payload, 'pull_request', 'head', 'sha');
  const into = textAt(payload, 'pull_request', 'base', 'ref');
  const ref = `refs/pull/${number}/merge`;
  if (input.ref !== null && !pullRefs(number, payload).includes(input.ref)) throw disagreement(input, ref);
  if (base === null || headSha === null) return { ...untrusted, ref };
  const fork = head === null || head.toLowerCase() !== base.toLowerCase();
  return {
    ref,
    // pull_request_target runs at the base; the commit that the pull request is about is its head.
    sha: input.name === 'pull_request_target' ? headSha : (input.sha ?? headSha),
    pullRequest: {
      number,
      headRepo: head,
      baseRepo: base,
      headSha,
      fork,
      ref,
      base: into === null ? null : `refs/heads/${into}`,
    },
    trust: fork ? FORK : PULL_REQUEST,
  };
}

/** What GITHUB_REF can be: the merge ref, or the base branch (pull_request_target, and a pull request that was merged). */
function pullRefs(number: number, payload: unknown): string[] {
  const base = textAt(payload, 'pull_request', 'base', 'ref');
  return [
    `refs/pull/${number}/merge`,
    `refs/pull/${number}/head`,
    ...(base === null ? [] : [`refs/heads/${base}`]),
  ];
}

/** A workflow_run runs on the default branch, but is about the commit and branch of the run before it. */
function readWorkflowRun({ payload }: EventInput): Partial<EventFacts> {
  const run = (...path: string[]) => textAt(payload, 'workflow_run', ...path);
  const head = run('head_repository', 'full_name');
  const base = run('repository', 'full_name') ?? textAt(payload, 'repository', 'full_name');
  const fork = head === null || base === null || head.toLowerCase() !== base.toLowerCase();
  const branch = run('head_branch');
  const before = run('event');
  const trust = trustOfEvent(before);
  const tagEvents = ['push', 'release', 'create', 'workflow_dispatch'];
  return {
    ref: branch === null ? null : `refs/heads/${branch}`,
    sha: run('head_sha'),
    trust: fork
      ? FORK
      : trust.level === 'write'
        ? trust
        : { ...trust, why: `the run before it was for ${before ?? 'an event without a name'}: ${trust.why}` },
    maybeTag: !fork && tagEvents.includes(before ?? ''),
  };
}

function disagreement({ name, ref }: EventInput, inEvent: string): UserError {
  return new UserError({
    what: `GITHUB_REF is ${visible(ref ?? '')}, and the ${name ?? ''} event is about ${visible(inEvent)}`,
    hint: 'run Retag with the environment that the runner gave the job; to choose another ref use the input "ref"',
  });
}
