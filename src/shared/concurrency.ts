/**
 * Runs `work` over `items`, at most `limit` at a time, and gives the results in the order of the items.
 * The first rejection stops the start of further work and is thrown once the running work has ended, so
 * nothing is still writing when the caller goes on.
 */
export function pool<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    while (failures.length === 0 && next < items.length) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T, index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  return Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker)).then(() => {
    if (failures.length > 0) throw failures[0];
    return results;
  });
}

/** Shares work by key. */
interface Singleflight<R> {
  /** Runs `work` unless the same key is under way or done; a failure is forgotten, so that the next caller tries anew. */
  run(key: string, work: () => Promise<R>): Promise<R>;
  forget(key: string): void;
}

/** @param keep whether results stay for later callers, or only callers at the same time share */
export function once<R>(keep: boolean): Singleflight<R> {
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
export function mutex(): <R>(key: string, work: () => Promise<R>) => Promise<R> {
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
