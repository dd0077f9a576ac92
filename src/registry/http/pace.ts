/** What one answer says about how much a host can take. */
interface Answered {
  /** milliseconds since the epoch */
  readonly now: number;
  readonly method: string;
  readonly status: number;
  /** milliseconds from the request, sent on a connection that stood, to the headers; null where that says nothing, as for uploads */
  readonly ms: number | null;
  /** lower-case names */
  readonly headers: Readonly<Record<string, unknown>>;
  /** what `epoch()` was when the request began */
  readonly epoch: number;
  /** at least half as many requests were in flight as allowed: only then do answers tell that more would do */
  readonly full: boolean;
}

/** How many requests a host gets at a time, and how fast one after the other. It has no clock and no timer of its own. */
export interface Pace {
  /** requests that may be in flight */
  limit(now: number): number;
  /** milliseconds until the next request may start; 0: at once */
  delay(now: number): number;
  /** A request starts. */
  started(now: number): void;
  /** Nothing starts before `until`: the host asked for it (Retry-After). */
  pause(now: number, until: number): void;
  answered(answer: Answered): void;
  /** grows with every fall: a burst of refusals counts once */
  epoch(): number;
}

/** Requests in flight at the beginning; a smaller ceiling counts from the start. */
const START = 16;
/**
 * Answers are quick up to three times the quickest and this many milliseconds; slow from six times and thrice as many. Nobody can tell a
 * busy machine from a busy host, so latency alone never lowers the limit below where it began.
 */
const SLACK_MS = 50;
/** Only waits that end in a run are waited for; a longer window is left to the 429 that it leads to. */
const LONGEST_WINDOW_MS = 60_000;

/**
 * Begins with 16 requests in flight. While answers stay quick the number doubles with every round, up to `most`, as TCP's
 * slow start does; 429 and 503 halve it, and after that it grows by one a round. Answers that take much longer than
 * before lower it by a tenth. A host that counts requests per time (429 with Retry-After, `ratelimit-*`) is paced evenly.
 * @param most the ceiling; asked anew each time, since it may depend on how many hosts are in the run
 */
export function createPace(most: () => number): Pace {
  let allowed = Math.min(START, most());
  let doubling = true;
  let epoch = 0;
  const latency = createLatency();
  const rate = createRate();
  const budget = { left: 0, until: 0 };
  /** how long the last refusal was on its way, milliseconds */
  let way = 0;

  const fall = (at: number, factor: number, least: number): void => {
    if (at !== epoch) return;
    epoch++;
    allowed = Math.max(Math.min(least, allowed), Math.floor(allowed * factor));
  };
  const rise = (): void => {
    allowed = Math.min(most(), allowed + (doubling ? 1 : 1 / Math.floor(allowed)));
  };

  return {
    limit(now) {
      const limit = Math.floor(Math.min(allowed, most()));
      return now < budget.until ? Math.max(1, Math.min(limit, budget.left)) : limit;
    },
    delay: (now) => rate.delay(now),
    started: (now) => rate.started(now),
    pause: (now, until) => rate.refused(now, until, way),
    answered(answer) {
      const { now, status } = answer;
      const asked = windowOf(answer.headers, now);
      if (asked !== null && asked.ms <= LONGEST_WINDOW_MS) {
        Object.assign(budget, { left: asked.left, until: now + asked.ms });
        if (asked.left === 0) rate.hold(now + asked.ms);
      }
      if (isRefusal(answer)) {
        way = answer.ms ?? 0;
        doubling = false;
        fall(answer.epoch, 0.5, 1);
        return;
      }
      if (status >= 500) return;
      rate.taken(now);
      const speed = latency.judge(answer);
      if (speed === 'slow') fall(answer.epoch, 0.9, START);
      else if (speed === 'quick' && answer.full) rise();
    },
    epoch: () => epoch,
  };
}

function isRefusal({ status, headers }: Answered): boolean {
  return status === 429 || status === 503 || (status >= 500 && headers['retry-after'] !== undefined);
}

/** The quickest answer and the mean of the last ones, for each method: a write takes longer than a look. */
function createLatency(): { judge(answer: Answered): 'quick' | 'steady' | 'slow' } {
  const seen = new Map<string, { least: number; mean: number }>();
  return {
    judge({ method, ms }) {
      if (ms === null) return 'quick';
      const known = seen.get(method) ?? { least: ms, mean: ms };
      seen.set(method, known);
      // The way to a host may become longer for good: the least ages by a thousandth with every answer.
      known.least = Math.min(ms, known.least * 1.001);
      known.mean += (ms - known.mean) / 8;
      if (known.mean <= 3 * known.least + SLACK_MS) return 'quick';
      return known.mean > 6 * known.least + 3 * SLACK_MS ? 'slow' : 'steady';
    },
  };
}

/** Fewer requests than this a second are not spread out: the waits that the host asks for do that. */
const LEAST_RATE = 10;
/**
 * The first count is often too low, because a host rounds the wait that it asks for up to whole seconds: it grows by a twentieth as
 * often as this, milliseconds, until it was too much. A twentieth less than that is kept for longer.
 */
const GROWS_MS = 2_000;
const KEPT_MS = 30_000;

/**
 * Requests per second, known once a host has refused one and said for how long: as many as it took until then, over the time
 * that they and the wait took, as the host saw it.
 */
function createRate() {
  let perSecond = Infinity;
  let keptUntil = 0;
  /** by the rate, and by what the host asked for */
  let next = 0;
  let held = 0;
  let taken = 0;
  let since: number | null = null;
  return {
    delay: (now: number): number => Math.max(0, next - now, held - now),
    started(now: number): void {
      since ??= now;
      if (perSecond === Infinity) return;
      if (now >= keptUntil) {
        perSecond *= 1.05;
        keptUntil = now + GROWS_MS;
      }
      next = Math.max(now, next) + 1000 / perSecond;
    },
    taken: (now: number): void => void ((taken += 1), (since ??= now)),
    hold: (until: number): void => void (held = Math.max(held, until)),
    refused(now: number, until: number, way: number): void {
      if (until <= held) return;
      // The others of a burst are refused with the same wait: they count for nothing new.
      if (held <= now) {
        const seconds = (until - way - (since ?? now)) / 1000;
        const counted = taken / seconds;
        if (perSecond !== Infinity) {
          perSecond *= 0.95;
          keptUntil = until + KEPT_MS;
        } else if (taken >= LEAST_RATE && counted >= LEAST_RATE) {
          perSecond = counted;
          keptUntil = until + GROWS_MS;
        }
        [taken, since] = [0, until];
      }
      held = until;
    },
  };
}

/**
 * What is left of a window and how long it lasts, from `RateLimit-Remaining` and `RateLimit-Reset`, their older names with
 * `X-`, or `RateLimit` with `remaining` and `reset` or `r` and `t` (draft-ietf-httpapi-ratelimit-headers). Null without both,
 * as from Docker Hub, which counts over hours and only some requests.
 */
function windowOf(
  headers: Readonly<Record<string, unknown>>,
  now: number,
): { readonly left: number; readonly ms: number } | null {
  const text = (name: string): string => {
    const value = headers[name] ?? headers[`x-${name}`];
    return typeof value === 'string' ? value : '';
  };
  const joined = text('ratelimit');
  const left =
    /^\s*(\d{1,9})\b/.exec(text('ratelimit-remaining')) ?? /\b(?:remaining|r)=(\d{1,9})\b/.exec(joined);
  const reset = /^\s*(\d{1,10})\b/.exec(text('ratelimit-reset')) ?? /\b(?:reset|t)=(\d{1,10})\b/.exec(joined);
  if (left === null || reset === null) return null;
  const seconds = Number(reset[1]);
  // GitHub and others name a point in time.
  const ms = seconds > 1_000_000_000 ? seconds * 1000 - now : seconds * 1000;
  return { left: Number(left[1]), ms: Math.max(0, ms) };
}
