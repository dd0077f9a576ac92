import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { image, OCI_MANIFEST, pushAll, seed } from '../../../testing/registry/image.js';
import { type EmbeddedRegistry, startRegistry } from '../../../testing/registry/server.js';
import { shapes } from '../../../testing/registry/images.js';
import { type FaultProxy, startProxy } from '../../../testing/registry/proxy.js';
import { codeOf, raw } from '../../support/raw.js';

let registry: EmbeddedRegistry;
let proxy: FaultProxy;
const app = image();

beforeEach(async () => {
  registry = await startRegistry();
  proxy = await startProxy(registry.url);
});
afterEach(async () => {
  await proxy.close();
  await registry.close();
});

describe('without faults', () => {
  test('everything passes through unchanged', async () => {
    for (const [name, shape] of Object.entries(shapes())) {
      await pushAll(proxy.url, name.replaceAll(/[^a-z0-9]+/g, '-'), 'v1', shape);
    }
    const { 'pretty-printed': pretty } = shapes();
    const answer = await raw('GET', `${proxy.url}/v2/pretty-printed/manifests/v1`);
    const head = await raw('HEAD', `${proxy.url}/v2/pretty-printed/manifests/v1`);
    expect(answer.body.equals(pretty!.bytes)).toBe(true);
    expect(answer.headers['docker-content-digest']).toBe(pretty!.digest);
    expect(head.headers['content-length']).toBe(String(pretty!.bytes.length));
    expect(proxy.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(
      registry.requests.map(({ method, url }) => `${method} ${url}`),
    );
  });

  test('large blobs are streamed, and the Host header is the one that the client sent', async () => {
    const content = Buffer.alloc(3 * 1024 * 1024, 'x');
    const digest = registry.putBlob('a', content);
    const answer = await raw('GET', `${proxy.url}/v2/a/blobs/${digest}`);
    expect(answer.body.equals(content)).toBe(true);
    expect(registry.requests[0]?.headers['host']).toBe(proxy.host);
  });

  test('a registry that is not there is a 502', async () => {
    const lost = await startProxy('http://127.0.0.1:1');
    const answer = await raw('GET', `${lost.url}/v2/`);
    expect([answer.status, codeOf(answer)]).toEqual([502, 'UNAVAILABLE']);
    await lost.close();
  });
});

describe('with faults', () => {
  test.each([
    ['before', []],
    ['after', ['v1']],
  ] as const)('reset %s', async (when, tags) => {
    for (const { digest, bytes } of app.blobs) registry.putBlob('a', bytes, digest);
    proxy.faults.set([{ match: { kind: 'put-manifest-tag' }, fault: { kind: 'reset', when } }]);
    const put = raw('PUT', `${proxy.url}/v2/a/manifests/v1`, {
      body: app.bytes,
      headers: { 'content-type': OCI_MANIFEST },
    });
    await expect(put).rejects.toThrow(/ECONNRESET|hang up/);
    expect(registry.tags('a')).toEqual(tags);
  });

  test('bodies are cut and turned on the way', async () => {
    seed(registry, 'a', 'v1', app);
    proxy.faults.set([
      { match: {}, nth: 1, fault: { kind: 'truncate', framing: 'chunked' } },
      { match: {}, nth: 2, fault: { kind: 'corrupt' } },
      { match: {}, nth: 3, fault: { kind: 'status', status: 502, body: 'html', commit: true } },
    ]);
    const get = () => raw('GET', `${proxy.url}/v2/a/manifests/v1`);
    const [cut, turned, refused, whole] = [await get(), await get(), await get(), await get()];
    expect([cut.complete, cut.body.length < app.bytes.length]).toEqual([false, true]);
    expect([turned.complete, turned.body.length]).toEqual([true, app.bytes.length]);
    expect(turned.body.equals(app.bytes)).toBe(false);
    expect(refused.status).toBe(502);
    expect(whole.body.equals(app.bytes)).toBe(true);
  });
});
