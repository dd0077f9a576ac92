import { Agent, createServer, request as open, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Running } from './process.js';

/** One request that went through, in order of arrival. */
export interface Recorded {
  readonly method: string;
  /** path with query */
  readonly path: string;
  /** 0 until the answer has begun */
  status: number;
}

export interface RecordingProxy extends Running {
  /** host:port */
  readonly host: string;
  /** `http://` and the host */
  readonly base: string;
  readonly requests: readonly Recorded[];
  /** how many requests used one of these methods; all of them without a method */
  count(...methods: string[]): number;
  /** forgets what was recorded */
  reset(): void;
}

export interface ProxyOptions {
  /** milliseconds added before each request goes on, or a function of the request */
  readonly delay?: number;
  /** answers in place of the registry when it returns something */
  readonly intercept?: (request: IncomingMessage) => Interception | null;
}

export interface Interception {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * A proxy in front of a registry that counts requests by method and can delay each. It streams both
 * ways and keeps the Host header, so that the registry's Locations lead through the proxy again.
 */
export async function recordingProxy(target: string, options: ProxyOptions = {}): Promise<RecordingProxy> {
  const upstream = new URL(target);
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  let requests: Recorded[] = [];
  const server = createServer((request, response) => {
    const record: Recorded = { method: request.method ?? '', path: request.url ?? '', status: 0 };
    requests.push(record);
    const instead = options.intercept?.(request) ?? null;
    if (instead !== null) {
      record.status = instead.status;
      request.resume();
      response.writeHead(instead.status, { ...instead.headers }).end(instead.body);
      return;
    }
    const onward = (): void => forward(request, response, { upstream, agent, record });
    if (options.delay === undefined) onward();
    else void sleep(options.delay).then(onward);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 1024, resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    base: `http://${host}`,
    get requests() {
      return requests;
    },
    count: (...methods) =>
      requests.filter(({ method }) => methods.length === 0 || methods.includes(method)).length,
    reset: () => void (requests = []),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}

interface Passage {
  readonly upstream: URL;
  readonly agent: Agent;
  readonly record: Recorded;
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { upstream, agent, record }: Passage,
): void {
  const onward = open(
    {
      host: upstream.hostname,
      port: upstream.port,
      method: request.method,
      path: request.url,
      headers: request.headers,
      agent,
    },
    (answer) => {
      record.status = answer.statusCode ?? 0;
      response.writeHead(record.status, answer.headers);
      pipeline(answer, response, () => undefined);
    },
  );
  onward.on('error', () => response.destroy());
  // A client that goes away takes its upstream request with it.
  response.on('close', () => {
    if (!response.writableFinished) onward.destroy();
  });
  pipeline(request, onward, () => undefined);
}
