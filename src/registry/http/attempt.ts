import tls from 'node:tls';
import { OperationError } from '../../errors.js';
import { isListed, isLoopback, isPrivate } from '../hosts.js';
import { TransportFault } from './errors.js';
import { type Host, targetOf } from './host.js';
import { type Answer, discard, dispatch } from './send.js';
import type { RegistryRequest, Wiring } from './types.js';

const MAX_AUTH_ROUNDS = 2;

/** The URL of a request as things stand; an upload's URL is checked again here, whoever made it. */
export function urlOf(endpoint: Host, request: RegistryRequest, listed: readonly string[]): URL {
  if (request.path instanceof URL) return pointedWithin(endpoint.api(), request.path.href, listed);
  const { repository } = request.repository;
  return new URL(`${endpoint.origin()}/v2/${repository === '' ? '' : `${repository}/`}${request.path}`);
}

/** One try: with login as the registry wants it (at most two rounds) and redirects followed where the request allows it. */
export async function attempt(
  wiring: Wiring,
  endpoint: Host,
  request: RegistryRequest,
  rounds = MAX_AUTH_ROUNDS,
): Promise<Answer> {
  // An upload's source may be a download from the same registry, which must not wait for the upload.
  const feeds = request.body !== undefined && 'open' in request.body;
  const open = feeds ? undefined : await endpoint.enter();
  const { authorizer } = endpoint;
  let login: string | undefined;
  let answer: Answer | null = null;
  try {
    // An upload may lie on a listed host that is not the registry: the login stays here.
    const authorization = isAway(endpoint, request.path) ? undefined : authorizer.authorization(request);
    login = typeof authorization === 'object' ? await authorization : authorization;
    answer = endpoint.isGuess()
      ? await schemeFound(wiring, endpoint, request, login)
      : await followed(wiring, endpoint, request, login);
  } finally {
    // Where it redirected to says nothing about the login; that it redirected says that it took it.
    authorizer.answered(login, answer && (isAway(endpoint, answer.url) ? 200 : answer.status));
    if (!answer) open?.();
  }
  const asked = rounds > 0 ? challengeOf(answer, endpoint) : undefined;
  const worth = asked === undefined ? null : authorizer.challenged(request, asked, login);
  open?.();
  if (worth === null || !(await isWorth(wiring, answer, worth))) return answer;
  return attempt(wiring, endpoint, request, rounds - 1);
}

/** True: the registry's wish is known now, and the request is worth sending again; the answer is gone then. */
async function isWorth(wiring: Wiring, answer: Answer, worth: Promise<boolean>): Promise<boolean> {
  const again = await worth.catch(async (error: unknown) => {
    await discard(wiring, answer);
    throw error;
  });
  if (again) await discard(wiring, answer);
  return again;
}

/** 401, or 403 with a challenge, from the registry itself and not from where it redirected to. */
function challengeOf({ status, url, incoming }: Answer, endpoint: Host): string | undefined {
  if (status !== 401 && status !== 403) return undefined;
  return isAway(endpoint, url) ? undefined : incoming.headers['www-authenticate'];
}

function isAway(endpoint: Host, path: string | URL): boolean {
  return path instanceof URL && path.origin !== endpoint.origin();
}

/** Plain http to loopback is a guess; what a TLS server answers to it (400, or nothing) leads to a look at TLS, once. */
async function schemeFound(
  wiring: Wiring,
  endpoint: Host,
  request: RegistryRequest,
  sent: string | undefined,
): Promise<Answer> {
  const { hostname, port } = targetOf(endpoint.api());
  try {
    const answer = await followed(wiring, endpoint, request, sent);
    if (answer.status !== 400 || !(await speaksTls(hostname, port))) {
      endpoint.speak('http');
      return answer;
    }
    await discard(wiring, answer);
  } catch (error) {
    const suspicious =
      error instanceof TransportFault && (error.kind === 'reset' || error.kind === 'garbled');
    if (!suspicious || !(await speaksTls(hostname, port))) throw error;
  }
  endpoint.speak('https');
  return followed(wiring, endpoint, request, sent);
}

async function followed(
  wiring: Wiring,
  endpoint: Host,
  request: RegistryRequest,
  authorization: string | undefined,
): Promise<Answer> {
  let url = urlOf(endpoint, request, wiring.listed);
  let away = isAway(endpoint, request.path);
  for (let hops = 0; ; hops++) {
    const answer = await dispatch(wiring, endpoint, {
      method: request.method,
      url,
      headers: headersOf(request, away ? undefined : authorization, away),
      body: request.body,
    });
    const location = answer.incoming.headers.location;
    if (!isRedirect(answer.status) || location === undefined) return answer;
    await discard(wiring, answer);
    url = next(wiring, request, url, location, hops);
    // Once away, always away: a foreign host must not send us back with the login.
    away = isAway(endpoint, url);
    if (away) authorization = undefined;
  }
}

function next(wiring: Wiring, request: RegistryRequest, url: URL, location: string, hops: number): URL {
  const target = pointed(url, location, wiring.listed);
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (request.redirect === 'refuse' || !reads) {
    const where = target.origin === url.origin ? 'another path' : target.host;
    throw new OperationError(
      'unsafe',
      `it was redirected to ${where}, which is not followed here; use the name that the registry redirects to`,
    );
  }
  if (hops >= MAX_HOPS) {
    throw new OperationError(
      'protocol',
      `it was redirected more than ${MAX_HOPS} times, at last to ${target.host}`,
    );
  }
  return target;
}

/** Another host gets what describes the request and nothing that the caller may have added for the registry. */
const KEPT_ABROAD = new Set(['accept', 'range', 'content-type', 'content-range']);

function headersOf(
  { headers = {} }: RegistryRequest,
  authorization: string | undefined,
  away: boolean,
): Readonly<Record<string, string>> {
  if (!away) return authorization === undefined ? headers : { ...headers, authorization };
  return Object.fromEntries(Object.entries(headers).filter(([name]) => KEPT_ABROAD.has(name.toLowerCase())));
}

const MAX_HOPS = 5;

/** 304 and 300 are answers, not redirects. */
function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/**
 * Where an answer points, or OperationError `unsafe` when nobody should go there: another scheme than http(s), a
 * step down from https, credentials in the URL, or an address that the public internet does not route. The
 * exceptions are the host that gave the answer, loopback for a registry on loopback, and `listed` hosts.
 * Whether another host may be reached at all is the caller's to say.
 */
export function pointed(base: URL, location: string, listed: readonly string[]): URL {
  if (!URL.canParse(location, base.href)) {
    throw unsafe(base, 'an address that cannot be read', 'the registry has to be fixed');
  }
  const target = new URL(location, base);
  target.hash = '';
  if (target.protocol !== 'https:' && target.protocol !== 'http:') {
    throw unsafe(base, `a "${target.protocol}" address`, 'only http and https are followed');
  }
  if (base.protocol === 'https:' && target.protocol === 'http:') {
    throw unsafe(
      base,
      `plain http (${target.host})`,
      'the registry, or the proxy before it, has to answer with https addresses',
    );
  }
  if (target.username !== '' || target.password !== '') {
    throw unsafe(base, `${target.host} with a user name in the address`, 'the registry has to be fixed');
  }
  if (isPrivate(target.hostname) && !isNear(base, target) && !isListed(target, listed)) {
    throw unsafe(
      base,
      `the private address ${target.host}`,
      `list ${target.host} in insecure-registries if it is meant`,
    );
  }
  return target;
}

/** The same, for addresses that are used like the registry itself: uploads and the next page of a list. */
export function pointedWithin(base: URL, location: string, listed: readonly string[]): URL {
  const target = pointed(base, location, listed);
  if (target.origin !== base.origin && !isListed(target, listed)) {
    throw unsafe(
      base,
      `another host (${target.host})`,
      `list ${target.host} in insecure-registries if it is meant`,
    );
  }
  return target;
}

function isNear(base: URL, target: URL): boolean {
  return target.hostname === base.hostname || (isLoopback(base.hostname) && isLoopback(target.hostname));
}

function unsafe(base: URL, what: string, next: string): OperationError {
  return new OperationError('unsafe', `${base.host} points to ${what}, which is not followed; ${next}`);
}

const PROBE_MS = 5000;
const NOT_TLS = /wrong version number|packet length too long|unknown protocol|http request/i;

/**
 * Does `hostname:port` speak TLS? Asked only of loopback, and only after an answer in plain http that a TLS server
 * gives too (400, or none). A certificate that is not acceptable is TLS all the same: it is refused later, by name.
 */
function speaksTls(hostname: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = tls.connect({ host: hostname, port, timeout: PROBE_MS });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('secureConnect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('close', () => end(false));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const beforeTls = error.syscall === 'connect' || error.code === 'ECONNRESET' || error.code === 'EPIPE';
      end(!beforeTls && !NOT_TLS.test(error.message));
    });
  });
}
