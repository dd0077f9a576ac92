/**
 * A registry inside this process, for `retag demo`: manifests by tag and digest, the blobs that were put there, and of the
 * distribution-spec only what promotions within one repository need. It holds everything in memory.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { digestOf } from '../oci/digest.js';
import type { Manifest } from '../oci/manifest.js';

/** What the registry holds; manifests and blobs are served alike. */
interface Store {
  /** Stores a manifest without a request; with a null tag by digest only. */
  putManifest(repository: string, tag: string | null, manifest: Manifest): void;
  /** Stores a blob without a request; gives its digest. */
  putBlob(content: Buffer): string;
  find(repository: string, reference: string): Manifest | undefined;
}

export interface EmbeddedRegistry extends Omit<Store, 'find'> {
  /** `127.0.0.1:PORT`, as it stands in an image name */
  readonly host: string;
  /** of all requests since the start */
  readonly methods: readonly string[];
  close(): Promise<void>;
}

/** Starts a registry on 127.0.0.1. It holds nothing, and forgets everything when it is closed. */
export async function startRegistry(): Promise<EmbeddedRegistry> {
  const methods: string[] = [];
  const store = createStore();
  const server = createServer((request, response) => {
    methods.push(request.method ?? '');
    void answer(store, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...store,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    methods,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function createStore(): Store {
  const held = new Map<string, Manifest>();
  return {
    putManifest(repository, tag, manifest) {
      held.set(manifest.digest, manifest);
      if (tag !== null) held.set(`${repository}:${tag}`, manifest);
    },
    putBlob(bytes) {
      const digest = digestOf(bytes);
      held.set(digest, { bytes, digest, mediaType: 'application/octet-stream' });
      return digest;
    },
    find: (repository, reference) => held.get(reference) ?? held.get(`${repository}:${reference}`),
  };
}

const PATH = /^\/v2\/(.+)\/(?:manifests|blobs)\/([^/]+)$/;

/** Takes what is put, and gives what is asked for; Node leaves the body out for a HEAD. */
async function answer(store: Store, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, repository = '', reference = ''] = PATH.exec(request.url ?? '') ?? [];
  if (request.method === 'PUT') {
    const bytes = await buffer(request);
    const digest = digestOf(bytes);
    store.putManifest(repository, reference, {
      bytes,
      digest,
      mediaType: request.headers['content-type'] ?? '',
    });
    response.writeHead(201, { 'content-length': 0, 'docker-content-digest': digest }).end();
    return;
  }
  const found = store.find(repository, reference);
  const body = found?.bytes ?? unknown(reference);
  response.writeHead(found === undefined ? 404 : 200, {
    'content-length': body.length,
    'content-type': found?.mediaType ?? 'application/json; charset=utf-8',
    ...(found === undefined ? {} : { 'docker-content-digest': found.digest }),
  });
  response.end(body);
}

function unknown(reference: string): Buffer {
  const error = {
    code: 'MANIFEST_UNKNOWN',
    message: 'manifest unknown',
    detail: `unknown reference ${reference}`,
  };
  return Buffer.from(`${JSON.stringify({ errors: [error] })}\n`);
}
