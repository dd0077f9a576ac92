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
import type { Gate } from '../config/model.js';
import { OperationError } from '../errors.js';
import { evaluateGate, type GateState } from './evaluate.js';
import { observeGate, type Subject } from './observe.js';
import type { Checks } from './port.js';

export type { GateFacts, GateState } from './evaluate.js';
export { evaluateGate } from './evaluate.js';
export type { Subject } from './observe.js';
export { observeGate } from './observe.js';
export { commitOfEntry } from '../config/entries.js';
export { day, describeGate, moment, span, withoutSpans } from '../shared/text.js';

/** All gates of one list together: the worst of them, its texts joined, its earliest `since`. */
export interface Verdict extends GateState {
  readonly gates: readonly { readonly gate: Gate; readonly state: GateState }[];
}

export interface Gatekeeper {
  /** Open when `gates` is empty. Asks GitHub once for what several gates of a run share. Throws only when the run is cancelled. */
  judge(gates: readonly Gate[], subject: Subject): Promise<Verdict>;
}

const WORST_FIRST = ['unknown', 'failed', 'pending', 'open'] as const;

/** @param now the run's one point in time, so that all of its gates are judged at the same moment */
export function createGatekeeper(checks: Checks, now: number): Gatekeeper {
  const shared = remember(checks);
  return {
    async judge(gates, subject) {
      const judged = await Promise.all(
        gates.map(async (gate) => ({
          gate,
          state: evaluateGate(gate, await observeGate(gate, subject, shared, now), now),
        })),
      );
      return combine(judged);
    },
  };
}

/** All must hold: the worst state, with the texts of every gate that has it. */
export function combine(judged: Verdict['gates']): Verdict {
  const state = WORST_FIRST.find((worst) => judged.some((one) => one.state.state === worst)) ?? 'open';
  const decisive = judged.filter((one) => one.state.state === state).map((one) => one.state);
  const times = decisive.flatMap(({ since }) => (since === undefined ? [] : [since]));
  // Open since the last one opened; shut since the first one shut.
  const since = state === 'open' ? Math.max(...times) : Math.min(...times);
  const url = decisive.find((one) => one.url !== undefined)?.url;
  return {
    state,
    text: decisive.map(({ text }) => text).join('; '),
    gates: judged,
    ...(times.length > 0 ? { since } : {}),
    ...(url === undefined ? {} : { url }),
  };
}

/** Checks for a run that cannot ask GitHub: every gate is unknown, with `why` as a sentence that says how to mend it. */
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
