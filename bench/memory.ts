import { createHash, randomFillSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';

import { CLI } from '../e2e/support/retag.js';
import { findBinary, startRegistryV3, temporaryDirectory, wireOk } from '../e2e/support/stack.js';
import { measureOk, table, time, type Measured } from './support.js';

const MIB = 1024 * 1024;
const LAYERS = 4;
const LAYER_MIB = 256;
const REPOSITORY = 'team/large';

/** A 1 GiB image from one registry to another: peak memory of the process that copies. */
export async function benchMemory(): Promise<string> {
  const directory = temporaryDirectory('bench-memory');
  const source = await startRegistryV3();
  try {
    await pushLarge(source.base);
    const rows: string[][] = [];
    const from = `${source.host}/${REPOSITORY}`;
    const ours = await withDestination((host) => {
      const file = join(directory.path, 'image-tags.yaml');
      const entry = `name: ${host}/${REPOSITORY}\n    src_name: ${from}\n    src_build_tag: source\n    tag: copied`;
      writeFileSync(file, `images:\n  - ${entry}\n`);
      return [process.execPath, [CLI, 'apply', '--config', file, '--quiet']];
    });
    rows.push(row('`retag apply`', ours));
    const crane = findBinary('crane');
    rows.push(
      row(
        '`crane copy`',
        crane &&
          (await withDestination((host) => [
            crane,
            ['copy', '--insecure', `${from}:source`, `${host}/${REPOSITORY}:copied`],
          ])),
      ),
    );
    const skopeo = findBinary('skopeo');
    const flags = ['copy', '--all', '--insecure-policy', '--src-tls-verify=false', '--dest-tls-verify=false'];
    rows.push(
      row(
        '`skopeo copy --all`',
        skopeo &&
          (await withDestination((host) => [
            skopeo,
            [...flags, `docker://${from}:source`, `docker://${host}/${REPOSITORY}:copied`],
          ])),
      ),
    );
    const what = `### One image of ${(LAYERS * LAYER_MIB) / 1024} GiB (${LAYERS} layers) from one registry to another`;
    return [what, table(['one run each', 'peak memory', 'time'], rows)].join('\n\n');
  } finally {
    await source.stop();
    directory.remove();
  }
}

function row(name: string, measured: Measured | null | ''): string[] {
  if (!measured) return [name, 'missing', ''];
  return [name, `${(measured.peak / MIB).toFixed(0)} MiB`, time(measured.duration)];
}

/** Copies into an empty registry that lives as long as the copy. */
async function withDestination(command: (host: string) => [string, string[]]): Promise<Measured> {
  const registry = await startRegistryV3();
  try {
    const [program, args] = command(registry.host);
    return await measureOk(program, args, { watchMemory: true });
  } finally {
    await registry.stop();
  }
}

async function pushLarge(base: string): Promise<void> {
  const api = `${base}/v2/${REPOSITORY}`;
  const layers: object[] = [];
  for (let layer = 0; layer < LAYERS; layer += 1) {
    const digest = await pushStream(api, LAYER_MIB, layer);
    layers.push({ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size: LAYER_MIB * MIB });
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
