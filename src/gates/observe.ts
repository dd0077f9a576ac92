import type { Gate } from '../config/model.js';
import { messageOf, OperationError } from '../errors.js';
import type { GateFacts } from './evaluate.js';
import type { Checks } from './port.js';

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
export async function observeGate(
  gate: Gate,
  subject: Subject,
  checks: Checks,
  now: number,
): Promise<GateFacts> {
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
