import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { OperationError } from '../../errors.js';
import { isLoopback } from '../hosts.js';
import type { Route, Target } from './exchange.js';
import { overHttp1 } from './http1.js';
import { type Connecting, connectTls, createSessions, type Sessions } from './http2.js';

/** Kept-alive connections, direct or through a proxy. */
export interface Agents {
  /**
   * The way to `target`: HTTP/2 where a host with TLS offers it, which its first connection shows; else HTTP/1.1. At once for
   * what is known; the proxy packages are loaded only where a proxy applies. Rejects with a TransportFault.
   */
  of(target: Target, connecting: Connecting): Route | Promise<Route>;
  /** Is `target` reached by asking a proxy over plain http, so that an answer may be the proxy's own? */
  viaPlainProxy(target: Target): boolean;
  /** Ends idle connections: after one was found dead, its contemporaries are likely dead too. */
  purge(): void;
  close(): void;
}

/** Idle connections end after 10 to 20 s, before servers and balancers end them (60 s and more are usual). */
const SWEEP_MS = 10_000;

/** `ca`: certificates in PEM that are trusted beside those of Node. */
export function createAgents(options: { readonly env: Environment; readonly ca?: string }): Agents {
  const env = proxyVariables(options.env);
  const plain = new http.Agent({ keepAlive: true });
  const trust = options.ca === undefined ? {} : { secureContext: trusting(options.ca) };
  const secure = createSecureHosts(trust);
  const proxies = new Map<string, Promise<http.Agent>>();
  const all: http.Agent[] = [plain, secure.agent];
  const idle = (): Socket[] =>
    all.flatMap(({ freeSockets }) => Object.values(freeSockets).flatMap((sockets) => sockets ?? []));
  const sweepSockets = sweep(idle);
  const sweeper = setInterval(() => {
    sweepSockets();
    secure.endIdle('last sweep');
  }, SWEEP_MS).unref();

  const through = (proxy: string, toTls: boolean): Promise<http.Agent> => {
    const key = `${proxy} ${toTls}`;
    let agent = proxies.get(key);
    if (!agent) {
      agent = loadProxyAgent(proxy, toTls, trust).then((loaded) => {
        all.push(loaded);
        return loaded;
      });
      proxies.set(key, agent);
    }
    return agent;
  };

  const overPlain = overHttp1(plain);
  const anyProxy = Object.values(env).some((value) => value !== undefined && value !== '');

  return {
    of(target, connecting) {
      const proxy = anyProxy ? proxyFor(target, env, isLoopback) : null;
      if (proxy !== null) return through(proxy, target.secure).then(overHttp1);
      return target.secure ? secure.route(target, connecting) : overPlain;
    },
    viaPlainProxy: (target) => !target.secure && proxyFor(target, env, isLoopback) !== null,
    purge() {
      for (const socket of idle()) socket.destroy();
      secure.endIdle('now');
    },
    close() {
      clearInterval(sweeper);
      secure.close();
      for (const agent of all) agent.destroy();
    },
  };
}

/** What is known of a host with TLS. */
interface SecureHost {
  readonly sessions: Sessions;
  http1: boolean;
  /** the connection that is being made; those who come meanwhile wait for what it shows */
  opening: Promise<void> | null;
  /** a connection that spoke HTTP/1.1 and waits for its first request */
  spare: Socket | null;
}

/** Direct connections to hosts with TLS. */
function createSecureHosts(trust: { readonly secureContext?: tls.SecureContext }): {
  readonly agent: https.Agent;
  route(target: Target, connecting: Connecting): Route | Promise<Route>;
  endIdle: Sessions['endIdle'];
  close(): void;
} {
  const hosts = new Map<string, SecureHost>();
  const keyOf = (host: string, port: number): string => `${host} ${port}`;
  const agent = agentWithSpares(trust, (host, port) => {
    const known = hosts.get(keyOf(host, port));
    const spare = known?.spare ?? null;
    if (known) known.spare = null;
    return spare?.destroyed === false ? spare.ref() : null;
  });
  const overTls = overHttp1(agent);

  const make = (): SecureHost => {
    const host: SecureHost = {
      sessions: createSessions(() => (host.http1 = true)),
      http1: false,
      opening: null,
      spare: null,
    };
    return host;
  };
  const open = async (host: SecureHost, target: Target, connecting: Connecting): Promise<void> => {
    const socket = await connectTls(target, trust, connecting);
    if (socket.alpnProtocol === 'h2') {
      host.sessions.add(socket, target);
      return;
    }
    host.http1 = true;
    host.spare = socket.setNoDelay(true).unref();
  };
  const route = (target: Target, connecting: Connecting): Route | Promise<Route> => {
    const key = keyOf(target.hostname, target.port);
    const host = hosts.get(key) ?? make();
    hosts.set(key, host);
    if (host.http1) return overTls;
    const place = host.sessions.route();
    if (place !== null) return place;
    host.opening ??= open(host, target, connecting).finally(() => (host.opening = null));
    return host.opening.then(() => route(target, connecting));
  };
  return {
    agent,
    route,
    endIdle(unusedSince) {
      for (const { sessions } of hosts.values()) sessions.endIdle(unusedSince);
    },
    close() {
      for (const { sessions, spare } of hosts.values()) {
        sessions.close();
        spare?.destroy();
      }
    },
  };
}

/** An agent that takes the connection that showed the protocol before it makes one. */
function agentWithSpares(
  trust: { readonly secureContext?: tls.SecureContext },
  spareFor: (host: string, port: number) => Socket | null,
): https.Agent {
  const agent = new https.Agent({ keepAlive: true, ...trust });
  type Create = (options: { host: string; port: number }, created: unknown) => Duplex;
  const create = (agent as unknown as { createConnection: Create }).createConnection.bind(agent);
  const createConnection: Create = (options, created) =>
    spareFor(options.host, options.port) ?? create(options, created);
  return Object.assign(agent, { createConnection });
}

/**
 * Ends the connections that have been idle since the last sweep. A timer for each connection, as agents have it on
 * request, is set anew for every request.
 */
function sweep(idle: () => readonly Socket[]): () => void {
  let seen = new Map<Socket, number>();
  return () => {
    const still = idle().filter((socket) => {
      if (seen.get(socket) !== socket.bytesRead) return true;
      socket.destroy();
      return false;
    });
    seen = new Map(still.map((socket) => [socket, socket.bytesRead]));
  };
}

/** Made once: reading all of Node's authorities anew for each connection takes longer than the connection. */
function trusting(ca: string): tls.SecureContext {
  return tls.createSecureContext({ ca: [...tls.rootCertificates, ca] });
}

async function loadProxyAgent(
  proxy: string,
  toTls: boolean,
  trust: { readonly secureContext?: tls.SecureContext },
): Promise<http.Agent> {
  const url = proxyUrl(proxy);
  const settings = { keepAlive: true, ...trust };
  const agent = toTls
    ? new (await import('https-proxy-agent')).HttpsProxyAgent(url, settings)
    : new (await import('http-proxy-agent')).HttpProxyAgent(url, settings);
  // These agents keep settings for the way to the proxy; what lies behind it is to be trusted by the same rules.
  return Object.assign(agent, { options: { ...agent.options, ...trust } });
}

function proxyUrl(proxy: string): URL {
  const url = URL.canParse(proxy) ? new URL(proxy) : null;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  // The value is not shown: it may hold a password.
  throw new OperationError(
    'unavailable',
    'the proxy of HTTPS_PROXY, HTTP_PROXY or ALL_PROXY is not an http or https URL; write it as "http://host:port"',
  );
}

/**
 * Which proxy a URL goes through, from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in either case.
 * NO_PROXY: a list of hosts; `example.com` and `.example.com` mean the host and all below it, `*.example.com`
 * likewise, `host:port` only that port, `*` everything. These are the rules of curl and of Go's tools, which
 * people who set the variables on a build machine expect.
 */
export type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLES = ['https_proxy', 'http_proxy', 'all_proxy', 'no_proxy'];

/** The proxy variables as they are now, as a plain object: each look at `process.env` asks the C library. */
function proxyVariables(env: Environment): Environment {
  const names = VARIABLES.flatMap((name) => [name, name.toUpperCase()]);
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}

/** The proxy's URL, or null for a direct connection. Loopback is always direct unless `loopbackToo`. */
export function proxyFor(
  target: { readonly secure: boolean; readonly hostname: string; readonly port: number },
  env: Environment,
  isLoopback: (hostname: string) => boolean,
): string | null {
  const { secure, hostname, port } = target;
  const configured = read(env, secure ? 'https_proxy' : 'http_proxy') || read(env, 'all_proxy');
  if (configured === '' || isLoopback(hostname)) return null;
  if (isExcluded(hostname.toLowerCase(), port, read(env, 'no_proxy'))) return null;
  return configured.includes('://') ? configured : `http://${configured}`;
}

function isExcluded(hostname: string, port: number, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, host = entry, entryPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
      if (entryPort !== undefined && Number(entryPort) !== port) return false;
      const name = host.replace(/^\*?\./, '');
      return hostname === name || hostname.endsWith(`.${name}`);
    });
}

function read(env: Environment, name: string): string {
  // curl's order: the lower-case form is the older convention and wins.
  return (env[name] ?? env[name.toUpperCase()] ?? '').trim();
}
