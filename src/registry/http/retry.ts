import type { FaultKind } from './fault.js';

/** How one try ended. */
export type Outcome =
  | { readonly status: number; readonly retryAfter: string | undefined }
  | { readonly fault: FaultKind; readonly stale: boolean };

/** What is known when the next step is decided. */
export interface Circumstances {
  /** the request may be handled twice without harm */
  readonly repeatable: boolean;
  /** tries so far, this one included */
  readonly tries: number;
  readonly maxTries: number;
  /** milliseconds since the epoch */
  readonly now: number;
  /** 0 ≤ x < 1 */
  readonly random: number;
}

/**
 * `askedMs`: how much of the delay the registry asked for, which holds for all requests to it.
 * `asked`: the seconds of a Retry-After that is too long to wait for.
 */
export type Verdict =
  | { readonly again: true; readonly delayMs: number; readonly askedMs: number }
  | { readonly again: false; readonly asked?: number };

export const MAX_TRIES = 5;
const BASE_MS = 500;
const CAP_MS = 10_000;
const MAX_RETRY_AFTER_S = 60;

/**
 * Is the request sent again, and when? Waits are exponential with full jitter. A request that must not be
 * handled twice is repeated only when it surely was not handled: no connection, or 429. A 5xx or a reset
 * leaves that open, so there the caller looks first.
 */
export function judge(outcome: Outcome, circumstances: Circumstances): Verdict {
  if (!mayRepeat(outcome, circumstances.repeatable)) return { again: false };
  const asked = 'status' in outcome ? secondsOf(outcome.retryAfter, circumstances.now) : null;
  if (asked !== null && asked > MAX_RETRY_AFTER_S) return { again: false, asked };
  if (circumstances.tries >= circumstances.maxTries) return { again: false };
  if ('fault' in outcome && outcome.stale) return { again: true, delayMs: 0, askedMs: 0 };
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** (circumstances.tries - 1));
  const askedMs = (asked ?? 0) * 1000;
  return { again: true, delayMs: Math.ceil(askedMs + circumstances.random * ceiling), askedMs };
}

function mayRepeat(outcome: Outcome, repeatable: boolean): boolean {
  if ('fault' in outcome) {
    if (outcome.fault === 'connect') return true;
    return repeatable && ['reset', 'timeout', 'garbled', 'cut'].includes(outcome.fault);
  }
  const { status } = outcome;
  return status === 429 || (repeatable && isTransient(status));
}

/** 408, 429 and 5xx without 501 (not implemented) and 505 (HTTP version), which repeating does not change. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** Seconds of a Retry-After header, a number or an HTTP date (RFC 9110 10.2.3). Null for garbage and none. */
export function secondsOf(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  if (!/^[A-Z][a-z]{2},? [\w :+-]{10,40}$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}
