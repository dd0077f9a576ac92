import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

import type { Pair } from './certificate.js';

/** A relay in front of a server that can go away and come back, or show another certificate. */
export interface Gate {
  readonly port: number;
  /** Where connections lead; before it is said they are ended. */
  leadTo(port: number): void;
  /** All connections end, new ones are refused. */
  shut(): void;
  open(): Promise<void>;
  /** All connections end, new ones see this certificate. A gate without TLS only ends them. */
  show(pair: Pair): void;
  /** All connections end; new ones are welcome. */
  drop(): void;
  close(): Promise<void>;
}

/** Starts a gate on 127.0.0.1; with `tls` it speaks TLS outside and plain TCP inside. */
export async function startGate(tls: Pair | null): Promise<Gate> {
  const sockets = new Set<Socket>();
  let inner: number | null = null;
  const relay = (outside: Socket): void => {
    keep(sockets, outside);
    if (inner === null) {
      outside.destroy();
      return;
    }
    const inside = connect(inner, '127.0.0.1');
    keep(sockets, inside);
    // A reset on one side must be one on the other, not a polite end.
    outside.on('close', () => inside.resetAndDestroy());
    inside.on('close', () => outside.destroy());
    outside.pipe(inside).pipe(outside);
  };
  const secure = tls === null ? null : createTlsServer(tls, relay);
  secure?.on('tlsClientError', () => undefined);
  const plain: Server = secure ?? createServer(relay);
  await listen(plain, 0);
  const { port } = plain.address() as AddressInfo;
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  let shut = false;
  return {
    port,
    leadTo: (target) => void (inner = target),
    shut() {
      if (!shut) plain.close();
      shut = true;
      drop();
    },
    async open() {
      if (!shut) return;
      shut = false;
      await listen(plain, port);
    },
    show(pair) {
      secure?.setSecureContext(pair);
      drop();
    },
    drop,
    close() {
      drop();
      return new Promise((resolve) => {
        if (shut) resolve();
        else plain.close(() => resolve());
      });
    },
  };
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on('error', () => undefined);
  socket.on('close', () => sockets.delete(socket));
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
