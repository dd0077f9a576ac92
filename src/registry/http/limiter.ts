/** How many requests to one registry are in flight: halves when the registry says "too many", recovers slowly. */
export interface Limiter {
  /** Waits for a turn, first come first served. Undefined when the turn is there at once. */
  acquire(): Promise<void> | undefined;
  release(): void;
  /** A 429, or an answer that asks to wait. `startedAt` is what `epoch()` was when the request began. */
  slowDown(startedAt: number): void;
  /** An answer that was none of these. */
  speedUp(): void;
  epoch(): number;
  limit(): number;
  /** Refuses all who wait, and all who come later. */
  stop(reason: Error): void;
}

/**
 * Additive increase, multiplicative decrease, as TCP does it. One burst of 429 halves once, not once for each
 * request of the burst: answers to requests that began before the last halving do not count.
 */
export function createLimiter(most: number): Limiter {
  let allowed = most;
  let active = 0;
  let epoch = 0;
  let stopped: Error | null = null;
  let waiting: { go: () => void; refuse: (reason: Error) => void }[] = [];
  let head = 0;

  const admit = (): void => {
    while (head < waiting.length && active < Math.floor(allowed)) {
      active++;
      waiting[head++]?.go();
    }
    if (head === waiting.length) {
      waiting = [];
      head = 0;
    }
  };

  return {
    acquire() {
      if (stopped) return Promise.reject(stopped);
      if (active < Math.floor(allowed) && head === waiting.length) {
        active++;
        return undefined;
      }
      return new Promise<void>((go, refuse) => waiting.push({ go, refuse }));
    },
    release() {
      active--;
      admit();
    },
    slowDown(startedAt) {
      if (startedAt !== epoch) return;
      epoch++;
      allowed = Math.max(1, Math.floor(allowed / 2));
    },
    speedUp() {
      if (allowed >= most) return;
      allowed = Math.min(most, allowed + 1 / Math.floor(allowed));
      admit();
    },
    epoch: () => epoch,
    limit: () => Math.floor(allowed),
    stop(reason) {
      stopped = reason;
      const refused = waiting.slice(head);
      waiting = [];
      head = 0;
      for (const { refuse } of refused) refuse(reason);
    },
  };
}
