/** What a tracking issue remembers: one row per promotion. Pure. */
import * as v from 'valibot';
import { encode, decode } from '../payload.js';

/** In the order in which an image goes through them. */
export const TRACKED_STAGES = ['snapshot', 'patch', 'final', 'stable'] as const;
export type TrackedStage = (typeof TRACKED_STAGES)[number];

const LedgerSchema = v.strictObject({
  image: v.string(),
  line: v.string(),
  /** release cycle, for the overview */
  cycle: v.string(),
  rows: v.array(
    v.strictObject({
      stage: v.picklist(TRACKED_STAGES),
      tag: v.string(),
      digest: v.string(),
      /** URL of the run that wrote or first saw it */
      run: v.nullable(v.string()),
      /** YYYY-MM-DD */
      date: v.string(),
    }),
  ),
  /** tags that are held back, refused or moved outside Retag, with the reason */
  problems: v.array(
    v.strictObject({ tag: v.string(), what: v.picklist(['held', 'refused', 'drifted']), why: v.string() }),
  ),
  done: v.number(),
  total: v.number(),
  /** Retag has closed the issue; who reopens it then is a person */
  closed: v.boolean(),
});

export type Ledger = v.InferOutput<typeof LedgerSchema>;
export type LedgerRow = Ledger['rows'][number];
export type LedgerProblem = Ledger['problems'][number];

/** The most that the data takes of an issue's 65,536 characters. */
const MAX_DATA = 30_000;

/** The oldest rows are dropped when they do not fit. */
export function encodeLedger(ledger: Ledger): string {
  let { rows } = ledger;
  for (;;) {
    const data = encode('ledger', { ...ledger, rows });
    if (data.length <= MAX_DATA || rows.length === 0) return data;
    rows = rows.slice(Math.max(1, Math.ceil(rows.length * (1 - MAX_DATA / data.length))));
  }
}

/** Null when the text holds no ledger that can be used; it is then begun anew. */
export function readLedger(body: string): Ledger | null {
  const found = decode('ledger', body);
  const parsed = found.ok ? v.safeParse(LedgerSchema, found.value) : null;
  return parsed?.success === true ? parsed.output : null;
}
