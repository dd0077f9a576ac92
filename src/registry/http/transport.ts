import type { Clock, Log } from '../../ports.js';
import { createAuthorizer } from '../auth/authorizer.js';
import type { Credentials } from '../auth/docker-config.js';
import type { AskTokenServer } from '../auth/token.js';
import { addressOfRegistry } from '../hosts.js';
import { createAgents, type Environment } from './agents.js';
import { attempt, pointedWithin, urlOf } from './attempt.js';
import { readBody } from './body.js';
import { cancellationOf } from './exchange.js';
import { createHost, createHostState, type Host, type HostState } from './host.js';
import { createReach } from './reach.js';
import { createSecrets, redactUrl } from './redact.js';
import { type Headed, retrying } from './retry.js';
import { type Answer, dispatch, streamed, whole } from './send.js';
import { bodyLimits, createUsage, flat, type RegistryRequest, type Transport, type Wiring } from './types.js';

/** Requests in flight at each registry, and at all registries of a run together. */
const MOST_EACH = 64;
const MOST_TOGETHER = 256;

interface TransportOptions {
  readonly clock: Clock;
  /** the proxy variables are read from here */
  readonly env: Environment;
  readonly credentials: Credentials;
  /** hosts to connect to over http; also trusted as token servers and upload hosts */
  readonly insecureRegistries: readonly string[];
  /** further hosts that a registry may name as token server, for uploads or, if private, in redirects */
  readonly trustedHosts?: readonly string[];
  /** the most requests in flight for each registry; default 64, or its share of 256 when there are more than four */
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
  const endpointOf = createHosts(wiring, options);
  const perform = <T extends Headed>(
    request: RegistryRequest,
    read: (wiring: Wiring, request: RegistryRequest, answer: Answer) => Promise<T>,
  ): Promise<T> => {
    const endpoint = endpointOf(request.repository.registry);
    const what = (): string => redactUrl(request.method, urlOf(endpoint, request, wiring.listed));
    const { repeatable, again } = request;
    return retrying(wiring, endpoint, { what, repeatable, again }, () =>
      attempt(wiring, endpoint, request).then((answer) => read(wiring, request, answer)),
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

function wire(options: Omit<TransportOptions, 'credentials' | 'anonymous'>): Wiring {
  const secrets = createSecrets(options.onSecret);
  return {
    agents: createAgents({ env: options.env, ...(options.ca === undefined ? {} : { ca: options.ca }) }),
    reach: createReach(options.localHosts),
    cancellation: cancellationOf(options.deadline),
    clock: options.clock,
    secrets,
    usage: createUsage(),
    relieve: createReleaseMemory(options.collect ?? null),
    warn: createWarnings((text) => options.log.warning(secrets.scrub(text))),
    debug: (text) => options.log.debug(secrets.scrub(text)),
    listed: [...(options.trustedHosts ?? []), ...options.insecureRegistries],
    userAgent: options.userAgent,
    idleMs: options.requestTimeoutMs ?? 60_000,
  };
}

function createHosts(wiring: Wiring, options: TransportOptions): (registry: string) => Host {
  const endpoints = new Map<string, Host>();
  const most = (): number =>
    options.concurrency ?? Math.min(MOST_EACH, Math.max(1, Math.floor(MOST_TOGETHER / endpoints.size)));
  const stateOf = (): HostState => createHostState(most, wiring.clock, wiring.cancellation);
  const ask = createTokenClient(wiring, createTokenHosts(stateOf));
  const credentials: Credentials = options.anonymous ? () => Promise.resolve(null) : options.credentials;
  const make = (registry: string): Host => {
    const address = addressOfRegistry(registry, options.insecureRegistries);
    const endpoint = createHost(registry, address, stateOf(), (api) =>
      createAuthorizer({
        credentials,
        asker: () => ({ registry, api: api(), listed: wiring.listed }),
        ask,
        now: () => wiring.clock.now(),
        onSecret: (secret, ours) => wiring.secrets.add(secret, ours),
      }),
    );
    endpoints.set(registry, endpoint);
    return endpoint;
  };
  return (registry) => endpoints.get(registry) ?? make(registry);
}

/** Sends requests to services besides registries: signing services, and who gives the tokens for them. */
interface ServiceClient {
  readonly ask: (request: Parameters<AskTokenServer>[0]) => Promise<ServiceAnswer>;
  /** hides this text in every message and in every answer that is a refusal */
  readonly addSecret: (secret: string) => void;
}

/** As for token servers: every request is retried, limited and bounded, and none is redirected. */
export function createServiceClient(
  options: Omit<TransportOptions, 'credentials' | 'insecureRegistries' | 'anonymous'>,
): ServiceClient {
  const wiring = wire({ ...options, insecureRegistries: [] });
  const most = (): number => options.concurrency ?? MOST_EACH;
  const stateOf = (): HostState => createHostState(most, wiring.clock, wiring.cancellation);
  const ask = createTokenClient(wiring, createTokenHosts(stateOf));
  return {
    ask: async (request) => {
      const answer = await ask(request);
      if (answer.status < 400) return answer;
      return { ...answer, body: Buffer.from(wiring.secrets.scrub(answer.body.toString('utf8'))) };
    },
    addSecret: (secret) => wiring.secrets.add(secret),
  };
}

type ServiceAnswer = Awaited<ReturnType<AskTokenServer>> & {
  readonly headers: Readonly<Record<string, string>>;
};

const MAX_BYTES = 64 * 1024;

/** Requests to token servers: retried and limited like those to registries, never redirected. */
function createTokenClient(wiring: Wiring, peerOf: (origin: string) => HostState): ServiceClient['ask'] {
  return ({ method, url, headers, body }) =>
    retrying(
      wiring,
      peerOf(url.origin),
      { what: () => redactUrl(method, url), repeatable: true },
      async () => {
        const answer = await dispatch(wiring, peerOf(url.origin), { method, url, headers, body });
        const { incoming, status } = answer;
        try {
          return {
            status,
            headers: flat(incoming.headers),
            body: await readBody(incoming, bodyLimits(wiring, MAX_BYTES)),
          };
        } finally {
          answer.release();
        }
      },
    );
}

/** The token servers of a run, by origin. */
function createTokenHosts(stateOf: () => HostState): (origin: string) => HostState {
  const peers = new Map<string, HostState>();
  return (origin) => {
    const peer = peers.get(origin) ?? stateOf();
    peers.set(origin, peer);
    return peer;
  };
}

/** Frees the memory of what streams have passed on. */

/** So much may gather. A collection takes less than a millisecond, since hardly anything lives. */
const EVERY = 8 * 1024 * 1024;

/**
 * @param collect frees short-lived memory; null where the engine does well by itself
 * @returns to be told of the bytes of each piece of a stream
 */
export function createReleaseMemory(collect: (() => void) | null): (bytes: number) => void {
  let passed = 0;
  return (bytes) => {
    passed += bytes;
    if (passed < EVERY) return;
    passed = 0;
    collect?.();
  };
}

/** Registries speak to people through `Warning: 299` (distribution-spec "Warnings"): each text is shown once a run. */
const MAX_TEXTS = 20;
const MAX_LENGTH = 300;

/** The texts of code 299 in a Warning header (RFC 7234 5.5): `299 - "text"`, several with commas between. */
function warningTexts(header: string): string[] {
  const texts: string[] = [];
  for (const match of header.matchAll(/(?:^|,)\s*299 \S{1,100} "((?:[^"\\]|\\.)*)"/gs)) {
    texts.push((match[1] ?? '').replace(/\\(.)/gs, '$1'));
  }
  return texts;
}

/** Shows every text once, on one line, cut at 300 characters, and no more than 20 texts in all. */
export function createWarnings(show: (text: string) => void): (host: string, header: string) => void {
  const seen = new Set<string>();
  return (host, header) => {
    for (const text of warningTexts(header)) {
      const line = `${host} warns: ${text.replace(/[\p{C}\p{Z}\s]+/gu, ' ').trim()}`.slice(0, MAX_LENGTH);
      if (seen.has(line) || seen.size >= MAX_TEXTS) continue;
      seen.add(line);
      show(line);
    }
  };
}
