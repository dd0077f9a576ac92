import { createHash } from 'node:crypto';
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Release {
  readonly id: number;
  readonly tag_name: string;
  readonly draft: boolean;
  readonly body: string;
  readonly make_latest?: string;
  readonly upload_url: string;
  assets: { readonly id: number; readonly name: string; readonly sha256: string }[];
}

/** A server that keeps releases, assets and refs of one repository as GitHub's API does. */
export interface ReleasesApi {
  releases: Release[];
  /** full name → commit */
  refs: Map<string, string>;
  /** method and path of every request */
  asked: string[];
  /** the request that is answered with 502, once; -1: none */
  failing: number;
  /** scheme and host */
  readonly address: string;
  close(): Promise<void>;
}

/** @param certificate for https: PEM texts of a certificate and its key */
export async function startReleasesApi(certificate?: { cert: string; key: string }): Promise<ReleasesApi> {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void bytesOf(request).then((body) => {
      const { pathname, searchParams } = new URL(request.url ?? '', api.address);
      api.asked.push(`${request.method ?? ''} ${pathname}`);
      const fails = api.asked.length - 1 === api.failing;
      const path = pathname.replace(/^.*\/repos\/[^/]+\/[^/]+\//, '');
      const given = fails ? undefined : answer(api, request.method ?? '', path, searchParams, body);
      const status = fails ? 502 : given === undefined ? 404 : 200;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(given ?? {}));
    });
  };
  const server = certificate === undefined ? createPlain(listener) : createSecure(certificate, listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const scheme = certificate === undefined ? 'http' : 'https';
  const api: ReleasesApi = {
    releases: [],
    refs: new Map(),
    asked: [],
    failing: -1,
    address: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return api;
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function answer(
  api: ReleasesApi,
  method: string,
  path: string,
  query: URLSearchParams,
  body: Buffer,
): unknown {
  const given = () => JSON.parse(body.toString()) as Record<string, string> & { draft: boolean };
  const route = `${method} ${path}`;
  const [, id] = /releases\/(\d+)/.exec(route) ?? [];
  const release = api.releases.find((one) => String(one.id) === id);
  if (route === 'GET releases') return api.releases;
  if (route === 'POST releases') {
    const made = { ...given(), id: 100 + api.releases.length, assets: [] as Release['assets'] };
    const upload_url = `${api.address}/repos/o/r/releases/${made.id}/assets{?name,label}`;
    api.releases.push({ ...made, upload_url } as unknown as Release);
    return api.releases.at(-1);
  }
  if (method === 'POST' && route.endsWith('/assets')) {
    const name = query.get('name') ?? '';
    if (release?.assets.some((asset) => asset.name === name) !== false) return undefined;
    const sha256 = createHash('sha256').update(body).digest('hex');
    return release.assets.push({ id: api.asked.length, name, sha256 });
  }
  if (route.startsWith('DELETE releases/assets/')) {
    const asset = Number(route.split('/').at(-1));
    for (const one of api.releases)
      if (one.draft) one.assets = one.assets.filter((each) => each.id !== asset);
    return {};
  }
  if (method === 'PATCH' && release !== undefined) return Object.assign(release, given());
  return refAnswer(api.refs, method, path.replace('git/', ''), given);
}

function refAnswer(
  refs: Map<string, string>,
  method: string,
  path: string,
  given: () => Record<string, string>,
): unknown {
  const full = `refs/${path.replace(/^(?:matching-refs|refs?)\//, '')}`;
  const found = refs.get(full);
  if (path.startsWith('matching-refs/')) {
    return [...refs].filter(([ref]) => ref.startsWith(full)).map(([ref, sha]) => ({ ref, object: { sha } }));
  }
  if (method === 'GET') return found && { ref: full, object: { sha: found } };
  const { ref = full, sha = '' } = given();
  if ((method === 'POST') === refs.has(ref)) return undefined;
  refs.set(ref, sha);
  return {};
}
