#!/usr/bin/env node
/*
 * A `docker` for tests that need images and no BuildKit: copied to the PATH under that name. Its buildx has one builder, `one`;
 * `bake` reads the definition and pushes an image for each target and platform by digest over http, or to TEST_REGISTRY, with the labels and
 * annotations of the definition, and runs no Dockerfile; one that says
 * `RUN false` fails.
 */
const { createHash } = require('node:crypto');
const { readFileSync, writeFileSync } = require('node:fs');
const { resolve } = require('node:path');

const words = process.argv.slice(3);
const [verb = ''] = words;
const option = (name) => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);

const BUILDER = `Name:   one
Driver: docker-container

Nodes:
Name:      one0
Endpoint:  unix:///var/run/docker.sock
Status:    running
Platforms: linux/amd64, linux/arm64, linux/386
`;

function fail(text) {
  process.stderr.write(`ERROR: ${text}\n`);
  process.exitCode = 1;
}

const digestOf = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const parsed = (pairs) =>
  Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );

async function send(url, method, body, type = 'application/octet-stream') {
  const response = await fetch(url, { method, headers: { 'content-type': type }, ...(body && { body }) });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`failed to push ${url}: ${response.status}`);
  return response;
}

async function pushBlob(url, bytes, mediaType) {
  const started = await send(`${url}/blobs/uploads/`, 'POST');
  const location = new URL(started.headers.get('location'), url);
  location.searchParams.set('digest', digestOf(bytes));
  await send(location.href, 'PUT', bytes);
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

async function pushManifest(url, document) {
  const bytes = Buffer.from(JSON.stringify(document));
  await send(`${url}/manifests/${digestOf(bytes)}`, 'PUT', bytes, document.mediaType);
  return { mediaType: document.mediaType, digest: digestOf(bytes), size: bytes.length };
}

async function pushPlatform(url, platform, { name, labels = {}, annotations }) {
  const [os, architecture, variant] = platform.split('/');
  const where = { architecture, os, ...(variant && { variant }) };
  const layer = Buffer.from(`${name} ${platform}\n`);
  const config = {
    ...where,
    config: { Labels: labels },
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: await pushBlob(
      url,
      Buffer.from(JSON.stringify(config)),
      'application/vnd.oci.image.config.v1+json',
    ),
    layers: [await pushBlob(url, layer, 'application/vnd.oci.image.layer.v1.tar')],
    annotations,
  };
  return { ...(await pushManifest(url, manifest)), platform: where };
}

async function bakeTarget(name, target) {
  const dockerfile = readFileSync(resolve(target.context, target.dockerfile), 'utf8');
  if (dockerfile.includes('RUN false'))
    throw new Error('process "/bin/sh -c false" did not complete successfully: exit code: 1');
  const output = target.output?.find((each) => each.includes('push=true'));
  if (output === undefined) return null;
  const [, registry, repository] = /name=([^/,]+)\/([^,]+)/.exec(output);
  const url = `${process.env.TEST_REGISTRY ?? `http://${registry}`}/v2/${repository}`;
  const levels = (target.annotations ?? []).map((each) => each.replace(/^[a-z,]+:/, ''));
  const parts = { name, labels: target.labels, annotations: parsed(levels) };
  const manifests = [];
  for (const platform of target.platforms ?? ['linux/amd64'])
    manifests.push(await pushPlatform(url, platform, parts));
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  return pushManifest(url, { schemaVersion: 2, mediaType, manifests, annotations: parts.annotations });
}

async function bake() {
  const { target } = JSON.parse(readFileSync(option('file'), 'utf8'));
  const metadata = {};
  for (const [name, definition] of Object.entries(target)) {
    const pushed = await bakeTarget(name, definition);
    if (pushed !== null) metadata[name] = { 'containerimage.digest': pushed.digest };
  }
  writeFileSync(option('metadata-file'), JSON.stringify(metadata));
}

function inspect() {
  const builder = words.slice(1).find((word) => !word.startsWith('-')) ?? 'one';
  if (builder !== 'one') return fail(`no builder "${builder}" found`);
  process.stdout.write(BUILDER);
}

if (verb === 'version') process.stdout.write('github.com/docker/buildx v0.29.1 a121711\n');
else if (verb === 'inspect') inspect();
else if (verb === 'bake') bake().catch((error) => fail(error.message));
else fail(`the docker of the tests does not know "${process.argv.slice(2).join(' ')}"`);
