import { Readable } from 'node:stream';
import { isDigest } from '../../oci/reference.js';
import { checkFraming, finish, readBody, readStart, streamOf } from './body.js';
import { failureOf } from './errors.js';
import { exchange, type Incoming, type Upload } from './exchange.js';
import { proxyRefusal } from './http1.js';
import { type HostState, targetOf } from './host.js';
import { redactUrl } from './redact.js';
import {
  bodyLimits,
  CONNECT_MS,
  ERROR_BYTES,
  flat,
  type RegistryRequest,
  type RegistryResponse,
  type StreamedResponse,
  type Wiring,
} from './types.js';

/** Headers have arrived; the body is still on its way. `release` gives the place among the requests in flight back. */
export interface Answer {
  readonly incoming: Incoming;
  readonly status: number;
  readonly url: URL;
  release(): void;
}

/** A request with everything decided but the connection. */
interface Dispatch {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RegistryRequest['body'];
}

/** Registries on object storage copy a large blob after its last byte has arrived, before they answer. */
const UPLOAD_PATIENCE = 5;

/** One request on the wire, in its turn at `peer`. */
export async function dispatch(wiring: Wiring, peer: HostState, request: Dispatch): Promise<Answer> {
  const { limiter } = peer;
  const lookup = wiring.reach(request.url);
  // Opened before the turn: the source may need a turn at the same registry.
  const body = isOpenable(request.body) ? await opened(request.body) : request.body;
  const turn = limiter.acquire();
  if (turn) await turnFor(body, turn);
  const epoch = limiter.epoch();
  wiring.usage.requests++;
  const sent = wiring.clock.now();
  try {
    const target = targetOf(request.url);
    const { cancellation, idleMs } = wiring;
    const connectMs = Math.min(CONNECT_MS, idleMs);
    const way = wiring.agents.of(target, { lookup, connectMs, cancellation });
    const isUpload = body !== undefined && 'source' in body;
    const { incoming, ms } = await exchange(
      way instanceof Promise ? await way : way,
      {
        method: request.method,
        target,
        headers: { ...standardHeaders(wiring, request.method, body), ...request.headers },
        lookup,
      },
      body,
      {
        idleMs: isUpload ? UPLOAD_PATIENCE * idleMs : idleMs,
        connectMs,
        cancellation,
        onSent: (bytes) => void (wiring.usage.bytes_out += bytes),
      },
    );
    peer.answered();
    wiring.debug(
      `${redactUrl(request.method, request.url)}: ${outcome(incoming, wiring.clock.now() - sent)}`,
    );
    const { headers } = incoming;
    const status = incoming.statusCode ?? 0;
    limiter.answered({ method: request.method, status, headers, epoch, ms: isUpload ? null : ms });
    return received(wiring, peer, incoming, request.url);
  } catch (error) {
    limiter.release();
    throw error;
  }
}

/** `200 in 12 ms, 1234 bytes`: until the headers were there, and what they say of the body. */
function outcome({ statusCode, headers }: Incoming, ms: number): string {
  const length = headers['content-length'];
  return `${statusCode ?? 0} in ${Math.max(0, Math.round(ms))} ms, ${length === undefined ? 'size unknown' : `${length} bytes`}`;
}

type Openable = Exclude<RegistryRequest['body'], Uint8Array | undefined>;

function isOpenable(body: RegistryRequest['body']): body is Openable {
  return body !== undefined && 'open' in body;
}

async function opened(body: Openable): Promise<Upload> {
  return { length: body.length, source: await body.open() };
}

async function turnFor(body: Uint8Array | Upload | undefined, turn: Promise<void>): Promise<void> {
  try {
    await turn;
  } catch (error) {
    if (body && 'source' in body) body.source.destroy();
    throw error;
  }
}

function standardHeaders(
  { userAgent }: Wiring,
  method: string,
  body: Uint8Array | Upload | undefined,
): Record<string, string> {
  // node would not decode a compressed body, but a registry may send one to whoever does not say no.
  const headers: Record<string, string> = { 'user-agent': userAgent, 'accept-encoding': 'identity' };
  if (body || (method !== 'GET' && method !== 'HEAD')) headers['content-length'] = String(body?.length ?? 0);
  return headers;
}

function received(wiring: Wiring, peer: HostState, incoming: Incoming, url: URL): Answer {
  const { limiter } = peer;
  const status = incoming.statusCode ?? 0;
  if (status === 407 && wiring.agents.viaPlainProxy(targetOf(url))) {
    incoming.destroy();
    throw proxyRefusal(status);
  }
  const { warning } = incoming.headers;
  if (typeof warning === 'string') wiring.warn(url.host, warning);
  let held = true;
  return {
    incoming,
    status,
    url,
    release() {
      if (held) limiter.release();
      held = false;
    },
  };
}

/** Reads an answer that is not needed, so that its connection can be used again. */
export async function discard(wiring: Wiring, answer: Answer): Promise<void> {
  try {
    await readStart(answer.incoming, bodyLimits(wiring, ERROR_BYTES));
  } finally {
    answer.release();
  }
}

/** The whole answer in memory. The place among the requests in flight is given back when it is read. */
export async function whole(
  wiring: Wiring,
  request: RegistryRequest,
  answer: Answer,
): Promise<RegistryResponse> {
  const { incoming, status, url } = answer;
  try {
    const body = await bodyOf(wiring, request, answer);
    return { status, headers: flat(incoming.headers), body, url };
  } catch (error) {
    incoming.destroy();
    throw error;
  } finally {
    answer.release();
  }
}

/**
 * The answer with its body still to come. The place among the requests in flight is given back at once: a download
 * that feeds an upload to the same registry would otherwise wait for itself.
 */
export async function streamed(
  wiring: Wiring,
  request: RegistryRequest,
  answer: Answer,
): Promise<StreamedResponse> {
  const { incoming, status, url } = answer;
  if (status >= 300) {
    const { body, ...rest } = await whole(wiring, request, answer);
    return { ...rest, stream: Readable.from([body], { objectMode: false }) };
  }
  answer.release();
  try {
    checkFraming(incoming, request.maxBytes, isAddressed(request));
  } catch (error) {
    incoming.destroy();
    throw error;
  }
  const what = redactUrl(request.method, url);
  const limits = bodyLimits(wiring, request.maxBytes);
  const onBytes = (bytes: number): void => {
    limits.onBytes(bytes);
    wiring.relieve(bytes);
  };
  const stream = streamOf(incoming, { ...limits, onBytes }, (error) =>
    failureOf(error, what, 1, (text) => wiring.secrets.scrub(text)),
  );
  return { status, headers: flat(incoming.headers), url, stream };
}

function bodyOf(wiring: Wiring, request: RegistryRequest, { incoming, status }: Answer): Promise<Buffer> {
  if (request.method === 'HEAD' || status === 204 || status === 304) {
    return finish(incoming);
  }
  // An error's text is shown to people; a write's answer says all in its headers. Neither is worth refusing.
  if (status >= 300 || request.method !== 'GET') {
    const limits = bodyLimits(wiring, Math.min(ERROR_BYTES, request.maxBytes || ERROR_BYTES));
    // Whether a thing is absent stands in the body of a 404: half of it must not pass for a registry's last word.
    const whole = status === 404 && request.method === 'GET';
    return readStart(incoming, limits, whole).then((start) => scrubbed(wiring, start));
  }
  checkFraming(incoming, request.maxBytes, isAddressed(request));
  return readBody(incoming, bodyLimits(wiring, request.maxBytes));
}

/** A registry may echo what it was sent. */
function scrubbed({ secrets }: Wiring, body: Buffer): Buffer {
  const text = body.toString('utf8');
  const clean = secrets.scrub(text);
  return clean === text ? body : Buffer.from(clean, 'utf8');
}

/** Does the request name the digest of what it asks for? Then the caller's hash shows what the framing cannot. */
function isAddressed({ path }: RegistryRequest): boolean {
  return typeof path === 'string' && isDigest(path.slice(path.lastIndexOf('/') + 1));
}
