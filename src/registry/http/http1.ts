import http from 'node:http';
import https from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { OperationError } from '../../errors.js';
import { faultOf, TransportFault } from './errors.js';
import type { Route } from './exchange.js';

/** Requests over HTTP/1.1; the connection is left to its agent afterwards. */
export function overHttp1(agent: http.Agent): Route {
  return ({ method, target, headers, lookup }) => {
    const { hostname: host, port, path, secure } = target;
    // The protocol is what proxy agents find a kept connection again by.
    const options = { method, host, port, path, headers, agent, ...(lookup === undefined ? {} : { lookup }) };
    const wire = secure
      ? https.request({ protocol: 'https:', ...options })
      : http.request({ protocol: 'http:', ...options });
    let connected = false;
    return {
      body: wire,
      isConnected: () => connected,
      cut: () => void (wire.shouldKeepAlive = false),
      destroy: () => void wire.destroy(),
      listen(heard) {
        whenConnected(wire, () => {
          connected = true;
          heard.connected();
        });
        let answered = false;
        const judged = (error: Error): Error =>
          error instanceof OperationError
            ? error
            : faultOf(error, { connected, reused: wire.reusedSocket, proxy: proxyOf(agent) });
        wire.on('error', (error) => heard.fault(judged(error)));
        wire.on('close', () => {
          // Neither answer nor error: a 101, or an agent that gave up. Every request ends here, so no error is made in vain.
          if (!answered)
            heard.fault(
              new TransportFault('reset', 'the connection was closed', { stale: wire.reusedSocket }),
            );
        });
        wire.on('proxyConnect', ({ statusCode }: { statusCode?: number }) => {
          // A proxy that is asked for the whole URL has no answer of its own at this point.
          if (statusCode !== undefined && statusCode !== 200) heard.fault(proxyRefusal(statusCode));
        });
        wire.on('response', (incoming) => {
          answered = true;
          if (isReusable(method, incoming)) wire.shouldKeepAlive = true;
          heard.answer(incoming);
        });
      },
    };
  };
}

/**
 * node gives a connection up when an answer has no length, also where the answer to HEAD has no body whose end could
 * be missed. Many registries send such a 404, and looking at tags is what Retag does most.
 */
function isReusable(method: string, { headers, httpVersion }: IncomingMessage): boolean {
  return method === 'HEAD' && httpVersion === '1.1' && headers.connection?.toLowerCase() !== 'close';
}

/** An answer to CONNECT that is not 200 comes from the proxy; 5xx says that it could not reach the registry now. */
export function proxyRefusal(status: number): TransportFault {
  return new TransportFault(
    status >= 500 ? 'connect' : 'proxy',
    `the proxy answered HTTP ${status}; see HTTPS_PROXY, HTTP_PROXY and NO_PROXY`,
  );
}

/** Nothing can have been sent before the connection (and its TLS) stands. */
function whenConnected(wire: ClientRequest, connected: () => void): void {
  wire.once('socket', (socket: Socket & { encrypted?: boolean }) => {
    if (socket.connecting) socket.once(socket.encrypted ? 'secureConnect' : 'connect', connected);
    else connected();
  });
}

/** The proxy of an agent, as the two proxy agents name it; without the login that its URL may have. */
function proxyOf(agent: http.Agent): string | null {
  return 'proxy' in agent && agent.proxy instanceof URL ? agent.proxy.host : null;
}
