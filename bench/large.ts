import { createHash, randomFillSync } from 'node:crypto';
import { request } from 'node:http';

import { wireOk } from '../e2e/support/stack.js';

const MIB = 1024 * 1024;

/** Pushes an image of so many layers of so many MiB each, tagged `source`; never whole in memory. */
export async function pushLarge(
  base: string,
  repository: string,
  count: number,
  mebibytes: number,
): Promise<void> {
  const api = `${base}/v2/${repository}`;
  const layers: object[] = [];
  for (let layer = 0; layer < count; layer += 1) {
    const digest = await pushStream(api, mebibytes, layer);
    layers.push({ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size: mebibytes * MIB });
  }
  const config = Buffer.from(
    JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }),
  );
  const digest = `sha256:${createHash('sha256').update(config).digest('hex')}`;
  const started = await wireOk('POST', `${api}/blobs/uploads/`, { body: '' });
  await wireOk('PUT', withDigest(started.headers.location!, digest), { body: config });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: config.length },
    layers,
  });
  await wireOk('PUT', `${api}/manifests/source`, { body: manifest, headers: { 'content-type': mediaType } });
}

/** One blob in one PATCH, from a block that is changed a little each time; never whole in memory. */
async function pushStream(api: string, mebibytes: number, seed: number): Promise<string> {
  const started = await wireOk('POST', `${api}/blobs/uploads/`, { body: '' });
  const hash = createHash('sha256');
  const block = randomFillSync(Buffer.alloc(MIB));
  const location = await new Promise<string>((resolve, reject) => {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': mebibytes * MIB };
    const sent = request(started.headers.location!, { method: 'PATCH', headers }, (response) => {
      response.resume();
      if (response.statusCode === 202) resolve(response.headers.location!);
      else reject(new Error(`PATCH: ${String(response.statusCode)}`));
    });
    sent.on('error', reject);
    const write = (left: number): void => {
      if (left === 0) return void sent.end();
      const bytes = Buffer.from(block);
      bytes.writeUInt32LE(seed * 4096 + left);
      hash.update(bytes);
      sent.write(bytes, () => write(left - 1));
    };
    write(mebibytes);
  });
  const digest = `sha256:${hash.digest('hex')}`;
  await wireOk('PUT', withDigest(location, digest), { body: '' });
  return digest;
}

function withDigest(location: string, digest: string): URL {
  const url = new URL(location);
  url.searchParams.set('digest', digest);
  return url;
}
