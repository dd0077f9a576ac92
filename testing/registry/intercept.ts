import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Intercept } from './http.js';
import type { Answer, Call } from './request.js';
import {
  altered,
  bufferOf,
  type Fault,
  type FaultList,
  faultName,
  type Manner,
  mannerOf,
  parts,
  replacement,
} from './faults.js';
import { endStream, sendBadlyOver, streamOf, untilClosed as untilStreamClosed } from './http2.js';

/** Lets the faults of the list have their way with every request. */
export function interceptBy(list: FaultList): Intercept {
  return (call) => {
    const faults = list.take(call);
    if (faults.length === 0) return null;
    const manner = faults.map(mannerOf).find((found): found is Manner => found !== null);
    return {
      faults: faults.map(faultName),
      answers: manner?.kind !== 'reset',
      answer: (request, handle) => answerUnder(faults, call, request, handle),
      send: manner ? (response, answer) => sendBadly(response, answer, call.method === 'HEAD', manner) : null,
    };
  };
}

/** The answer after the faults that strike before and at handling; null when the connection is gone. */
async function answerUnder(
  faults: readonly Fault[],
  call: Call,
  request: IncomingMessage,
  handle: () => Answer | Promise<Answer>,
): Promise<Answer | null> {
  let instead: Answer | null = null;
  const stream = streamOf(request);
  for (const fault of faults) {
    if (fault.kind === 'call' && fault.when === 'before') await fault.onRequest(call);
    if (fault.kind === 'delay') await sleep(fault.ms);
    if (fault.kind === 'stall' && fault.when === 'headers') await untilGone(request);
    if (fault.kind === 'reset' && fault.when !== 'after') await resetEarly(request, fault.when);
    if (fault.kind === 'http2' && fault.when === 'before' && stream !== null) {
      endStream(stream, fault.how);
      return null;
    }
    if (stream === null ? request.socket.destroyed : stream.closed || stream.destroyed) return null;
    instead ??= replacement(fault, call);
  }
  let answer = instead ?? (await handle());
  for (const fault of faults) {
    if (fault.kind === 'call' && fault.when === 'after') await fault.onRequest(call);
    answer = await altered(fault, call, answer);
  }
  return answer;
}

async function resetEarly(request: IncomingMessage, when: 'before' | 'during'): Promise<void> {
  // The first bytes of the body, or its end when there is none.
  if (when === 'during') await request.iterator({ destroyOnReturn: false }).next();
  const session = streamOf(request)?.session;
  if (session) session.destroy();
  else request.socket.resetAndDestroy();
}

function untilGone(request: IncomingMessage): Promise<void> {
  const stream = streamOf(request);
  return stream === null ? untilClosed(request.socket) : untilStreamClosed(stream);
}

/** Sends the answer in a way that is wrong on purpose. The connection is of no use afterwards. */
async function sendBadly(
  response: ServerResponse,
  answer: Answer,
  head: boolean,
  manner: Manner,
): Promise<void> {
  const body = head ? Buffer.alloc(0) : await bufferOf(answer);
  const stream = streamOf(response);
  if (stream !== null) return sendBadlyOver(stream, answer, body, manner);
  const socket = response.socket;
  if (!socket) return;
  const length = { 'content-length': String(answer.body.length) };
  switch (manner.kind) {
    case 'reset':
    case 'http2':
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
async function untilClosed(socket: Socket): Promise<void> {
  if (!socket.destroyed) await once(socket, 'close');
}

async function flood(
  socket: Socket,
  answer: Answer,
  manner: Extract<Manner, { kind: 'flood' }>,
): Promise<void> {
  writeHead(socket, answer, {
    'transfer-encoding': 'chunked',
    ...(manner.gzip ? { 'content-encoding': 'gzip' } : {}),
  });
  for (const part of parts(manner)) {
    if (socket.destroyed) return;
    socket.write(`${part.length.toString(16)}\r\n`);
    socket.write(part);
    if (!socket.write('\r\n')) await Promise.race([once(socket, 'drain'), untilClosed(socket)]);
  }
  if (!socket.destroyed) socket.end('0\r\n\r\n');
}

/** Straight to the socket, because node:http corrects framing that is meant to be wrong. */
function writeHead(socket: Socket, answer: Answer, framing: Readonly<Record<string, string>>): void {
  const headers = Object.entries({ ...answer.headers, ...framing });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`HTTP/1.1 ${answer.status} Fault\r\n${lines}\r\n`, 'latin1');
}
