/**
 * What to do after an answer that is not a success: GitHub's rules for rate limits
 * (docs.github.com, "Best practices for using the REST API"). Pure.
 */

export interface Answer {
  readonly method: string;
  /** HTTP status; null when there was no answer at all */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  /** GitHub's message */
  readonly message: string;
}

export type NextStep =
  | { readonly step: 'again'; readonly waitMs: number }
  | { readonly step: 'stop' }
  /** the limit opens again only after more than `maxWaitMs` */
  | { readonly step: 'limited'; readonly until: number };

const MAX_TRIES = 4;
const SECONDARY = /secondary rate limit|abuse detection/i;

/**
 * A limit refuses before anything is done, so any method may be sent again after it. After a lost or a 5xx
 * answer a POST is not sent again, since it may have been carried out.
 * @param tries requests sent so far, at least 1
 * @param now milliseconds since the epoch
 * @param chance 0 ≤ x < 1
 */
export function nextStep(
  answer: Answer,
  tries: number,
  now: number,
  maxWaitMs: number,
  chance: number,
): NextStep {
  const limitedUntil = limitEnd(answer, tries, now);
  if (limitedUntil !== null) {
    const waitMs = Math.max(0, limitedUntil - now);
    if (tries >= MAX_TRIES || waitMs > maxWaitMs) return { step: 'limited', until: limitedUntil };
    return { step: 'again', waitMs };
  }
  const passing = answer.status === null || answer.status >= 500;
  if (!passing || answer.method === 'POST' || tries >= MAX_TRIES) return { step: 'stop' };
  return { step: 'again', waitMs: Math.round(500 * 2 ** (tries - 1) * (1 + chance)) };
}

/** When the rate limit of a 403 or 429 ends; null when it is not about a limit. */
function limitEnd({ status, headers, message }: Answer, tries: number, now: number): number | null {
  if (status !== 403 && status !== 429) return null;
  const after = retryAfter(headers['retry-after'], now);
  if (after !== null) return after;
  const reset = Number(headers['x-ratelimit-reset']);
  if (String(headers['x-ratelimit-remaining']) === '0' && Number.isFinite(reset)) return reset * 1000 + 1000;
  // Without a header: at least one minute, and longer each time.
  return status === 429 || SECONDARY.test(message) ? now + 60_000 * 2 ** (tries - 1) : null;
}

/** Retry-After is seconds or an HTTP date (RFC 9110, 10.2.3). */
function retryAfter(value: string | number | undefined, now: number): number | null {
  if (value === undefined || value === '') return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return now + Math.max(0, seconds) * 1000;
  const date = Date.parse(String(value));
  return Number.isNaN(date) ? null : Math.max(now, date);
}
