/** The one signal that ends a run: its time limit, or SIGINT or SIGTERM. */
import type * as V8 from 'node:v8';
import { OperationError, UserError } from '../errors.js';
import { parseTimeSpan } from '../shared/text.js';

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
  // It keeps the process alive: a run that waits for what never comes must end with this error, and not in silence with 0.
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

/** Nobody who waits longer gains anything: the other run has ended. */
const MOST_SETTLE = 10 * 60_000;

/** The wait between a write and its read-back in milliseconds: `250ms`, `2s`, `0`, at most 10 m. @throws UserError */
export function parseSettle(text: string): number {
  const ms = /^(?:([0-9]{1,6})ms|0s?)$/.exec(text);
  const parsed = ms === null ? spanOf(text) : Number(ms[1] ?? 0);
  if (parsed !== null && parsed <= MOST_SETTLE) return parsed;
  throw new UserError({
    what: `settle: "${text}" is not a time to wait`,
    hint: 'write it as 250ms or 2s; at most 10m, and 0 reads back at once',
  });
}

function spanOf(text: string): number | null {
  const parsed = parseTimeSpan(text);
  return parsed.ok ? parsed.value : null;
}

/** setTimeout overflows above 2^31-1 ms and then fires at once. */
const MOST = 24 * 3_600_000;

/** The time limit of a run in milliseconds: `90s`, `30m`, `1h30m`, at most 24 h. @throws UserError */
export function parseTimeout(text: string): number {
  const parsed = spanOf(text);
  if (parsed !== null && parsed <= MOST) return parsed;
  throw new UserError({
    what: `timeout: "${text}" is not a time limit`,
    hint: 'write it as 90s, 30m or 1h30m; at most 24h',
  });
}

// How the JavaScript engine is to treat a process that mostly lives for a second.

/**
 * The V8 of Node 20 hands functions to its optimising compiler after little use, and in a run of a second the compiler's
 * threads take more time than its code gives back: a fifth of the CPU time of 371 promotions (bench/README.md), from the
 * cores that everything else needs. Four and a half times its budget avoids that; longer runs get there all the same, and
 * classifying 100,000 refs takes as long as before. Later engines have a cheap compiler in between and another flag, and
 * print an error for this one.
 *
 * @param version of V8
 */
export async function tuneEngine(
  version = process.versions.v8,
  load: () => Promise<Pick<typeof V8, 'setFlagsFromString'>> = () => import('node:v8'),
): Promise<void> {
  if (version.startsWith('11.')) (await load()).setFlagsFromString('--interrupt-budget=300000');
}

/** What `gc` of V8 is when it is let out. */
type Collect = (options: { readonly type: 'minor' }) => void;

/**
 * Frees what lived for a moment only. From V8 12 on (Node 22) the pieces of a stream that have been passed on are freed
 * when 64 MiB and more of them have gathered: passing 1 GiB through took 200 MiB. Freed early it takes 105 MiB, and a tenth
 * less time. There is no other way to ask for it than V8's own `gc`, which a flag lets out.
 *
 * @param version of V8
 * @returns null where it makes things worse
 */
export function youngCollector(
  version = process.versions.v8,
  load: () => Promise<Collect> = exposedCollector,
): (() => void) | null {
  if (Number.parseInt(version, 10) < 12) return null;
  let collect: Collect | null = null;
  let loading: Promise<void> | null = null;
  return () => {
    loading ??= load().then((loaded) => void (collect = loaded));
    collect?.({ type: 'minor' });
  };
}

/** Only the context that is made here sees `gc`. */
export async function exposedCollector(): Promise<Collect> {
  const [v8, vm] = await Promise.all([import('node:v8'), import('node:vm')]);
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as Collect;
  v8.setFlagsFromString('--no-expose-gc');
  return collect;
}
