import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import type { Answer } from './answer.js';
import { bufferOf, type Manner } from './fault-effects.js';

/** Sends the answer as HTTP means it; no body for HEAD. */
export async function sendPlainly(response: ServerResponse, answer: Answer, head: boolean): Promise<void> {
  const bodyless = answer.status === 204 || answer.status === 304;
  response.writeHead(answer.status, {
    ...(bodyless ? {} : { 'content-length': String(answer.body.length) }),
    ...answer.headers,
  });
  if (head || bodyless) response.end();
  else if (Buffer.isBuffer(answer.body)) response.end(answer.body);
  else await pipeline(answer.body.open(), response);
}

/** Sends the answer in a way that is wrong on purpose. The connection is of no use afterwards. */
export async function sendBadly(
  response: ServerResponse,
  answer: Answer,
  head: boolean,
  manner: Manner,
): Promise<void> {
  const socket = response.socket;
  if (!socket) return;
  const body = head ? Buffer.alloc(0) : await bufferOf(answer);
  const length = { 'content-length': String(answer.body.length) };
  switch (manner.kind) {
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'stall':
      if (manner.after === 'half') {
        writeHead(socket, answer, length);
        socket.write(body.subarray(0, Math.floor(body.length / 2)));
      }
      await untilClosed(socket);
      return;
    case 'truncate': {
      const part = body.subarray(0, manner.at ?? Math.floor(body.length / 2));
      if (manner.framing === 'chunked') {
        writeHead(socket, answer, { 'transfer-encoding': 'chunked' });
        socket.end(
          Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
        );
      } else {
        writeHead(socket, answer, manner.framing === 'length' ? length : { connection: 'close' });
        socket.end(part);
      }
      return;
    }
    case 'flood':
      await flood(socket, answer, manner);
      return;
    case 'drip':
      writeHead(socket, answer, length);
      for (let at = 0; at < body.length && !socket.destroyed; at += manner.bytes) {
        socket.write(body.subarray(at, at + manner.bytes));
        await sleep(manner.everyMs);
      }
      socket.end();
      return;
  }
}

/** Waits until the other side has had enough. */
export async function untilClosed(socket: Socket): Promise<void> {
  if (!socket.destroyed) await once(socket, 'close');
}

const FLOOD_PART = 16 * 1024 * 1024;

async function flood(
  socket: Socket,
  answer: Answer,
  manner: Extract<Manner, { kind: 'flood' }>,
): Promise<void> {
  const blanks = Buffer.alloc(Math.min(FLOOD_PART, manner.bytes), ' ');
  // A gzip stream may have many members, one after the other (RFC 1952 section 2.2): compress once, send often.
  const part = manner.gzip ? gzipSync(blanks) : blanks.subarray(0, 64 * 1024);
  const parts = Math.ceil(manner.bytes / (manner.gzip ? blanks.length : part.length));
  writeHead(socket, answer, {
    'transfer-encoding': 'chunked',
    ...(manner.gzip ? { 'content-encoding': 'gzip' } : {}),
  });
  for (let sent = 0; sent < parts && !socket.destroyed; sent += 1) {
    socket.write(`${part.length.toString(16)}\r\n`);
    socket.write(part);
    if (!socket.write('\r\n')) await Promise.race([once(socket, 'drain'), untilClosed(socket)]);
  }
  if (!socket.destroyed) socket.end('0\r\n\r\n');
}

/** Straight to the socket, because node:http mends framing that is meant to be wrong. */
function writeHead(socket: Socket, answer: Answer, framing: Readonly<Record<string, string>>): void {
  const headers = Object.entries({ ...answer.headers, ...framing });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`HTTP/1.1 ${answer.status} Fault\r\n${lines}\r\n`, 'latin1');
}
