import type { BuiltImage } from '../../../testing/registry/image.js';
import type { createTransport } from '../../../src/registry/http/transport.js';

type TransportOptions = Parameters<typeof createTransport>[0];

/** An answer seen from outside, without any code of Retag's. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: Buffer;
}

/** One request to a registry; `path` begins with `/v2/`. Brings its own credentials for `repository`. */
export type Raw = (
  method: string,
  path: string,
  repository: string,
  headers?: Readonly<Record<string, string>>,
  body?: Uint8Array,
) => Promise<RawAnswer>;

/** A running registry as the contract suite sees it. */
export interface Place {
  /** as it stands in an image name */
  readonly host: string;
  readonly raw: Raw;
}

/** What this registry is and what it cannot do. Each entry is checked, so that a list that is out of date fails. */
export interface Capabilities {
  /** it has the referrers API */
  readonly referrersApi: boolean;
  /** names of `shapes()` that it refuses to take at all */
  readonly refuses: readonly string[];
  /** it pages its tag list */
  readonly pagesTags: boolean;
}

export interface ContractTarget {
  readonly place: Place;
  /** a second registry; the same one under another name will do */
  readonly other: Place;
  readonly capabilities: Capabilities;
  /** credentials, certificates */
  readonly transport?: Partial<TransportOptions>;
}

/** A `Raw` on node's fetch, for registries over plain http. */
export function rawOf(
  base: string,
  headersFor: (repository: string) => Readonly<Record<string, string>> = () => ({}),
): Raw {
  return async (method, path, repository, headers = {}, body) => {
    const response = await fetch(new URL(path, base), {
      method,
      redirect: 'manual',
      headers: { ...headersFor(repository), ...headers },
      ...(body ? { body: new Uint8Array(body) } : {}),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: Buffer.from(await response.arrayBuffer()),
    };
  };
}

/** Pushes an image with all its parts. @returns the first answer that is a refusal, or null */
export async function push(
  place: Place,
  repository: string,
  tag: string | null,
  what: BuiltImage,
): Promise<RawAnswer | null> {
  for (const { bytes, digest } of what.blobs) {
    const refused = await pushBlob(place, repository, digest, bytes);
    if (refused) return refused;
  }
  for (const child of what.children) {
    const refused = await push(place, repository, null, child);
    if (refused) return refused;
  }
  const path = `/v2/${repository}/manifests/${tag ?? what.digest}`;
  const answer = await place.raw('PUT', path, repository, { 'content-type': what.mediaType }, what.bytes);
  return answer.status === 201 ? null : answer;
}

async function pushBlob(
  place: Place,
  repository: string,
  digest: string,
  bytes: Buffer,
): Promise<RawAnswer | null> {
  const start = await place.raw('POST', `/v2/${repository}/blobs/uploads/`, repository);
  if (start.status !== 202) return start;
  const location = new URL(start.headers.get('location') ?? '', 'http://here');
  const path = `${location.pathname}${location.search === '' ? '?' : `${location.search}&`}digest=${encodeURIComponent(digest)}`;
  const answer = await place.raw(
    'PUT',
    path,
    repository,
    { 'content-type': 'application/octet-stream' },
    bytes,
  );
  return answer.status === 201 ? null : answer;
}

/** The digest behind a tag, by GET and own hash; null on 404. */
export async function rawManifest(
  place: Place,
  repository: string,
  reference: string,
): Promise<Buffer | null> {
  const accept =
    'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, ' +
    'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';
  const answer = await place.raw('GET', `/v2/${repository}/manifests/${reference}`, repository, { accept });
  if (answer.status === 404) return null;
  if (answer.status !== 200)
    throw new Error(`GET ${repository} ${reference}: ${answer.status} ${answer.body.toString()}`);
  return answer.body;
}

/** Which manifests and blobs below `what` are missing in the repository; foreign layers may be. */
export async function missing(place: Place, repository: string, what: BuiltImage): Promise<string[]> {
  const gaps: string[] = [];
  for (const { digest } of what.blobs) {
    const answer = await place.raw('HEAD', `/v2/${repository}/blobs/${digest}`, repository);
    if (answer.status !== 200) gaps.push(`blob ${digest}: ${answer.status}`);
  }
  for (const child of what.children) {
    const held = await rawManifest(place, repository, child.digest);
    if (!held?.equals(child.bytes)) gaps.push(`manifest ${child.digest}`);
    gaps.push(...(await missing(place, repository, child)));
  }
  return gaps;
}
