import type { Call } from './call.js';
import type { RequestKind } from './classify.js';

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
