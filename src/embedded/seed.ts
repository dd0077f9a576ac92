import type { BuiltImage } from './images.js';
import type { StoredManifest } from './store.js';

/** What an image can be put into directly: an EmbeddedRegistry, for one. */
export interface SeedTarget {
  putManifest(repository: string, tag: string | null, manifest: StoredManifest): void;
  putBlob(repository: string, content: Buffer, like?: string): string;
}

/** Puts the image with all its parts into the registry, without requests; with a null tag by digest only. */
export function seed(target: SeedTarget, repository: string, tag: string | null, image: BuiltImage): void {
  for (const { bytes, digest } of image.blobs) target.putBlob(repository, bytes, digest);
  for (const child of image.children) seed(target, repository, null, child);
  const { bytes, mediaType, digest } = image;
  target.putManifest(repository, tag, { bytes, mediaType, digest });
}

/**
 * Pushes the image with all its parts over HTTP into any registry that needs no token: blobs and children
 * first. With a null tag by digest only. Throws an Error that names the request that was refused.
 *
 * @param url of the registry, e.g. `http://127.0.0.1:5000`
 * @param headers sent with every request, e.g. `authorization`
 */
export async function pushAll(
  url: string,
  repository: string,
  tag: string | null,
  image: BuiltImage,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (const { bytes, digest } of image.blobs) {
    const start = await send(`${url}/v2/${repository}/blobs/uploads/`, 'POST', headers);
    const location = new URL(start.headers.get('location') ?? '', `${url}/`);
    location.searchParams.set('digest', digest);
    await send(location.href, 'PUT', { ...headers, 'content-type': 'application/octet-stream' }, bytes);
  }
  for (const child of image.children) await pushAll(url, repository, null, child, headers);
  const target = `${url}/v2/${repository}/manifests/${tag ?? image.digest}`;
  await send(target, 'PUT', { ...headers, 'content-type': image.mediaType }, image.bytes);
}

async function send(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body?: Buffer,
): Promise<Response> {
  const response = await fetch(url, { method, headers, ...(body ? { body: new Uint8Array(body) } : {}) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text.slice(0, 300)}`);
  return response;
}
