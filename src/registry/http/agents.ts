import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import type { Socket } from 'node:net';
import { OperationError } from '../../errors.js';
import { isLoopback } from '../hosts.js';
import type { Target } from './exchange.js';

/** Kept-alive connections, direct or through a proxy. */
export interface Agents {
  /** At once for a direct connection; the proxy packages are loaded only where a proxy applies. */
  of(target: Target): http.Agent | Promise<http.Agent>;
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
  const secure = new https.Agent({ keepAlive: true, ...trust });
  const proxies = new Map<string, Promise<http.Agent>>();
  const all: http.Agent[] = [plain, secure];
  const idle = (): Socket[] =>
    all.flatMap(({ freeSockets }) => Object.values(freeSockets).flatMap((sockets) => sockets ?? []));
  const sweeper = setInterval(sweep(idle), SWEEP_MS).unref();

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

  const direct = (target: Target): http.Agent => (target.secure ? secure : plain);
  const anyProxy = Object.values(env).some((value) => value !== undefined && value !== '');

  return {
    of(target) {
      if (!anyProxy) return direct(target);
      const proxy = proxyFor(target, env, isLoopback);
      if (proxy === null) return direct(target);
      return through(proxy, target.secure);
    },
    viaPlainProxy: (target) => !target.secure && proxyFor(target, env, isLoopback) !== null,
    purge() {
      for (const socket of idle()) socket.destroy();
    },
    close() {
      clearInterval(sweeper);
      for (const agent of all) agent.destroy();
    },
  };
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
