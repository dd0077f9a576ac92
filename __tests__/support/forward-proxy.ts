import http from 'node:http';
import net from 'node:net';

import { listen } from './http-harness.js';

/** A proxy that connects every host to `port` on loopback, or answers `status` to CONNECT. It writes down what was asked. */
export async function startForwardProxy(port: number, status = 200) {
  const asked: { line: string; auth: string | undefined }[] = [];
  const server = http.createServer((incoming, response) => {
    asked.push({ line: `${incoming.method} ${incoming.url}`, auth: incoming.headers['proxy-authorization'] });
    if (status !== 200) return void response.writeHead(status).end('proxy says no');
    const path = new URL(incoming.url!).pathname;
    incoming.pipe(
      http.request(
        { port, host: '127.0.0.1', path, method: incoming.method!, headers: incoming.headers },
        (answer) => {
          response.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(response);
        },
      ),
    );
  });
  server.on('connect', (incoming, socket, head) => {
    asked.push({ line: `CONNECT ${incoming.url}`, auth: incoming.headers['proxy-authorization'] });
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
    const upstream = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  const listening = await listen(server);
  return { ...listening, asked };
}
