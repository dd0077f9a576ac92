/**
 * One gate and the facts about it → open, pending, failed or unknown. Pure.
 *
 * Of several runs under one name the newest of each source counts: a re-run replaces what it repeats, while
 * two apps (or an app and a commit status) that use one name must both be green.
 */
import type { Gate } from '../config/model.js';
import type { ApprovalFacts, CheckHistory, RunHistory, Signal } from './port.js';
import { moment, span } from '../shared/text.js';

/** What is known about a gate; `unknown` carries the reason as a sentence. */
export type GateFacts =
  | { readonly kind: 'check'; readonly history: CheckHistory }
  | { readonly kind: 'workflow'; readonly history: RunHistory }
  | { readonly kind: 'approval'; readonly facts: ApprovalFacts }
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * `pending` and `failed` hold the tag, `unknown` refuses it. `since` (milliseconds since the epoch) is when
 * it got this way, as far back as was looked. `text` is a sentence without a full stop.
 */
export interface GateState {
  readonly state: 'open' | 'pending' | 'failed' | 'unknown';
  readonly text: string;
  readonly since?: number;
}

/** @param now milliseconds since the epoch */
export function evaluateGate(gate: Gate, facts: GateFacts, now: number): GateState {
  if (facts.kind === 'unknown') return { state: 'unknown', text: `${describeGate(gate)}: ${facts.why}` };
  if (facts.kind === 'check' && gate.check !== undefined) return checkState(gate, facts.history, now);
  if (facts.kind === 'workflow' && gate.workflow !== undefined) return runState(gate, facts.history, now);
  if (facts.kind === 'approval' && gate.approvedBy !== undefined) {
    return approvalState(gate.approvedBy, facts.facts, now);
  }
  return { state: 'unknown', text: `${describeGate(gate)}: nothing was found out about it` };
}

function checkState(gate: Gate, history: CheckHistory, now: number): GateState {
  const name = `check "${gate.check ?? ''}"${gate.app === undefined ? '' : ` of ${gate.app}`}`;
  const where = `${history.ref} of ${history.repo}`;
  const head = history.commits[0];
  if (head === undefined) return { state: 'unknown', text: `${name}: ${where} has no commit` };
  const current = newestOfEach(head.signals);
  if (current.length === 0) {
    const waited = span(now - head.committedAt);
    return {
      state: 'pending',
      text: `${name} has not appeared on ${where} (the commit is ${waited} old)`,
      since: head.committedAt,
    };
  }
  const bad = current.find(({ light }) => light === 'red');
  const all = history.commits.flatMap((commit) => commit.signals);
  if (bad) return stopped('failed', `${name} on ${where} is red`, bad, redSince(bad, all), now);
  const open = current.find(({ light }) => light !== 'green');
  if (open) return stopped('pending', `${name} on ${where} is not done`, open, open.at, now);
  const streaks = current.map((signal) => streakStart(signal, all));
  return soaked(gate, `${name} on ${where}`, streaks, history.complete, now);
}

function runState(gate: Gate, history: RunHistory, now: number): GateState {
  const name = `workflow ${gate.workflow ?? ''} on ${history.branch} of ${history.repo}`;
  const wanted = gate.consecutive ?? 1;
  const last = history.runs.slice(0, wanted);
  const bad = last.find(({ light }) => light !== 'green');
  if (bad) {
    const nth = last.indexOf(bad);
    const which = nth === 0 ? 'its last run' : `one of its last ${wanted} runs`;
    return stopped('failed', `${name}: ${which} is not green`, bad, redSince(bad, history.runs), now);
  }
  if (last.length < wanted) {
    const text = `${name} has ${last.length} of ${wanted} completed runs`;
    const oldest = last.at(-1);
    return oldest ? { state: 'pending', text, since: oldest.at } : { state: 'pending', text };
  }
  const start = last.slice(0, 1).map((newest) => streakStart(newest, history.runs));
  return soaked(gate, name, start, history.complete, now);
}

function approvalState(who: string, facts: ApprovalFacts, now: number): GateState {
  const first = facts.approvals[0];
  if (first) {
    const when = first.at === null ? '' : `, ${moment(first.at)}`;
    const since = first.at === null ? {} : { since: first.at };
    const text = `${first.by} of ${who} approved (${first.via}${when})`;
    return { state: 'open', text, ...since };
  }
  const what = facts.pull === null ? 'the change came without a pull request' : `pull request ${facts.pull}`;
  const merged = `${what}, merged ${span(now - facts.since)} ago`;
  const text = `nobody of ${who} has approved: ${[merged, ...(facts.discarded ?? [])].join('; ')}`;
  return { state: 'pending', text, since: facts.since };
}

/** Green; is it green for long enough? The latest start of all sources counts. */
function soaked(
  gate: Gate,
  name: string,
  starts: readonly number[],
  complete: boolean,
  now: number,
): GateState {
  const since = Math.max(...starts);
  const lasted = span(now - since);
  if (gate.greenFor === undefined || now - since >= gate.greenFor) {
    return { state: 'open', text: `${name} is green since ${moment(since)}`, since };
  }
  const limit = complete ? '' : '; older ones were not looked at';
  const text = `${name} is green for ${lasted}, and ${span(gate.greenFor)} are asked for${limit}`;
  return { state: 'pending', text, since };
}

function stopped(
  state: 'pending' | 'failed',
  what: string,
  signal: Signal,
  since: number,
  now: number,
): GateState {
  const text = `${what} (${signal.said}, since ${moment(since)}, ${span(now - since)})`;
  return { state, text, since };
}

/** The newest signal of every source; the list is newest first. */
function newestOfEach(signals: readonly Signal[]): readonly Signal[] {
  const newest = new Map<string, Signal>();
  for (const signal of signals) if (!newest.has(signal.source)) newest.set(signal.source, signal);
  return [...newest.values()];
}

/** When the unbroken row of green ends of `from`'s source began. */
function streakStart(from: Signal, signals: readonly Signal[]): number {
  return rowStart(from, signals, (light) => light === 'green');
}

/** When the unbroken row of results that are not green began. */
function redSince(from: Signal, signals: readonly Signal[]): number {
  return rowStart(from, signals, (light) => light === 'red');
}

function rowStart(
  from: Signal,
  signals: readonly Signal[],
  belongs: (light: Signal['light']) => boolean,
): number {
  const later = signals.slice(signals.indexOf(from));
  let start = from.at;
  for (const { light, source, at } of later) {
    if (source !== from.source || light === 'pending' || light === 'skipped') continue;
    if (!belongs(light)) break;
    start = Math.min(start, at);
  }
  return start;
}

/** The gate as a noun phrase for messages. Foreign text is not escaped here. */
function describeGate(gate: Gate): string {
  const where = gate.repo === undefined ? '' : ` in ${gate.repo}`;
  const soak = gate.greenFor === undefined ? '' : ` for ${span(gate.greenFor)}`;
  if (gate.check !== undefined) {
    const at = gate.ref === undefined ? '' : ` at ${gate.ref}`;
    const by = gate.app === undefined ? '' : ` of ${gate.app}`;
    return `check "${gate.check}"${by}${where}${at} green${soak}`;
  }
  if (gate.workflow !== undefined) {
    const branch = gate.branch === undefined ? '' : ` on ${gate.branch}`;
    const runs = gate.consecutive === undefined ? '' : ` ${gate.consecutive} times in a row`;
    return `workflow ${gate.workflow}${where}${branch} green${runs}${soak}`;
  }
  return gate.approvedBy === undefined ? 'a gate without a condition' : `approval by ${gate.approvedBy}`;
}
