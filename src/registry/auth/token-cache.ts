/** The Authorization header of a token and how long it holds. */
export interface Held {
  readonly header: string;
  readonly seconds: number;
}

/** The tokens of one registry, by what they allow. */
export interface TokenCache {
  /** A header that is good for `scopes`, if there is one. */
  get(scopes: readonly string[]): string | undefined;
  /** Gets one with `work`, once for all who want the same at the same time. A refusal is remembered for a while. */
  fetch(scopes: readonly string[], work: (scopes: readonly string[]) => Promise<Held>): Promise<string>;
  /** Adds what the registry asked for beyond `scopes`, to be put first. */
  want(scopes: readonly string[], missing: readonly string[]): void;
  /** Has a registry asked for tokens? */
  wanted(): boolean;
  /** Forgets a token that the registry did not take, unless another one has its place already. */
  drop(header: string): void;
}

const EARLY_S = 10;
const REFUSAL_MS = 60_000;

interface Entry {
  header: string | undefined;
  refusal: Error | undefined;
  /** milliseconds since the epoch */
  until: number;
  pending: Promise<string> | undefined;
  missing: readonly string[];
}

export function createTokenCache(now: () => number): TokenCache {
  const entries = new Map<string, Entry>();
  let asked = false;

  const entryOf = (scopes: readonly string[]): Entry => {
    const key = scopes.join(' ');
    let entry = entries.get(key);
    if (!entry) {
      entry = { header: undefined, refusal: undefined, until: 0, pending: undefined, missing: [] };
      entries.set(key, entry);
    }
    return entry;
  };
  const held = (key: string): string | undefined => {
    const entry = entries.get(key);
    return entry && entry.until > now() ? entry.header : undefined;
  };
  const load = async (entry: Entry, work: () => Promise<Held>): Promise<string> => {
    try {
      const { header, seconds } = await work();
      entry.header = header;
      entry.refusal = undefined;
      entry.until = now() + 1000 * Math.max(seconds - EARLY_S, seconds / 2);
      return header;
    } catch (error) {
      entry.header = undefined;
      if (isRefusal(error)) {
        entry.refusal = error;
        entry.until = now() + REFUSAL_MS;
      }
      throw error;
    } finally {
      entry.pending = undefined;
    }
  };

  return {
    get(scopes) {
      const key = scopes.join(' ');
      // What may push may also pull.
      return held(key) ?? (key.endsWith(':pull') && scopes.length === 1 ? held(`${key},push`) : undefined);
    },
    fetch(scopes, work) {
      const entry = entryOf(scopes);
      if (entry.refusal && entry.until > now()) return Promise.reject(entry.refusal);
      entry.pending ??= load(entry, () => work([...entry.missing, ...scopes]));
      return entry.pending;
    },
    want(scopes, missing) {
      asked = true;
      if (missing.length > 0) entryOf(scopes).missing = missing;
    },
    wanted: () => asked,
    drop(header) {
      for (const entry of entries.values()) if (entry.header === header) entry.header = undefined;
    },
  };
}

function isRefusal(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'denied';
}
