import net from 'node:net';

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { OperationError } from '../../../src/errors.js';
import { closeAll, kit, listen, request, type TestServer } from '../../support/http-harness.js';

let answer: Buffer = Buffer.alloc(0);
let server: Omit<TestServer, 'seen' | 'url'>;
beforeAll(async () => {
  server = await listen(net.createServer((socket) => void socket.once('data', () => socket.end(answer))));
});
afterAll(async () => {
  closeAll();
  await server.close();
});

const line = fc.constantFrom(
  'HTTP/1.1 200 OK',
  'HTTP/1.1 404 Not Found',
  'HTTP/1.1 401 Unauthorized',
  'HTTP/1.1 307 Temporary Redirect',
  'HTTP/1.1 429 Too Many Requests',
  'HTTP/1.1 999 What',
  'HTTP/1.0 200',
  'HTTP/2 200',
  '',
);
const header = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        'Content-Length',
        'Transfer-Encoding',
        'WWW-Authenticate',
        'Location',
        'Retry-After',
        'Warning',
        'Content-Encoding',
      ),
      fc.oneof(
        fc.constantFrom(
          '0',
          '5',
          '-1',
          '9e15',
          'chunked',
          'gzip',
          '/v2/',
          '//x',
          'http://10.0.0.1/',
          'Bearer realm="',
          'Basic',
          '299 - "',
          '99999999999',
        ),
        fc.string({ maxLength: 20 }),
      ),
    )
    .map(([name, value]) => `${name}: ${value}`),
  fc.string({ maxLength: 20 }),
);
const message = fc
  .tuple(line, fc.array(header, { maxLength: 5 }), fc.uint8Array({ maxLength: 40 }))
  .map(([status, headers, body]) =>
    Buffer.concat([Buffer.from([status, ...headers, '', ''].join('\r\n')), body]),
  );

test('whatever a registry answers: an answer, or an OperationError that names the request', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(message, fc.uint8Array({ maxLength: 200 })), async (bytes) => {
      answer = Buffer.from(bytes);
      const { transport } = kit({ requestTimeoutMs: 100 });
      try {
        const { status, body } = await transport.send(request(server.host, { maxBytes: 64 }));
        expect(status).toBeGreaterThanOrEqual(200);
        expect(body.length).toBeLessThanOrEqual(64);
      } catch (error) {
        expect(error).toBeInstanceOf(OperationError);
        expect(String(error)).toContain(`GET ${server.host}/v2/org/app/manifests/1.0: `);
      } finally {
        transport.close();
      }
    }),
    { numRuns: 100 },
  );
}, 60_000);
