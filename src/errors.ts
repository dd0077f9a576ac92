/** A place in a text that a person wrote. Lines and columns count from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `file` is no file but says what was given otherwise, such as inputs of the action: nobody can jump there */
  readonly nowhere?: true;
}

/** One mistake in what a person gave: what is wrong, where, and how to fix it. */
export interface Problem {
  /** Absent for command-line words and action inputs, which have no line. */
  readonly location?: Location;
  /** One sentence without a full stop at the end. */
  readonly what: string;
  /** An imperative sentence without a full stop at the end. */
  readonly hint?: string;
}

/** `file:line:column: what; hint` – the form that editors and terminals can jump to. */
export function formatProblem(problem: Problem): string {
  const { location, what, hint } = problem;
  const where = location === undefined ? '' : `${shownLocation(location)}: `;
  return where + what + (hint ? `; ${hint}` : '');
}

function shownLocation({ file, line, column, nowhere }: Location): string {
  return nowhere === true ? file : `${file}:${line}:${column}`;
}

/**
 * What a person gave cannot be used: exit code 2, nothing read from or written to a registry.
 * Carries every problem that was found, not only the first.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly problems: readonly Problem[];

  constructor(problems: Problem | readonly Problem[]) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    super(list.map(withoutLogin).map(formatProblem).join('\n'));
    this.problems = list.map(withoutLogin);
  }
}

/** `user:password@host`, as people paste it; a tag in front of a digest is none. */
const LOGIN = /([^\s"'=/@:]{1,255}):[^\s"'/@]{1,255}@(?!sha(?:256|512):)/g;

/** People paste addresses with a login into flags and files, and what is wrong with them is shown. */
function withoutLogin(problem: Problem): Problem {
  const { what, hint } = problem;
  if (!what.includes('@') && hint?.includes('@') !== true) return problem;
  const hidden = (text: string): string => text.replace(LOGIN, '$1:[hidden]@');
  return { ...problem, what: hidden(what), ...(hint === undefined ? {} : { hint: hidden(hint) }) };
}

/** What `attempt` gives; the problems of a UserError are added to `problems`, and the fallback stands for the value. */
export function collect<T>(problems: Problem[], fallback: T, attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // One by one: a call takes some hundred thousand arguments, and a file of megabytes may have more problems.
    for (const problem of error.problems) problems.push(problem);
    return fallback;
  }
}

/**
 * Why an outside system did not do what was asked.
 * - `absent`: it answered that the thing does not exist (a confirmed 404)
 * - `denied`: 401 or 403 after authentication was tried
 * - `rejected`: any other refusal that repeating will not change (400, 405, 409, 412, 413 …)
 * - `unavailable`: 5xx, 429, resets and the like, still there after all retries
 * - `timeout`: the deadline of the request or of the run has passed
 * - `mismatch`: what came back is not what was asked for (digest, size, media type)
 * - `protocol`: the answer is not one that the protocol knows
 * - `unsafe`: following the answer would send data or credentials where they must not go
 * - `cancelled`: the run was told to stop
 */
export type OperationCode =
  | 'absent'
  | 'denied'
  | 'rejected'
  | 'unavailable'
  | 'timeout'
  | 'mismatch'
  | 'protocol'
  | 'unsafe'
  | 'cancelled';

/** Where a failure began, for what is decided about it; its message is for people only. */
export type ErrorOrigin = 'builder' | 'build';

interface OperationDetails {
  readonly cause?: unknown;
  readonly status?: number | undefined;
  readonly origin?: ErrorOrigin | undefined;
  readonly image?: string | undefined;
  readonly hint?: string | undefined;
}

/** An outside system (registry, builder, GitHub, git) failed. The message says what was tried, what came back and what to do next. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
  readonly code: OperationCode;
  /** what to do next: an imperative sentence without a full stop, also the end of the message; undefined: the code's own advice */
  readonly hint: string | undefined;
  /** HTTP status of the last answer, where there was one. */
  readonly status: number | undefined;
  /** the builder itself failed, or an image of a build is not what it should be; undefined: something else */
  readonly origin: ErrorOrigin | undefined;
  /** the image whose build failed, where that is known */
  readonly image: string | undefined;

  constructor(
    code: OperationCode,
    what: string,
    { cause, status, origin, image, hint }: OperationDetails = {},
  ) {
    super(hint === undefined ? what : `${what}; ${hint}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.origin = origin;
    this.image = image;
    this.hint = hint;
  }

  /** The same failure, with what was being done in front of its message. */
  within(before: string, over: OperationDetails & { readonly code?: OperationCode } = {}): OperationError {
    const { code, message, status, origin, image, hint } = this;
    const what = withoutHint(message, hint);
    return new OperationError(over.code ?? code, before + what, {
      status,
      origin,
      image,
      hint,
      cause: this,
      ...over,
    });
  }
}

/** A text whose end says what to do about it, without that end: for who shows the hint in a place of its own. */
export function withoutHint(text: string, hint: string | undefined): string {
  return hint !== undefined && text.endsWith(`; ${hint}`) ? text.slice(0, -hint.length - 2) : text;
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A parse either gives a value or says what is wrong and how to fix it. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly what: string; readonly hint: string };
