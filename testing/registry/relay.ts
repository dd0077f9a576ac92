import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A relay in front of a server of any kind. */
export interface Relay {
  /** host:port */
  readonly host: string;
  /** connections so far */
  connections(): number;
  close(): Promise<void>;
}

interface RelayOptions {
  /** where it listens; default 127.0.0.1 */
  readonly address?: string;
  /** milliseconds that bytes take there and back */
  readonly roundTripMs: number;
}

/**
 * Relays TCP to `127.0.0.1:port` as a network that is so far away: every piece arrives half a round trip later, in order, and
 * a new connection costs one round trip before its first byte. Bandwidth has no bound.
 */
export async function startRelay(
  port: number,
  { address = '127.0.0.1', roundTripMs }: RelayOptions,
): Promise<Relay> {
  const open = new Set<Socket>();
  let connections = 0;
  const server = net.createServer({ noDelay: true, pauseOnConnect: true, allowHalfOpen: true }, (client) => {
    connections += 1;
    const upstream = net.connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => open.delete(socket));
    }
    // The handshake on loopback takes no time, so it is made up for with the first piece.
    pass(client, upstream, roundTripMs * 1.5, roundTripMs / 2);
    pass(upstream, client, roundTripMs / 2, roundTripMs / 2);
  });
  await new Promise<void>((resolve) => server.listen(0, address, 1024, resolve));
  return {
    host: `${address}:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Passes what `from` gives on to `to`, each piece after its delay and never before the one before it. */
function pass(from: Socket, to: Socket, firstMs: number, laterMs: number): void {
  const queue: { readonly at: number; readonly piece: Buffer | null }[] = [];
  let last = 0;
  let timer: NodeJS.Timeout | null = null;
  const drain = (): void => {
    timer = null;
    const now = performance.now();
    for (let next = queue[0]; next !== undefined && next.at <= now; next = queue[0]) {
      queue.shift();
      if (next.piece === null) to.end();
      else if (!to.destroyed) to.write(next.piece);
    }
    const next = queue[0];
    if (next !== undefined) timer = setTimeout(drain, Math.max(0, next.at - now));
  };
  const add = (piece: Buffer | null): void => {
    last = Math.max(last, performance.now() + (last === 0 ? firstMs : laterMs));
    queue.push({ at: last, piece });
    timer ??= setTimeout(drain, Math.max(0, last - performance.now()));
  };
  from.on('data', (piece: Buffer) => add(piece));
  from.on('end', () => add(null));
  from.on('close', () => {
    if (from.readableEnded) return;
    if (timer !== null) clearTimeout(timer);
    to.destroy();
  });
  from.resume();
}
