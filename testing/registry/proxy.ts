import { Agent, type IncomingMessage, request as send } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { http2Server } from './http2.js';
import { listen, type LoggedRequest, type TlsOptions } from './http.js';
import { type Answer, bytes, type Call, refusal } from './request.js';
import { createFaultList, type FaultList, type FaultRule } from './faults.js';
import { interceptBy } from './intercept.js';

interface ProxyOptions {
  /** default 0: any free port */
  readonly port?: number;
  readonly faults?: readonly FaultRule[];
  /** HTTP/2 over TLS instead of plain HTTP/1.1 */
  readonly http2?: TlsOptions;
  /** milliseconds since the epoch, for the log. Default the real clock */
  readonly now?: () => number;
}

/** The same faults in front of a registry of any kind. */
export interface FaultProxy {
  readonly url: string;
  readonly host: string;
  readonly requests: readonly LoggedRequest[];
  readonly faults: Pick<FaultList, 'set' | 'fired'>;
  close(): Promise<void>;
}

/**
 * Starts a proxy on 127.0.0.1 that stands for the registry at `upstream` (`http://host:port`). The Host header
 * is passed on, so that registries which build absolute Locations build them for the proxy.
 * @param upstream a function where it is known only later
 */
export async function startProxy(
  upstream: string | (() => string),
  options: ProxyOptions = {},
): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  const faults = createFaultList(options.faults);
  const requests: LoggedRequest[] = [];
  const listening = await listen({
    intercept: interceptBy(faults),
    log: requests,
    now: options.now ?? Date.now,
    port: options.port ?? 0,
    handle: (call) => forward(typeof upstream === 'string' ? upstream : upstream(), agent, call),
    ...(options.http2 === undefined ? {} : { serverOf: http2Server(options.http2), scheme: 'https' }),
  });
  return {
    url: listening.url,
    host: listening.host,
    requests,
    faults,
    async close() {
      await listening.close();
      agent.destroy();
    },
  };
}

// Headers that are about one connection and not about the message (RFC 9110 section 7.6.1).
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade'];

async function forward(upstream: string, agent: Agent, call: Call): Promise<Answer> {
  try {
    const response = await exchange(upstream, agent, call);
    const headers = withoutHops(response.headers);
    const { 'content-length': length, ...rest } = headers;
    return bytes(response.statusCode ?? 502, await bodyOf(response, call, length), rest);
  } catch (error) {
    return refusal(502, 'UNAVAILABLE', `no answer from the registry: ${String(error)}`);
  }
}

function exchange(upstream: string, agent: Agent, call: Call): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = send(upstream + call.url, {
      agent,
      method: call.method,
      headers: onward(call.headers),
    });
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    // A client that goes away mid-body must look the same to the registry.
    pipeline(call.body, outgoing, (error) => {
      if (error) reject(error);
    });
  });
}

/** Small bodies are taken in at once, which frees the connection whatever a fault does to the answer. */
async function bodyOf(
  response: IncomingMessage,
  call: Call,
  length: string | undefined,
): Promise<Answer['body']> {
  const size = Number(length ?? 0);
  if (call.method === 'HEAD') {
    response.resume();
    return { length: size, open: () => Readable.from([]) };
  }
  if (length !== undefined && size > STREAM_ABOVE) return { length: size, open: () => response };
  return buffer(response);
}

const STREAM_ABOVE = 1024 * 1024;

/** As HTTP/1.1 has them: the pseudo-headers of HTTP/2 stand for the request line and Host (RFC 9113 8.3.1). */
function onward({
  ':authority': authority,
  ...headers
}: Readonly<Record<string, string>>): Record<string, string> {
  const plain = Object.entries(headers).filter(([name]) => !name.startsWith(':'));
  return withoutHops({
    ...Object.fromEntries(plain),
    ...(authority === undefined ? {} : { host: authority }),
  });
}

function withoutHops(headers: IncomingMessage['headers']): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}
