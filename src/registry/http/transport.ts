import type { Clock, Log } from '../../ports.js';
import { createAuthorizer } from '../auth/authorizer.js';
import type { Credentials } from '../auth/credential.js';
import { addressOfRegistry } from '../hosts.js';
import { createAgents } from './agents.js';
import { attempt, urlOf } from './attempt.js';
import { cancellationOf } from './cancellation.js';
import type { Answer } from './dispatch.js';
import { createEndpoint, type Endpoint } from './endpoint.js';
import type { Environment } from './proxy.js';
import { createSecrets, redactUrl } from './redact.js';
import { createReach } from './reach.js';
import { pointedWithin } from './redirect.js';
import { createRelief } from './relief.js';
import { streamed, whole } from './response.js';
import { retrying, type Headed } from './retrying.js';
import { createTokenClient, createTokenPeers } from './token-client.js';
import type { RegistryRequest, Transport } from './types.js';
import { createUsage } from './usage.js';
import { createWarnings } from './warnings.js';
import type { Wiring } from './wiring.js';

const DEFAULT_CONCURRENCY = 16;

export interface TransportOptions {
  readonly clock: Clock;
  /** the proxy variables are read from here */
  readonly env: Environment;
  readonly credentials: Credentials;
  /** hosts spoken to over http; also trusted as token servers and upload hosts */
  readonly insecureRegistries: readonly string[];
  /** further hosts that a registry may name as token server, for uploads or, if private, in redirects */
  readonly trustedHosts?: readonly string[];
  /** requests in flight for each registry, lowered by itself on 429; default 16 */
  readonly concurrency?: number;
  /** the end of the run: time limit or signal */
  readonly deadline: AbortSignal;
  /** the longest silence of a registry, milliseconds; default 60,000 */
  readonly requestTimeoutMs?: number;
  readonly userAgent: string;
  readonly log: Pick<Log, 'warning' | 'debug'>;
  /** no credential is looked up for any host (pull requests of forks) */
  readonly anonymous: boolean;
  /** hosts that may be loopback or private; absent: every host */
  readonly localHosts?: readonly string[] | undefined;
  /** told of each secret in each form, for masking */
  readonly onSecret: (secret: string) => void;
  /** frees short-lived memory, for streams; null or absent where the engine does well by itself */
  readonly collect?: (() => void) | null;
  /** certificates in PEM that are trusted beside Node's */
  readonly ca?: string;
}

/** The only maker of connections to registries and token servers. */
export function createTransport(options: TransportOptions): Transport {
  const wiring = wire(options);
  const endpointOf = createEndpoints(wiring, options);
  const perform = <T extends Headed>(
    request: RegistryRequest,
    read: (wiring: Wiring, request: RegistryRequest, answer: Answer) => Promise<T>,
  ): Promise<T> => {
    const endpoint = endpointOf(request.repository.registry);
    const what = (): string => redactUrl(request.method, urlOf(endpoint, request, wiring.listed));
    const { repeatable, again } = request;
    return retrying(wiring, endpoint, { what, repeatable, again }, async () =>
      read(wiring, request, await attempt(wiring, endpoint, request)),
    );
  };
  return {
    send: (request) => perform(request, whole),
    stream: (request) => perform(request, streamed),
    resolve: (base, location) => pointedWithin(base, location, wiring.listed),
    usage: () => ({ ...wiring.usage }),
    close: () => wiring.agents.close(),
  };
}

function wire(options: TransportOptions): Wiring {
  const secrets = createSecrets(options.onSecret);
  return {
    agents: createAgents({ env: options.env, ...(options.ca === undefined ? {} : { ca: options.ca }) }),
    reach: createReach(options.localHosts),
    cancellation: cancellationOf(options.deadline),
    clock: options.clock,
    secrets,
    usage: createUsage(),
    relieve: createRelief(options.collect ?? null),
    warn: createWarnings((text) => options.log.warning(secrets.scrub(text))),
    debug: (text) => options.log.debug(secrets.scrub(text)),
    listed: [...(options.trustedHosts ?? []), ...options.insecureRegistries],
    userAgent: options.userAgent,
    idleMs: options.requestTimeoutMs ?? 60_000,
  };
}

function createEndpoints(wiring: Wiring, options: TransportOptions): (registry: string) => Endpoint {
  const endpoints = new Map<string, Endpoint>();
  const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
  const ask = createTokenClient(wiring, createTokenPeers(wiring, concurrency));
  const credentials: Credentials = options.anonymous ? () => Promise.resolve(null) : options.credentials;
  const make = (registry: string): Endpoint => {
    const address = addressOfRegistry(registry, options.insecureRegistries);
    const endpoint = createEndpoint(registry, address, concurrency, (api) =>
      createAuthorizer({
        credentials,
        asker: () => ({ registry, api: api(), listed: wiring.listed }),
        ask,
        now: () => wiring.clock.now(),
        onSecret: (secret, ours) => wiring.secrets.add(secret, ours),
      }),
    );
    wiring.cancellation.watch((reason) => endpoint.limiter.stop(reason));
    endpoints.set(registry, endpoint);
    return endpoint;
  };
  return (registry) => endpoints.get(registry) ?? make(registry);
}
