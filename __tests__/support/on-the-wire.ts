import { afterEach } from '@jest/globals';
import {
  type EmbeddedRegistry,
  type LoggedRequest,
  type RegistryOptions,
  startRegistry,
} from '../../testing/registry/server.js';
import type { Clock, Registry } from '../../src/ports.js';
import { createTransport } from '../../src/registry/http/transport.js';
import { createRegistry } from '../../src/registry/registry.js';
import { keptLog } from './scripted.js';

type TransportOptions = Parameters<typeof createTransport>[0];

const open: { close(): unknown }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((thing) => thing.close()));
});

/** An embedded registry that is closed after the test. */
export async function started(options: RegistryOptions = {}): Promise<EmbeddedRegistry> {
  const registry = await startRegistry(options);
  open.push(registry);
  return registry;
}

/** The real time, in which nobody waits. */
export function hastyClock(): Clock {
  return { now: () => Date.now(), random: () => 0.5, sleep: () => Promise.resolve() };
}

export interface Client {
  readonly registry: Registry;
  readonly warnings: readonly string[];
}

/** The operations on the transport that users get, over loopback. */
export function connected(options: Partial<TransportOptions> = {}): Client {
  const log = keptLog();
  const clock = hastyClock();
  const transport = createTransport({
    clock,
    env: {},
    credentials: () => Promise.resolve(null),
    insecureRegistries: [],
    deadline: new AbortController().signal,
    userAgent: 'retag-test',
    log,
    anonymous: false,
    onSecret: () => undefined,
    ...options,
  });
  const registry = createRegistry(transport, { clock, log });
  open.push(registry);
  return { registry, warnings: log.warnings };
}

/** `PUT manifests/v1` of all requests that changed something, or tried to. */
export function writes({ requests }: EmbeddedRegistry): string[] {
  return requests.filter(({ method }) => !['GET', 'HEAD'].includes(method)).map(lineOf);
}

export function lineOf({ method, url }: LoggedRequest): string {
  return `${method} ${url}`;
}
