import type { StreamEnd } from './http2.js';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Answer, bytes, type Call, empty, refusal, type RequestKind } from './request.js';

/**
 * One thing that goes wrong, as registries and networks were seen to do it.
 * "Before" means that the registry never saw the request; "after" that it carried it out and the answer was lost.
 */
export type Fault =
  | { readonly kind: 'reset'; readonly when: 'before' | 'during' | 'after' }
  /** another answer. With `commit` the request was carried out first. Body defaults to `json` */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: 'json' | 'html' | 'empty' | Uint8Array;
      readonly code?: string;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly commit?: boolean;
    }
  /** 404 MANIFEST_UNKNOWN "OCI index found, but accept header does not support OCI indexes", as distribution 2.8 */
  | { readonly kind: 'accept-404' }
  /** 429; the value as it stands: seconds, an HTTP date, nonsense; null leaves Retry-After out */
  | { readonly kind: 'throttle'; readonly retryAfter: string | null }
  /** the body ends after `at` bytes (default half), with the connection */
  | { readonly kind: 'truncate'; readonly framing: 'length' | 'chunked' | 'close'; readonly at?: number }
  /** one bit of the body is turned, at `at` (default the middle) */
  | { readonly kind: 'corrupt'; readonly at?: number }
  /** headers of the answer set, or with null taken away: digest, content type, content-length, link, warning … */
  | { readonly kind: 'headers'; readonly set: Readonly<Record<string, string | null>> }
  /** `bytes` blanks instead of the body, chunked; with `gzip` compressed a thousandfold */
  | { readonly kind: 'flood'; readonly bytes: number; readonly gzip: boolean }
  /** the body comes `bytes` at a time (default 1), every `everyMs` */
  | { readonly kind: 'drip'; readonly everyMs: number; readonly bytes?: number }
  /** nothing more is sent, until the client gives up. `headers`: before handling; `body`: half of the body was sent */
  | { readonly kind: 'stall'; readonly when: 'headers' | 'answer' | 'body' }
  /** the answer, or with `before` the request, ends as HTTP/2 has it; never over HTTP/1.1 */
  | { readonly kind: 'http2'; readonly when: 'before' | 'after'; readonly how: StreamEnd }
  | { readonly kind: 'delay'; readonly ms: number }
  /** `loop`: to the same URL; an origin: the same path there; else as it stands. Default status 307 */
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  /** Location of the answer made absolute for this host, relative, or moved to another origin */
  | { readonly kind: 'location'; readonly to: string }
  /** runs at this moment, and is waited for: a competitor writes, the client is killed, the clock moves */
  | {
      readonly kind: 'call';
      readonly when: 'before' | 'after';
      readonly onRequest: (call: Call) => void | Promise<void>;
    };

/** Which requests a rule is about; what is left out matches everything. */
export interface FaultMatch {
  readonly kind?: RequestKind | readonly RequestKind[];
  readonly method?: string;
  readonly repository?: string;
  /** a tag, a digest or an upload id; or any tag, any digest */
  readonly reference?: string;
  readonly by?: 'tag' | 'digest';
}

export interface FaultRule {
  readonly match: FaultMatch;
  readonly fault: Fault;
  /** the first matching request that is hit, from 1. Default 1 */
  readonly nth?: number;
  /** how many matching requests in a row are hit. Default 1 */
  readonly times?: number | 'always';
}

/** The rules in force. Each rule counts the requests that match it, on its own. */
export interface FaultList {
  /** Replaces all rules and starts counting anew. */
  set(rules: readonly FaultRule[]): void;
  /** The faults that hit this request, in the order of their rules. Counts the request. */
  take(call: Call): readonly Fault[];
  /** how many requests each rule has hit, in the order of the rules */
  fired(): readonly number[];
}

export function createFaultList(rules: readonly FaultRule[] = []): FaultList {
  let entries: { readonly rule: FaultRule; seen: number; fired: number }[] = [];
  const set = (next: readonly FaultRule[]): void => {
    entries = next.map((rule) => ({ rule, seen: 0, fired: 0 }));
  };
  set(rules);
  return {
    set,
    take(call) {
      const hits: Fault[] = [];
      for (const entry of entries) {
        const { match, fault, nth = 1, times = 1 } = entry.rule;
        if (!matches(match, call)) continue;
        entry.seen += 1;
        if (entry.seen < nth || (times !== 'always' && entry.seen >= nth + times)) continue;
        entry.fired += 1;
        hits.push(fault);
      }
      return hits;
    },
    fired: () => entries.map((entry) => entry.fired),
  };
}

/** Is the rule about this request? */
export function matches(
  match: FaultMatch,
  call: Pick<Call, 'kind' | 'method' | 'repository' | 'reference'>,
): boolean {
  const kinds = typeof match.kind === 'string' ? [match.kind] : match.kind;
  const by = call.reference?.includes(':') ? 'digest' : 'tag';
  return (
    (kinds === undefined || kinds.includes(call.kind)) &&
    (match.method === undefined || match.method === call.method) &&
    (match.repository === undefined || match.repository === call.repository) &&
    (match.reference === undefined || match.reference === call.reference) &&
    (match.by === undefined || (call.reference !== null && match.by === by))
  );
}

/** A short name for logs and tables, e.g. `reset after`, `status 503`. */
export function faultName(fault: Fault): string {
  switch (fault.kind) {
    case 'reset':
    case 'stall':
      return `${fault.kind} ${fault.when}`;
    case 'http2':
      return `${fault.how} ${fault.when}`;
    case 'status':
      return `status ${fault.status}${fault.commit ? ' after' : ''}`;
    case 'truncate':
      return `truncate ${fault.framing}`;
    case 'throttle':
      return `throttle ${fault.retryAfter ?? 'without Retry-After'}`;
    case 'headers':
      return `headers ${Object.keys(fault.set).join(' ')}`;
    case 'flood':
      return fault.gzip ? 'gzip bomb' : 'flood';
    case 'redirect':
    case 'location':
      return `${fault.kind} ${fault.to}`;
    case 'accept-404':
    case 'corrupt':
    case 'drip':
    case 'delay':
    case 'call':
      return fault.kind;
  }
}

/** How an answer goes over the wire when it does not simply go. */
export type Manner =
  | { readonly kind: 'reset' }
  | { readonly kind: 'http2'; readonly how: StreamEnd }
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
    ? refusal(404, 'MANIFEST_UNKNOWN', 'OCI index found, but accept header does not support OCI indexes')
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
  if (fault.kind === 'http2' && fault.when === 'after') return fault;
  if (fault.kind !== 'stall' || fault.when === 'headers') return null;
  return { kind: 'stall', after: fault.when === 'answer' ? 'nothing' : 'half' };
}

const FLOOD_PART = 16 * 1024 * 1024;

/** What a flood consists of, piece by piece. */
export function* parts({ bytes, gzip }: Extract<Manner, { kind: 'flood' }>): Generator<Buffer> {
  const blanks = Buffer.alloc(Math.min(FLOOD_PART, bytes), ' ');
  // A gzip stream may have many members, one after the other (RFC 1952 section 2.2): compress once, send often.
  const part = gzip ? gzipSync(blanks) : blanks.subarray(0, 64 * 1024);
  for (let sent = 0; sent < bytes; sent += gzip ? blanks.length : part.length) yield part;
}

/** The body in memory; for faults only, which need to cut or turn bytes. */
export async function bufferOf(answer: Answer): Promise<Buffer> {
  return Buffer.isBuffer(answer.body) ? answer.body : buffer(answer.body.open());
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
  const { host = 'localhost', ':scheme': scheme = 'http', ':authority': authority = host } = call.headers;
  const absolute = new URL(location, `${scheme}://${authority}`);
  if (to === 'absolute') return absolute.href;
  const path = absolute.pathname + absolute.search;
  if (to === 'relative') return path;
  return isOrigin(to) ? to + path : to;
}

/** `http://10.0.0.1` is an origin, `http://10.0.0.1/` is a URL. */
function isOrigin(text: string): boolean {
  return /^https?:\/\/[^/]+$/.test(text);
}
