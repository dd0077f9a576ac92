import type { Readable } from 'node:stream';

/** Bytes that are opened only when they are sent: blobs that may be large or live in a file. */
export interface LazyBody {
  readonly length: number;
  open(): Readable;
}

/**
 * What the registry says to one request, as a value: handlers make it, faults alter it, the wire sends it.
 * A HEAD gets the answer of the GET; the wire leaves the body out.
 */
export interface Answer {
  readonly status: number;
  /** lower-case names; content-length is added by the wire */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | LazyBody;
}

const NOTHING = Buffer.alloc(0);

/** An answer without a body. */
export function empty(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, body: NOTHING };
}

export function bytes(
  status: number,
  body: Buffer | LazyBody,
  headers: Readonly<Record<string, string>>,
): Answer {
  return { status, headers, body };
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return bytes(status, Buffer.from(`${JSON.stringify(value)}\n`), {
    'content-type': 'application/json; charset=utf-8',
    ...headers,
  });
}

/** The error document of the distribution-spec, "Error Codes": `{"errors":[{code,message,detail}]}`. */
export function refusal(
  status: number,
  code: string,
  message: string,
  detail?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return json(status, { errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }] }, headers);
}

/** What a router says about a path that it does not know: plain text, as distribution does. */
export function pageNotFound(): Answer {
  return bytes(404, Buffer.from('404 page not found\n'), { 'content-type': 'text/plain; charset=utf-8' });
}
