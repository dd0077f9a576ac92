import type { IncomingHttpHeaders } from 'node:http';

import type { Clock } from '../../ports.js';
import type { Agents } from './agents.js';
import type { BodyLimits } from './body.js';
import type { Cancellation } from './cancellation.js';
import type { Reach } from './reach.js';
import type { Secrets } from './redact.js';
import type { Usage } from './usage.js';

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
