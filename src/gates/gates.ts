/**
 * The door to gates. The flow makes one gatekeeper per run and asks it for every wanted tag and every
 * platform that has `requires`:
 *
 *   const gatekeeper = createGatekeeper(checks, clock.now());
 *   const verdict = await gatekeeper.judge(entry.requires, subject);
 *
 * `open` goes on; `pending` and `failed` hold with the reasons `gate-pending` and `gate-failed`;
 * `unknown` refuses with the reason `unknown`.
 */
import type { Gate, ImageConfig } from '../config/model.js';
import { messageOf, OperationError } from '../errors.js';
import { evaluateGate, type GateFacts, type GateState } from './evaluate.js';
import type { Checks } from './port.js';

export type { GateState } from './evaluate.js';

export interface Gatekeeper {
  /**
   * All gates of one list together: the worst of them, its texts joined. Open when `gates` is empty. Asks GitHub once for
   * what several gates of a run share. Throws only when the run is cancelled.
   */
  judge(gates: readonly Gate[], subject: Subject): Promise<GateState>;
}

const WORST_FIRST = ['unknown', 'failed', 'pending', 'open'] as const;

/** @param now the run's one point in time, so that all of its gates are judged at the same moment */
export function createGatekeeper(checks: Checks, now: number): Gatekeeper {
  const shared = remember(checks);
  return {
    async judge(gates, subject) {
      const judged = await Promise.all(
        gates.map(async (gate) => evaluateGate(gate, await observeGate(gate, subject, shared, now), now)),
      );
      return combine(judged);
    },
  };
}

/** All must hold: the worst state, with the texts of every gate that has it. */
function combine(judged: readonly GateState[]): GateState {
  const state = WORST_FIRST.find((worst) => judged.some((one) => one.state === worst)) ?? 'open';
  const decisive = judged.filter((one) => one.state === state);
  const times = decisive.flatMap(({ since }) => (since === undefined ? [] : [since]));
  // Open since the last one opened; shut since the first one shut.
  const since = state === 'open' ? Math.max(...times) : Math.min(...times);
  return {
    state,
    text: decisive.map(({ text }) => text).join('; '),
    ...(times.length > 0 ? { since } : {}),
  };
}

/** Checks for a run that cannot ask GitHub: every gate is unknown, with `why` as a sentence that says how to fix it. */
export function withoutGitHub(why: string): Checks {
  const refuse = (): Promise<never> => Promise.reject(new OperationError('denied', why));
  return { check: refuse, runs: refuse, approvals: refuse };
}

/** Equal questions are asked once. Questions with a function in them (approvals of an entry) are not comparable. */
function remember(checks: Checks): Checks {
  const answers = new Map<string, Promise<unknown>>();
  const once = <Q, A>(kind: string, ask: (query: Q) => Promise<A>) => {
    return (query: Q): Promise<A> => {
      const key = `${kind} ${JSON.stringify(query)}`;
      const known = answers.get(key) as Promise<A> | undefined;
      if (known) return known;
      const answer = ask(query);
      answers.set(key, answer);
      return answer;
    };
  };
  return {
    check: once('check', (query) => checks.check(query)),
    runs: once('runs', (query) => checks.runs(query)),
    approvals: (query) => checks.approvals(query),
  };
}

/** What gates are about: one wanted tag, or one platform of a build. */
export interface Subject {
  /** OWNER/NAME of the repository in which this run takes place */
  readonly home: string;
  /** the commit that the image is from; with `why` when GitHub cannot be asked about it */
  readonly commit: { readonly repo: string; readonly sha: string } | { readonly why: string };
  /** how the entry came into the tag file, for `approved_by` */
  readonly entry?: {
    /** the commit that is checked out */
    readonly sha: string;
    /** the branch that `sha` is on; absent: the default branch */
    readonly branch?: string;
    readonly file?: string;
    /** is the entry in this version of the tag file? */
    readonly contains?: (text: string) => boolean;
  };
}

/**
 * Asks for what `gate` needs and never throws for an answer of GitHub: what cannot be told is `unknown`.
 * @param now milliseconds since the epoch
 */
async function observeGate(gate: Gate, subject: Subject, checks: Checks, now: number): Promise<GateFacts> {
  try {
    return await look(gate, subject, checks, now);
  } catch (error) {
    if (!(error instanceof OperationError) || error.code === 'cancelled') throw error;
    return { kind: 'unknown', why: messageOf(error) };
  }
}

async function look(gate: Gate, subject: Subject, checks: Checks, now: number): Promise<GateFacts> {
  const repo = gate.repo ?? subject.home;
  const backTo = gate.greenFor === undefined ? null : now - gate.greenFor;
  if (gate.check !== undefined) {
    const at = placeOf(gate, subject);
    if ('why' in at) return { kind: 'unknown', why: at.why };
    const by = gate.app === undefined ? {} : { app: gate.app };
    return { kind: 'check', history: await checks.check({ ...at, name: gate.check, ...by, backTo }) };
  }
  if (gate.workflow !== undefined) {
    const branch = gate.branch ?? null;
    const atLeast = gate.consecutive ?? 1;
    const history = await checks.runs({ repo, workflow: gate.workflow, branch, atLeast, backTo });
    return { kind: 'workflow', history };
  }
  if (gate.approvedBy === undefined) {
    return { kind: 'unknown', why: 'it names neither a check nor a workflow nor a team' };
  }
  if (!subject.entry) return { kind: 'unknown', why: 'it is not known which change brought the entry in' };
  const { sha, branch, file, contains } = subject.entry;
  const entry = file !== undefined && contains ? { entry: { file, contains } } : {};
  const into = branch === undefined ? {} : { branch };
  const facts = await checks.approvals({ repo: subject.home, who: gate.approvedBy, sha, ...into, ...entry });
  return { kind: 'approval', facts };
}

/**
 * The ref that the gate names, else the image's own commit; of another `repo` the default branch. An entry chooses the
 * commit with its src_ref, so only this repository and the one that the gate itself names are asked: whoever owns any
 * other could report what they like (docs/gates.md).
 */
function placeOf(
  gate: Gate,
  { home, commit }: Subject,
): { repo: string; ref: string | null } | { why: string } {
  const repo = gate.repo ?? home;
  if (gate.ref !== undefined) return { repo, ref: gate.ref };
  const own = !('why' in commit) && sameName(commit.repo, repo);
  if (own) return { repo, ref: commit.sha };
  if (gate.repo !== undefined) return { repo, ref: null };
  if ('why' in commit) return commit;
  return {
    why: `src_ref names a commit of ${commit.repo}, and checks of another repository count only where the gate names it; add "repo: ${commit.repo}" to the gate`,
  };
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const SHA = /^[0-9a-f]{7,40}$/i;

/**
 * The commit that the image of an `images` entry is from: what its `src_ref` names when it is on this GitHub, else
 * the image's own revision label, taken for a commit of the home repository.
 * @param at.revision the label of the image; null when it has none
 * @param at.serverUrl GITHUB_SERVER_URL, e.g. `https://github.com`
 */
export function commitOfEntry(
  { srcRef, commit }: Pick<ImageConfig, 'srcRef' | 'commit'>,
  at: { readonly revision: string | null; readonly home: string; readonly serverUrl: string },
): Subject['commit'] {
  const { revision, home, serverUrl } = at;
  if (srcRef === undefined) {
    if (revision !== null && SHA.test(revision)) return { repo: home, sha: revision.toLowerCase() };
    return {
      why: 'the commit that the image is from is not known; give the entry a src_ref, or the gate a repo and ref',
    };
  }
  if (commit === null) return { why: `src_ref "${srcRef}" names no commit; give the gate a repo and ref` };
  const { sha, page } = commit;
  if (page === null) return { repo: home, sha };
  if (page.host !== new URL(serverUrl).host) {
    const where = page.host === '' ? 'another repository' : page.host;
    return {
      why: `src_ref names a commit on ${where}, whose checks cannot be asked for; give the gate a repo and ref`,
    };
  }
  if (page.repo === null) {
    return {
      why: `src_ref "${srcRef}" names no commit page; write it as ${serverUrl}/OWNER/NAME/commit/SHA`,
    };
  }
  return { repo: page.repo, sha };
}
