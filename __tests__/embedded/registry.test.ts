import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type EmbeddedRegistry, startRegistry } from '../../src/embedded/registry.js';
import { codeOf, raw } from '../support/raw.js';
import { manifestOf, OCI_INDEX, sha256 } from '../support/literals.js';

const INDEX = manifestOf('{ "manifests": [] }\n', OCI_INDEX);

let registry: EmbeddedRegistry;
beforeEach(async () => {
  registry = await startRegistry();
});
afterEach(() => registry.close());

const ask = (method: string, path: string, body?: Uint8Array) =>
  raw(method, `http://${registry.host}/v2/${path}`, {
    headers: { 'content-type': OCI_INDEX },
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  });

test('a manifest is given by tag and digest as it was put, in its repository', async () => {
  registry.putManifest('team/app', 'one', INDEX);
  for (const reference of ['one', INDEX.digest]) {
    const { status, headers, body } = await ask('GET', `team/app/manifests/${reference}`);
    expect({ status, body: body.toString() }).toEqual({ status: 200, body: '{ "manifests": [] }\n' });
    expect(headers).toMatchObject({ 'content-type': OCI_INDEX, 'docker-content-digest': INDEX.digest });
  }
  const head = await ask('HEAD', 'team/app/manifests/one');
  expect(head).toMatchObject({ status: 200, headers: { 'content-length': '20' } });
  expect(head.body).toHaveLength(0);
  expect((await ask('GET', 'team/other/manifests/one')).status).toBe(404);
});

test('PUT gives a tag to the bytes that arrive', async () => {
  const put = await ask('PUT', 'team/app/manifests/two', INDEX.bytes);
  expect(put).toMatchObject({ status: 201, headers: { 'docker-content-digest': INDEX.digest } });
  expect((await ask('GET', 'team/app/manifests/two')).body.toString()).toBe('{ "manifests": [] }\n');
  expect(registry.methods).toEqual(['PUT', 'GET']);
});

test('blobs are given by digest; what is not there is 404', async () => {
  const digest = registry.putBlob(Buffer.from('text'));
  expect(digest).toBe(sha256('text'));
  expect((await ask('GET', `team/app/blobs/${digest}`)).body.toString()).toBe('text');
  const missing = await ask('GET', 'team/app/manifests/none');
  expect([missing.status, codeOf(missing)]).toEqual([404, 'MANIFEST_UNKNOWN']);
  for (const path of [`team/app/blobs/${sha256('x')}`, 'team/app/tags/list', ''])
    expect((await ask('GET', path)).status).toBe(404);
});
