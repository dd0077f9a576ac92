import { OperationError } from '../../errors.js';

/** The end of the run as everything in flight sees it: one listener on the signal, however many requests there are. */
export interface Cancellation {
  readonly signal: AbortSignal;
  /** Throws when the run has ended. */
  check(): void;
  /** Calls `end` when the run ends; the function that it gives takes it off again. */
  watch(end: (reason: OperationError) => void): () => void;
}

/** `timeout` when the signal was a time limit, `cancelled` for anything else; an OperationError given as the reason stays. */
export function reasonOf(signal: AbortSignal): OperationError {
  const reason: unknown = signal.reason;
  if (reason instanceof OperationError) return reason;
  return (reason as Partial<Error> | null)?.name === 'TimeoutError'
    ? new OperationError('timeout', 'the time limit of the run has passed', { cause: reason })
    : new OperationError('cancelled', 'the run was told to stop', { cause: reason });
}

export function cancellationOf(signal: AbortSignal): Cancellation {
  const watchers = new Set<(reason: OperationError) => void>();
  let reason = signal.aborted ? reasonOf(signal) : null;
  signal.addEventListener(
    'abort',
    () => {
      reason = reasonOf(signal);
      for (const end of [...watchers]) end(reason);
    },
    { once: true },
  );
  return {
    signal,
    check() {
      if (reason) throw reason;
    },
    watch(end) {
      watchers.add(end);
      return () => void watchers.delete(end);
    },
  };
}
