/** The one signal that ends a run: its time limit, or SIGINT or SIGTERM. */
import { parseTimeSpan } from '../config/duration.js';
import { OperationError, UserError } from '../errors.js';

export interface Deadline {
  readonly signal: AbortSignal;
  /** 130 or 143 once a signal of the operating system has ended the run, else null */
  exitCode(): 130 | 143 | null;
  /** Takes the handlers away again. */
  release(): void;
}

/**
 * Starts the time limit and listens for SIGINT and SIGTERM. The first signal lets running requests end
 * cleanly (they are aborted, nothing new is started, the report is still written); a second one ends the process at once.
 */
export function startDeadline(timeoutMs: number, timeoutText: string): Deadline {
  const controller = new AbortController();
  let code: 130 | 143 | null = null;
  const timer = setTimeout(() => {
    const text = `the time limit of ${timeoutText} for the whole run has passed; raise timeout, or run again: what is done is kept`;
    controller.abort(new OperationError('timeout', text));
  }, timeoutMs);
  timer.unref();
  const stop = (name: 'SIGINT' | 'SIGTERM'): void => {
    const second = code !== null;
    code = name === 'SIGINT' ? 130 : 143;
    if (second) process.exit(code);
    controller.abort(new OperationError('cancelled', `stopped by ${name}; run again to complete`));
  };
  const onInt = (): void => stop('SIGINT');
  const onTerm = (): void => stop('SIGTERM');
  process.on('SIGINT', onInt);
  process.on('SIGTERM', onTerm);
  return {
    signal: controller.signal,
    exitCode: () => code,
    release: () => {
      clearTimeout(timer);
      process.off('SIGINT', onInt);
      process.off('SIGTERM', onTerm);
    },
  };
}

/** setTimeout overflows above 2^31-1 ms and then fires at once. */
const MOST = 24 * 3_600_000;

/** The time limit of a run in milliseconds: `90s`, `30m`, `1h30m`, at most 24 h. @throws UserError */
export function parseTimeout(text: string): number {
  const parsed = parseTimeSpan(text);
  if (parsed.ok && parsed.value <= MOST) return parsed.value;
  throw new UserError({
    what: `timeout: "${text}" is not a time limit`,
    mend: 'write it as 90s, 30m or 1h30m; at most 24h',
  });
}
