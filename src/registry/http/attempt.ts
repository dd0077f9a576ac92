import { OperationError } from '../../errors.js';
import { discard, dispatch, type Answer } from './dispatch.js';
import { targetOf, type Endpoint } from './endpoint.js';
import { WireFault } from './fault.js';
import { isRedirect, MAX_HOPS, pointed, pointedWithin } from './redirect.js';
import { speaksTls } from './tls-probe.js';
import type { RegistryRequest } from './types.js';
import type { Wiring } from './wiring.js';

const MAX_AUTH_ROUNDS = 2;

/** The URL of a request as things stand; an upload's URL is checked again here, whoever made it. */
export function urlOf(endpoint: Endpoint, request: RegistryRequest, listed: readonly string[]): URL {
  if (request.path instanceof URL) return pointedWithin(endpoint.api(), request.path.href, listed);
  return new URL(`${endpoint.origin()}/v2/${request.repository.repository}/${request.path}`);
}

/** One try: with login as the registry wants it (at most two rounds) and redirects followed where the request allows it. */
export async function attempt(
  wiring: Wiring,
  endpoint: Endpoint,
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
function challengeOf({ status, url, incoming }: Answer, endpoint: Endpoint): string | undefined {
  if (status !== 401 && status !== 403) return undefined;
  return isAway(endpoint, url) ? undefined : incoming.headers['www-authenticate'];
}

function isAway(endpoint: Endpoint, path: string | URL): boolean {
  return path instanceof URL && path.origin !== endpoint.origin();
}

/** Plain http to loopback is a guess; what a TLS server answers to it (400, or nothing) leads to a look at TLS, once. */
async function schemeFound(
  wiring: Wiring,
  endpoint: Endpoint,
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
    const suspicious = error instanceof WireFault && (error.kind === 'reset' || error.kind === 'garbled');
    if (!suspicious || !(await speaksTls(hostname, port))) throw error;
  }
  endpoint.speak('https');
  return followed(wiring, endpoint, request, sent);
}

async function followed(
  wiring: Wiring,
  endpoint: Endpoint,
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
