import type { Gate } from '../config/model.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A duration in the largest unit that keeps it above one, rounded down: `30 d`, `5 h`, `12 min`, `0 min`. */
export function span(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms >= DAY) return `${Math.floor(ms / DAY)} d`;
  if (ms >= HOUR) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / MINUTE)} min`;
}

/** A text in which every duration that `span` made is the same: for telling whether anything but time has passed. */
export function withoutSpans(text: string): string {
  return text.replace(/\b\d+ (?:d|h|min)\b/g, '…');
}

/** `2026-01-31 14:05 UTC` */
export function moment(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `2026-01-31` */
export function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The gate as a noun phrase for messages. Foreign text is not escaped here. */
export function describeGate(gate: Gate): string {
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
