import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Repository } from '../../oci/reference.js';
import type { Clock } from '../../ports.js';
import type { Agents } from './agents.js';
import type { BodyLimits } from './body.js';
import type { Cancellation } from './exchange.js';
import type { Reach } from './reach.js';
import type { Secrets } from './redact.js';

/** One request to a registry's API. The transport adds authentication, retries, limits and deadlines. */
export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** the repository that the request is about; gives host and token scope. An empty name: all of the registry */
  readonly repository: Repository;
  /** below `/v2/<repository>/`, e.g. `manifests/latest` or `tags/list?n=1000`; or an absolute URL that `resolve` vetted (an upload Location) */
  readonly path: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** bytes, or a function that opens the stream anew for every try; `length` is required with a stream */
  readonly body?: Uint8Array | { readonly length: number; open(): Promise<Readable> };
  /** what the token must allow on `repository` */
  readonly access: 'pull' | 'pull,push';
  /** a further repository of the same registry that the token must allow pulling from (cross-repository mounts) */
  readonly alsoPull?: Repository;
  /** the most bytes of a body that are read; more is an error. Error bodies are capped at 64 KiB by the transport. */
  readonly maxBytes: number;
  /** `follow` for blob reads (credentials stay behind when the origin changes); `refuse` for everything that writes */
  readonly redirect: 'follow' | 'refuse';
  /** may be sent again after a fault whose effect is unknown (reset, time-out, 5xx). A PUT to a tag may not: the caller looks first. */
  readonly repeatable: boolean;
  /** the caller sent it before, and it went wrong: the report counts it as a retry */
  readonly again?: true;
}

export interface RegistryResponse {
  readonly status: number;
  /** lower-case names; several values of one name joined with ", " */
  readonly headers: Readonly<Record<string, string>>;
  /** the whole body, capped; empty for HEAD */
  readonly body: Buffer;
  /** the URL that answered, after redirects */
  readonly url: URL;
}

export interface StreamedResponse extends Omit<RegistryResponse, 'body'> {
  /**
   * The body as it arrives; ends with an OperationError when it is cut short. A body without length and chunks is
   * given only where the request names a digest: there the caller's hash shows the cut that nothing else can.
   */
  readonly stream: Readable;
}

/**
 * The transport: the only code that opens connections. Answers of the registry with any status are
 * returned, not thrown, once retries are used up; OperationError is thrown when there is no answer
 * (`unavailable`, `timeout`, `cancelled`), when the answer must not be followed (`unsafe`), when
 * credentials cannot be had (`denied`) or when the body breaks its own framing or cap (`protocol`).
 */
export interface Transport {
  send(request: RegistryRequest): Promise<RegistryResponse>;
  /** GET of a large body. Retried only until the first byte; the caller hashes, and asks again for what is cut short. */
  stream(request: RegistryRequest): Promise<StreamedResponse>;
  /** An upload Location or Link target, resolved against the URL that gave it; `unsafe` when it leaves the registry for a host that is not listed. */
  resolve(base: URL, location: string): URL;
  usage(): { requests: number; retries: number; bytes_in: number; bytes_out: number };
  close(): void;
}

/** What all requests of a run share. */
export interface Wiring {
  readonly agents: Agents;
  readonly reach: Reach;
  readonly cancellation: Cancellation;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly usage: Usage;
  /** told of the bytes of streams */
  readonly relieve: (bytes: number) => void;
  readonly warn: (host: string, header: string) => void;
  readonly debug: (text: string) => void;
  readonly listed: readonly string[];
  readonly userAgent: string;
  readonly idleMs: number;
}

/** The longest wait for a connection: shorter than that for an answer, since nothing has to be worked out. */
export const CONNECT_MS = 15_000;
/** Error bodies are read for their message only. */
export const ERROR_BYTES = 64 * 1024;

export function bodyLimits(wiring: Wiring, maxBytes: number): BodyLimits {
  return {
    maxBytes,
    idleMs: wiring.idleMs,
    cancellation: wiring.cancellation,
    onBytes: (bytes) => void (wiring.usage.bytes_in += bytes),
  };
}

/** Headers as one string each; node gives a list for set-cookie, which nothing here reads. */
export function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) result[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return result;
}

/**
 * What went over the wire, for the report. Requests to token servers and retries count as requests. A retry is a request
 * that is sent again because it went wrong, by the transport or by its caller; the look that a caller takes in between,
 * and the second request of a login, are none.
 */
interface Usage {
  requests: number;
  retries: number;
  bytes_in: number;
  bytes_out: number;
}

export function createUsage(): Usage {
  return { requests: 0, retries: 0, bytes_in: 0, bytes_out: 0 };
}
