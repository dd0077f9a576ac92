import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Raw } from '../../__tests__/support/registry-contract/place.js';

/** A host that is not the registry: it writes down what it is told, and gives what it is made to give. */
export interface Stranger {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
}

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  body: string;
}

/** With `content` it answers reads as that registry would, as the storage behind registries does; else 404. */
export async function startStranger(content: Raw | null): Promise<Stranger> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const entry: SeenRequest = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: '',
    };
    seen.push(entry);
    request.setEncoding('latin1');
    request.on('data', (chunk: string) => (entry.body += chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      const repository = /^\/v2\/(.+)\/(?:manifests|blobs|tags|referrers)\//.exec(entry.url)?.[1];
      if (content === null || repository === undefined || !['GET', 'HEAD'].includes(entry.method)) {
        response.writeHead(404).end();
        return;
      }
      const accept = entry.headers.accept === undefined ? {} : { accept: entry.headers.accept };
      void content(entry.method, entry.url, repository, accept).then((answer) => {
        const names = ['content-type', 'docker-content-digest', 'content-length'];
        const headers = names.flatMap((name) => {
          const value = answer.headers.get(name);
          return value === null ? [] : [[name, value] as const];
        });
        response.writeHead(answer.status, Object.fromEntries(headers)).end(answer.body);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
