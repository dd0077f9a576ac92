import { Agent, type IncomingMessage, request as send } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { listen, type LoggedRequest } from './http.js';
import { type Answer, bytes, type Call, refusal } from './request.js';
import { createFaultList, type FaultList, type FaultRule } from './faults.js';
import { interceptBy } from './intercept.js';

interface ProxyOptions {
  /** default 0: any free port */
  readonly port?: number;
  readonly faults?: readonly FaultRule[];
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
 */
export async function startProxy(upstream: string, options: ProxyOptions = {}): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  const faults = createFaultList(options.faults);
  const requests: LoggedRequest[] = [];
  const listening = await listen({
    intercept: interceptBy(faults),
    log: requests,
    now: options.now ?? Date.now,
    port: options.port ?? 0,
    handle: (call) => forward(upstream, agent, call),
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
      headers: withoutHops(call.headers),
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

function withoutHops(headers: IncomingMessage['headers']): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}
