/**
 * Has the registry taken the credential yet? Until it has, one request at a time may try it: sixteen requests in
 * flight with a wrong password are sixteen failed logins, and that locks accounts.
 */
export interface Proof {
  /** Waits until it is known, or until it is the caller's turn to find out (`try`; then `settle` must follow). */
  turn(): Promise<'try' | 'proven' | 'rejected'>;
  /** `null`: could not be told (no answer). */
  settle(right: boolean | null): void;
  isRejected(): boolean;
}

/** A refusal may concern one repository only, so it takes two in a row to give a credential up. */
const MAX_REFUSALS = 2;

export function createProof(): Proof {
  let state: 'unknown' | 'proven' | 'rejected' = 'unknown';
  let refusals = 0;
  let trying: { readonly over: Promise<void>; readonly end: () => void } | null = null;
  return {
    async turn() {
      while (state === 'unknown' && trying) await trying.over;
      if (state !== 'unknown') return state;
      let end = (): void => undefined;
      const over = new Promise<void>((resolve) => (end = resolve));
      trying = { over, end };
      return 'try';
    },
    settle(right) {
      if (right === true) state = 'proven';
      else if (right === false && state === 'unknown' && ++refusals >= MAX_REFUSALS) state = 'rejected';
      const current = trying;
      trying = null;
      current?.end();
    },
    isRejected: () => state === 'rejected',
  };
}
