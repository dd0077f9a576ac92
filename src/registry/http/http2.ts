import http2 from 'node:http2';
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import net from 'node:net';
import tls from 'node:tls';
import type { LookupFunction } from 'node:net';
import { OperationError } from '../../errors.js';
import { faultOf, TransportFault } from './errors.js';
import {
  type Cancellation,
  type Incoming,
  type Route,
  silence,
  startTimer,
  type Target,
} from './exchange.js';

/** One HTTP/2 connection (RFC 9113). */
interface Session {
  readonly session: ClientHttp2Session;
  /** host and port as the request names them */
  readonly authority: string;
  /** requests that have a place on it and are not over */
  taken: number;
  /** requests that it has answered */
  answered: number;
  /** `answered` at the last sweep */
  swept: number;
  /** what was silent may be dead: it gets no further request */
  retired: boolean;
}

/** The HTTP/2 connections of one host. */
export interface Sessions {
  /** A place on a connection that has one; null when there is none. */
  route(): Route | null;
  /** Goes on with a connection that speaks HTTP/2. */
  add(socket: tls.TLSSocket, target: Target): void;
  /** Ends the connections that nobody uses; with `unusedSince` only those that were not used since the last sweep. */
  endIdle(unusedSince: 'now' | 'last sweep'): void;
  close(): void;
}

/** What a body may bring before anybody reads it, for one answer and for all of them: none has to wait for another. */
const STREAM_WINDOW = 1024 * 1024;
const CONNECTION_WINDOW = 64 * STREAM_WINDOW;
/** Streams at a time until the host has said how many it allows; RFC 9113 6.5.2 asks hosts for no fewer. */
const USUAL_STREAMS = 100;
const { NGHTTP2_CANCEL, NGHTTP2_HTTP_1_1_REQUIRED, NGHTTP2_REFUSED_STREAM } = http2.constants;

/** @param onHttp1Only the host wants HTTP/1.1 for a request */
export function createSessions(onHttp1Only: () => void): Sessions {
  const sessions = new Set<Session>();
  const hasRoom = ({ session, taken, retired }: Session): boolean =>
    !retired &&
    !session.closed &&
    !session.destroyed &&
    taken < (session.remoteSettings.maxConcurrentStreams ?? USUAL_STREAMS);

  return {
    route() {
      for (const entry of sessions) {
        if (!hasRoom(entry)) continue;
        take(entry);
        return overHttp2(entry, {
          // Requests that are on it already may end on it.
          retire() {
            entry.retired = true;
            entry.session.close();
          },
          onHttp1Only,
        });
      }
      return null;
    },
    add(socket, target) {
      const authority = authorityOf(target);
      const entry: Session = {
        session: sessionOn(socket, authority),
        authority,
        taken: 0,
        answered: 0,
        swept: -1,
        retired: false,
      };
      // Requests hear of errors themselves.
      entry.session.on('error', () => undefined);
      entry.session.on('close', () => sessions.delete(entry));
      entry.session.unref();
      sessions.add(entry);
    },
    endIdle(unusedSince) {
      for (const entry of sessions) {
        const used = unusedSince === 'last sweep' && entry.swept !== entry.answered;
        entry.swept = entry.answered;
        if (entry.taken === 0 && !used) entry.session.destroy();
      }
    },
    close() {
      for (const { session } of sessions) session.destroy();
    },
  };
}

function sessionOn(socket: tls.TLSSocket, authority: string): ClientHttp2Session {
  const session = http2.connect(`https://${authority}`, {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: STREAM_WINDOW },
    // Megabytes; streams that wait to be read count too.
    maxSessionMemory: 128,
  });
  session.once('connect', () => {
    if (!session.destroyed) session.setLocalWindowSize(CONNECTION_WINDOW);
  });
  return session;
}

/** As browsers and Go write it: signed addresses are signed with the host, which has no default port. */
function authorityOf({ hostname, port }: Target): string {
  const host = net.isIPv6(hostname) ? `[${hostname}]` : hostname;
  return port === 443 ? host : `${host}:${port}`;
}

function take(entry: Session): void {
  if (entry.taken++ === 0) entry.session.ref();
}

function leave(entry: Session): void {
  if (--entry.taken === 0 && !entry.session.destroyed) entry.session.unref();
}

interface SessionHooks {
  retire(): void;
  onHttp1Only(): void;
}

/** One request as a stream of its own. */
function overHttp2(entry: Session, hooks: SessionHooks): Route {
  return ({ method, target, headers, hasBody }) => {
    const stream = watchEnd(
      openStream(entry, () =>
        entry.session.request(
          { ...headers, ':method': method, ':path': target.path, ':authority': entry.authority },
          { endStream: !hasBody },
        ),
      ),
    );
    const reused = entry.answered > 0;
    let answered = false;
    let cut = false;
    return {
      body: stream,
      isConnected: () => true,
      cut: () => void (cut = true),
      destroy() {
        stream.close(NGHTTP2_CANCEL);
        if (!answered) hooks.retire();
      },
      listen(heard) {
        stream.on('error', (error: Error) => {
          if (error instanceof TransportFault && error.kind === 'timeout') hooks.retire();
          heard.fault(faultOfStream(entry, stream, error, reused, hooks));
        });
        stream.on('close', () => {
          leave(entry);
          if (!answered) heard.fault(faultOfStream(entry, stream, null, reused, hooks));
        });
        stream.on('response', (received) => {
          answered = true;
          entry.answered++;
          // The rest of the request is not wanted any more (RFC 9113 8.1).
          if (cut) stream.once('end', () => stream.close(NGHTTP2_CANCEL));
          heard.answer(incomingOf(stream, received));
        });
      },
    };
  };
}

function openStream(entry: Session, open: () => ClientHttp2Stream): ClientHttp2Stream {
  try {
    return open();
  } catch (error) {
    leave(entry);
    // The connection is about to end: the request never went out.
    throw new TransportFault('refused', 'the connection was closed', { cause: error, stale: true });
  }
}

/**
 * Adds `complete` to a stream. Node ends what can be read of a stream in the same way when the body has come to its end (END_STREAM)
 * and when it was reset without an error; only in the latter case the stream is closed by then.
 */
function watchEnd(stream: ClientHttp2Stream): ClientHttp2Stream & { complete: boolean } {
  const push = stream.push.bind(stream);
  const watched = Object.assign(stream, {
    complete: false,
    push(chunk: unknown, encoding?: BufferEncoding): boolean {
      if (chunk === null && !stream.closed) watched.complete = true;
      return push(chunk, encoding);
    },
  });
  return watched;
}

function incomingOf(
  stream: ClientHttp2Stream & { complete: boolean },
  received: IncomingHttpHeaders & { ':status'?: number | undefined },
): Incoming {
  const { ':status': statusCode, ...headers } = received;
  return Object.assign(stream, { statusCode, headers, httpVersion: '2.0' });
}

function faultOfStream(
  { session }: Session,
  stream: ClientHttp2Stream,
  error: Error | null,
  reused: boolean,
  hooks: SessionHooks,
): Error {
  if (error instanceof TransportFault || error instanceof OperationError) return error;
  const leaving = session.closed || session.destroyed;
  if (stream.rstCode === NGHTTP2_REFUSED_STREAM) {
    // RFC 9113 8.7: it was not handled. Behind a GOAWAY the next connection will take it, else the host is busy.
    return new TransportFault('refused', 'the request was refused (REFUSED_STREAM)', { stale: leaving });
  }
  if (stream.rstCode === NGHTTP2_HTTP_1_1_REQUIRED) {
    hooks.onHttp1Only();
    return new TransportFault('refused', 'the host wants HTTP/1.1 (HTTP_1_1_REQUIRED)', { stale: true });
  }
  const { code = '' } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === 'ERR_HTTP2_ERROR') {
    return new TransportFault('garbled', `the answer is not HTTP/2 (${error?.message ?? ''})`, {
      cause: error,
    });
  }
  if (error !== null && !code.startsWith('ERR_HTTP2_'))
    return faultOf(error, { connected: true, reused, proxy: null });
  const text = stream.rstCode ? `code ${stream.rstCode}` : 'it was closed';
  return new TransportFault('reset', `the stream was reset (${text})`, {
    cause: error,
    stale: reused && leaving,
  });
}

/** What a connection is opened with. */
export interface Connecting {
  readonly lookup: LookupFunction | undefined;
  readonly connectMs: number;
  readonly cancellation: Cancellation;
}

/**
 * A TLS connection to `target` on which the host has chosen between HTTP/2 and HTTP/1.1 (ALPN, RFC 7301).
 * Rejects as `exchange` does where there is no connection.
 */
export function connectTls(
  { hostname, port }: Target,
  trust: { readonly secureContext?: tls.SecureContext },
  { lookup, connectMs, cancellation }: Connecting,
): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      ...trust,
      host: hostname,
      port,
      ...(net.isIP(hostname) === 0 ? { servername: hostname } : {}),
      ...(lookup === undefined ? {} : { lookup }),
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    const end = (error: Error | null): void => {
      timer.stop();
      unwatch();
      socket.off('close', closed);
      if (error === null) {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(error);
    };
    const closed = (): void => end(new TransportFault('connect', 'no connection (it was closed)'));
    const timer = startTimer(
      () => connectMs,
      (ms) => end(silence(false, ms)),
    );
    const unwatch = cancellation.watch(end);
    socket.once('secureConnect', () => end(null));
    socket.on('close', closed);
    socket.on('error', (error: Error) =>
      end(
        error instanceof OperationError
          ? error
          : faultOf(error, { connected: false, reused: false, proxy: null }),
      ),
    );
  });
}
