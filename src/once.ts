/** Shares work by key. */
export interface Once<R> {
  /** Runs `work` unless the same key is under way or done; a failure is forgotten, so that the next caller tries anew. */
  run(key: string, work: () => Promise<R>): Promise<R>;
  forget(key: string): void;
}

/** @param keep whether results stay for later callers, or only callers at the same time share */
export function once<R>(keep: boolean): Once<R> {
  const entries = new Map<string, Promise<R>>();
  return {
    run(key, work) {
      const known = entries.get(key);
      if (known) return known;
      const drop = (): void => {
        if (entries.get(key) === promise) entries.delete(key);
      };
      const promise: Promise<R> = work();
      entries.set(key, promise);
      promise.then(keep ? () => undefined : drop, drop);
      return promise;
    },
    forget: (key) => void entries.delete(key),
  };
}

/** Lets one caller at a time through for each key; the others wait their turn. */
export function turns(): <R>(key: string, work: () => Promise<R>) => Promise<R> {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const tail = mine.then(
      () => undefined,
      () => undefined,
    );
    tails.set(key, tail);
    try {
      return await mine;
    } finally {
      if (tails.get(key) === tail) tails.delete(key);
    }
  };
}
