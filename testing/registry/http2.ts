import http2 from 'node:http2';
import type {
  Http2ServerRequest,
  Http2ServerResponse,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import type { TlsOptions } from './http.js';
import type { Answer } from './request.js';
import { type Manner, parts } from './faults.js';

/** A server for HTTP/2 over TLS, to be used like one of node:http. */
export function http2Server(tls: TlsOptions): (listener: RequestListener) => Server {
  return (listener) => {
    const sessions = new Set<ServerHttp2Session>();
    const server = http2.createSecureServer(tls, listener as never);
    server.on('session', (session) => {
      sessions.add(session);
      session.on('error', () => undefined);
      session.on('close', () => sessions.delete(session));
    });
    server.on('sessionError', () => undefined);
    const closeAllConnections = (): void => {
      for (const session of sessions) session.destroy();
    };
    return Object.assign(server, { closeAllConnections }) as unknown as Server;
  };
}

/** The stream of a request or an answer; null over HTTP/1.1. */
export function streamOf(message: IncomingMessage | ServerResponse): ServerHttp2Stream | null {
  const { stream } = message as unknown as Partial<Http2ServerRequest | Http2ServerResponse>;
  return stream ?? null;
}

/** How a host answers a request with HTTP/2's own means: it did not handle it, or it did and no answer comes. */
export type StreamEnd = 'REFUSED_STREAM' | 'GOAWAY' | 'INTERNAL_ERROR' | 'CANCEL' | 'a flood of SETTINGS';

export function endStream(stream: ServerHttp2Stream, how: StreamEnd): void {
  const { session } = stream;
  const codes = http2.constants;
  switch (how) {
    case 'REFUSED_STREAM':
      stream.close(codes.NGHTTP2_REFUSED_STREAM);
      return;
    case 'GOAWAY':
      // The last stream that was handled is the one before.
      session?.goaway(codes.NGHTTP2_NO_ERROR, Math.max(0, (stream.id ?? 1) - 2));
      return;
    case 'INTERNAL_ERROR':
      stream.close(codes.NGHTTP2_INTERNAL_ERROR);
      return;
    case 'CANCEL':
      stream.close(codes.NGHTTP2_CANCEL);
      return;
    case 'a flood of SETTINGS':
      for (let at = 0; at < 2000; at++) session?.settings({ initialWindowSize: 65_535 + at });
      session?.destroy();
  }
}

/** Sends the answer in a way that is wrong on purpose, as far as HTTP/2 knows such a way. */
export async function sendBadlyOver(
  stream: ServerHttp2Stream,
  answer: Answer,
  body: Buffer,
  manner: Manner,
): Promise<void> {
  const length = { 'content-length': String(answer.body.length) };
  const head = (more: Record<string, string> = {}): void =>
    stream.respond({ ':status': answer.status, ...answer.headers, ...more });
  switch (manner.kind) {
    case 'reset':
      stream.session?.destroy();
      return;
    case 'http2':
      endStream(stream, manner.how);
      return;
    case 'stall':
      if (manner.after === 'half') {
        head(length);
        stream.write(body.subarray(0, Math.floor(body.length / 2)));
      }
      await untilClosed(stream);
      return;
    case 'truncate': {
      const part = body.subarray(0, manner.at ?? Math.floor(body.length / 2));
      head(manner.framing === 'length' ? length : {});
      if (manner.framing !== 'chunked') return void stream.end(part);
      // An end without a length would be one: the connection goes.
      stream.write(part, () => setImmediate(() => stream.session?.destroy()));
      return;
    }
    case 'flood':
      head(manner.gzip ? { 'content-encoding': 'gzip' } : {});
      for (const part of parts(manner)) {
        if (stream.destroyed) return;
        if (!stream.write(part)) await Promise.race([once(stream, 'drain'), untilClosed(stream)]);
      }
      stream.end();
      return;
    case 'drip':
      head(length);
      for (let at = 0; at < body.length && !stream.destroyed; at += manner.bytes) {
        stream.write(body.subarray(at, at + manner.bytes));
        await sleep(manner.everyMs);
      }
      stream.end();
  }
}

/** Waits until the other side has had enough. */
export async function untilClosed(stream: ServerHttp2Stream): Promise<void> {
  if (!stream.closed && !stream.destroyed) await once(stream, 'close').catch(() => undefined);
}
