import { bytes, empty, refusal, type Answer } from './answer.js';
import { collect, type Call } from './call.js';
import type { Fault } from './faults.js';
import { notAccepted } from './negotiate.js';

/** How an answer goes over the wire when it does not simply go. */
export type Manner =
  | { readonly kind: 'reset' }
  | { readonly kind: 'stall'; readonly after: 'nothing' | 'half' }
  | { readonly kind: 'truncate'; readonly framing: 'length' | 'chunked' | 'close'; readonly at?: number }
  | { readonly kind: 'flood'; readonly bytes: number; readonly gzip: boolean }
  | { readonly kind: 'drip'; readonly everyMs: number; readonly bytes: number };

const HTML =
  '<html><head><title>Error</title></head><body><h1>It is not the registry that speaks</h1></body></html>\n';

/** The answer that is given instead of handling the request, if this fault is such. */
export function replacement(fault: Fault, call: Call): Answer | null {
  if (fault.kind === 'status' && !fault.commit) return statusAnswer(fault);
  if (fault.kind === 'redirect') {
    return empty(fault.status ?? 307, { location: redirectTarget(fault.to, call) });
  }
  if (fault.kind === 'throttle') {
    const headers = fault.retryAfter === null ? {} : { 'retry-after': fault.retryAfter };
    return refusal(429, 'TOOMANYREQUESTS', 'too many requests', undefined, headers);
  }
  return fault.kind === 'accept-404'
    ? notAccepted('OCI index found, but accept header does not support OCI indexes')
    : null;
}

/** The answer as this fault leaves it. */
export async function altered(fault: Fault, call: Call, answer: Answer): Promise<Answer> {
  if (fault.kind === 'status' && fault.commit) return statusAnswer(fault);
  if (fault.kind === 'corrupt') return { ...answer, body: flipped(await bufferOf(answer), fault.at) };
  if (fault.kind === 'headers') return { ...answer, headers: merged(answer.headers, fault.set) };
  const location = answer.headers['location'];
  if (fault.kind !== 'location' || location === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, location: movedTo(fault.to, location, call) } };
}

/** The way the answer is sent, if this fault changes it. */
export function mannerOf(fault: Fault): Manner | null {
  if (fault.kind === 'truncate' || fault.kind === 'flood') return fault;
  if (fault.kind === 'drip') return { kind: 'drip', everyMs: fault.everyMs, bytes: fault.bytes ?? 1 };
  if (fault.kind === 'reset' && fault.when === 'after') return { kind: 'reset' };
  if (fault.kind !== 'stall' || fault.when === 'headers') return null;
  return { kind: 'stall', after: fault.when === 'answer' ? 'nothing' : 'half' };
}

/** The body in memory; for faults only, which need to cut or turn bytes. */
export async function bufferOf(answer: Answer): Promise<Buffer> {
  return Buffer.isBuffer(answer.body) ? answer.body : collect(answer.body.open());
}

function statusAnswer(fault: Extract<Fault, { kind: 'status' }>): Answer {
  const { status, body = 'json', code = 'UNKNOWN', message = 'a fault on demand', headers = {} } = fault;
  switch (body) {
    case 'json':
      return refusal(status, code, message, undefined, headers);
    case 'html':
      return bytes(status, Buffer.from(HTML), { 'content-type': 'text/html; charset=utf-8', ...headers });
    case 'empty':
      return empty(status, headers);
    default:
      return bytes(status, Buffer.from(body), headers);
  }
}

function flipped(body: Buffer, at = Math.floor(body.length / 2)): Buffer {
  const copy = Buffer.from(body);
  if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

function merged(
  headers: Readonly<Record<string, string>>,
  set: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> {
  const entries = Object.entries({ ...headers, ...set });
  return Object.fromEntries(entries.filter((pair): pair is [string, string] => pair[1] !== null));
}

function redirectTarget(to: string, call: Call): string {
  if (to === 'loop') return call.url;
  return isOrigin(to) ? to + call.url : to;
}

function movedTo(to: string, location: string, call: Call): string {
  const absolute = new URL(location, `http://${call.headers['host'] ?? 'localhost'}`);
  if (to === 'absolute') return absolute.href;
  const path = absolute.pathname + absolute.search;
  if (to === 'relative') return path;
  return isOrigin(to) ? to + path : to;
}

/** `http://10.0.0.1` is an origin, `http://10.0.0.1/` is a URL. */
function isOrigin(text: string): boolean {
  return /^https?:\/\/[^/]+$/.test(text);
}
