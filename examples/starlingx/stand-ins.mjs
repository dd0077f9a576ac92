/*
 * Puts a small image for every source of the tag file into an empty registry, so that the tag file can be rehearsed there
 * without the real images. Each is an index of two platforms that carries the commit of `src_ref` as its revision.
 *
 *   node stand-ins.mjs image-tags.yaml 127.0.0.1:5000           every source
 *   node stand-ins.mjs image-tags.yaml 127.0.0.1:5000 PART      those whose name contains PART, with other content
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [file, registry, part] = process.argv.slice(2);
if (file === undefined || registry === undefined) {
  console.error('usage: node stand-ins.mjs TAG_FILE HOST:PORT [PART]');
  process.exit(2);
}
const ENTRY = /- name: [^/\s]+\/(\S+)\n\s+src_build_tag: (\S+)\n\s+src_ref: \S*?([0-9a-f]{40})?\n/g;
const OCI = 'application/vnd.oci.image';

const sources = new Map();
for (const [, name, tag, commit = ''] of readFileSync(file, 'utf8').matchAll(ENTRY)) {
  if (part === undefined || name.includes(part)) sources.set(`${name}:${tag}`, { name, tag, commit });
}
for (const { name, tag, commit } of sources.values()) {
  const manifests = [];
  for (const architecture of ['amd64', 'arm64']) {
    const diff = { type: 'layers', diff_ids: [digestOf(Buffer.alloc(1024))] };
    const about = { author: `stand-in ${part ?? ''}`, created: '2019-12-03T15:35:30Z' };
    const config = await blob(name, json({ ...about, os: 'linux', architecture, rootfs: diff }));
    const layer = await blob(name, Buffer.alloc(1024)); // an empty tar file
    const child = {
      schemaVersion: 2,
      mediaType: `${OCI}.manifest.v1+json`,
      config: { mediaType: `${OCI}.config.v1+json`, ...config },
      layers: [{ mediaType: `${OCI}.layer.v1.tar`, ...layer }],
    };
    const { digest, size } = describe(json(child));
    await manifest(name, digest, child);
    manifests.push({ mediaType: child.mediaType, digest, size, platform: { os: 'linux', architecture } });
  }
  const annotations = commit === '' ? {} : { 'org.opencontainers.image.revision': commit };
  await manifest(name, tag, {
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests,
    annotations,
  });
}
console.log(`Images put into ${registry}: ${sources.size}`);

function json(value) {
  return Buffer.from(JSON.stringify(value));
}

function digestOf(bytes) {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function describe(bytes) {
  return { digest: digestOf(bytes), size: bytes.length };
}

async function blob(name, bytes) {
  const { digest, size } = describe(bytes);
  const started = await send('POST', `/v2/${name}/blobs/uploads/`);
  const place = new URL(started.headers.get('location'), `http://${registry}`);
  place.searchParams.set('digest', digest);
  await send('PUT', place, bytes, 'application/octet-stream');
  return { digest, size };
}

function manifest(name, reference, value) {
  return send('PUT', `/v2/${name}/manifests/${reference}`, json(value), value.mediaType);
}

async function send(method, path, body, type) {
  const headers = type === undefined ? {} : { 'content-type': type };
  const url = new URL(path, `http://${registry}`);
  const answer = await globalThis.fetch(url, { method, headers, body });
  if (!answer.ok) throw new Error(`${method} ${url}: HTTP ${answer.status} ${await answer.text()}`);
  return answer;
}
