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
    return { kind: 'check', history: await checks.check({ ...at, name: gate.check, backTo }) };
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
  const { sha, file, contains } = subject.entry;
  const entry = file !== undefined && contains ? { entry: { file, contains } } : {};
  const facts = await checks.approvals({ repo: subject.home, who: gate.approvedBy, sha, ...entry });
  return { kind: 'approval', facts };
}

/** The image's own commit, or with `repo` or `ref` that ref (the default branch when only `repo` is given). */
function placeOf(gate: Gate, subject: Subject): { repo: string; ref: string | null } | { why: string } {
  if (gate.repo !== undefined || gate.ref !== undefined) {
    return { repo: gate.repo ?? subject.home, ref: gate.ref ?? null };
  }
  const { commit } = subject;
  return 'why' in commit ? commit : { repo: commit.repo, ref: commit.sha };
}
