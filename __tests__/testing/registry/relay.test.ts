import net from 'node:net';

import { afterEach, expect, test } from '@jest/globals';

import { startRelay, type Relay } from '../../../testing/registry/relay.js';
import { listen } from '../../support/http-harness.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function relayTo(serve: (socket: net.Socket) => void, roundTripMs: number): Promise<Relay> {
  const server = await listen(net.createServer(serve));
  const relay = await startRelay(server.port, { roundTripMs });
  open.push(relay, server);
  return relay;
}

function connect(relay: Relay): net.Socket {
  const socket = net.connect(Number(relay.host.split(':')[1]), '127.0.0.1');
  socket.on('error', () => undefined);
  return socket;
}

test('passes everything on, whole and in order, and the end of both sides', async () => {
  const relay = await relayTo((socket) => socket.pipe(socket), 4);
  const sent = Buffer.from(Array.from({ length: 50_000 }, (_, n) => n % 251));
  const socket = connect(relay);
  for (let at = 0; at < sent.length; at += 1000) socket.write(sent.subarray(at, at + 1000));
  socket.end();
  const received: Buffer[] = [];
  for await (const piece of socket) received.push(piece as Buffer);
  expect(Buffer.concat(received).equals(sent)).toBe(true);
  expect(relay.connections()).toBe(1);
});

test('takes at least a round trip for an answer, and one more for the first', async () => {
  const relay = await relayTo((socket) => socket.on('data', (piece) => socket.write(piece)), 60);
  const socket = connect(relay);
  const ask = async (): Promise<number> => {
    const started = performance.now();
    socket.write('x');
    await new Promise((resolve) => socket.once('data', resolve));
    return performance.now() - started;
  };
  expect(await ask()).toBeGreaterThanOrEqual(118);
  expect(await ask()).toBeGreaterThanOrEqual(58);
});

test('a reset of the server ends the client too', async () => {
  const relay = await relayTo((socket) => socket.once('data', () => socket.resetAndDestroy()), 4);
  const socket = connect(relay);
  socket.write('x');
  await new Promise((resolve) => socket.once('close', resolve));
});
