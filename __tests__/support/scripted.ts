import { formatProblem } from '../../src/errors.js';
import type { Clock, Log } from '../../src/ports.js';
import type { RegistryRequest, RegistryResponse, Transport } from '../../src/registry/http/types.js';

/** What a registry answers to one request; an Error is thrown by the transport. */
export type Reply =
  | Error
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    };

/** `GET manifests/v1` and the reply to it. */
export type Step = readonly [request: string, reply: Reply];

export interface Script {
  readonly transport: Transport;
  /** all requests so far */
  readonly sent: readonly RegistryRequest[];
  /** `METHOD path` of all requests so far */
  lines(): string[];
}

/** A transport that plays a script: any other request than the next one in it fails the test. */
export function scripted(...steps: readonly Step[]): Script {
  const sent: RegistryRequest[] = [];
  const lineOf = ({ method, path }: RegistryRequest): string =>
    `${method} ${typeof path === 'string' ? path : path.pathname.replace(/^\/v2\/.*?\/(?=tags|manifests|blobs|referrers)/, '') + path.search}`;
  const answer = (request: RegistryRequest): RegistryResponse => {
    const step = steps[sent.length];
    sent.push(request);
    const line = lineOf(request);
    if (step?.[0] !== line)
      throw new Error(`unexpected request ${sent.length}: ${line}, expected ${step?.[0] ?? 'none'}`);
    const reply = step[1];
    if (reply instanceof Error) throw reply;
    return {
      status: reply.status,
      headers: reply.headers ?? {},
      body: Buffer.from(reply.body ?? ''),
      url: new URL(`https://${request.repository.registry}/v2/${request.repository.repository}/x`),
    };
  };
  return {
    sent,
    lines: () => sent.map(lineOf),
    transport: {
      send: (request) => Promise.resolve().then(() => answer(request)),
      stream: () => Promise.reject(new Error('nothing is streamed in a script')),
      resolve: (base, location) => new URL(location, base),
      usage: () => ({
        requests: sent.length,
        retries: sent.filter(({ again }) => again).length,
        bytes_in: 0,
        bytes_out: 0,
      }),
      close: () => undefined,
    },
  };
}

/** A clock that stands still and notes how long it was asked to wait. */
export function stillClock(random = 0.5): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => 0,
    random: () => random,
    sleep: (ms) => {
      slept.push(ms);
      return Promise.resolve();
    },
  };
}

/** A log that keeps what is said. */
export function keptLog(): Log & { readonly warnings: string[] } {
  const warnings: string[] = [];
  return {
    warnings,
    layout: { width: null, all: true, groups: true },
    group: (_title, body) => body(),
    line: () => undefined,
    warning: (text) => void warnings.push(typeof text === 'string' ? text : formatProblem(text)),
    debug: () => undefined,
    progress: () => undefined,
  };
}

/** The body of a refusal as the distribution-spec has it. */
export function errorBody(code: string, message = 'no'): string {
  return JSON.stringify({ errors: [{ code, message, detail: null }] });
}
