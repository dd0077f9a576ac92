import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import { image, index, OCI_INDEX, pushAll, seed } from '../../../testing/registry/image.js';
import { classifyRequest } from '../../../testing/registry/request.js';
import {
  type EmbeddedRegistry,
  type Fault,
  type FaultMatch,
  startRegistry,
} from '../../../testing/registry/server.js';
import { matches } from '../../../testing/registry/faults.js';
import { codeOf, raw, type RawAnswer, type RawRequest } from '../../support/raw.js';

const amd64 = image();
const app = index([amd64, image({ platform: 'linux/arm64' })]);
const layer = amd64.blobs.at(-1)!;

let registry: EmbeddedRegistry;
beforeEach(async () => {
  registry = await startRegistry();
  seed(registry, 'a', 'v1', app);
});
afterEach(() => registry.close());

const url = (path: string): string => `${registry.url}/v2/${path}`;
const inject = (fault: Fault, match: FaultMatch = {}, times: number | 'always' = 1): void =>
  registry.faults.set([{ match, fault, times }]);
const getTag = (options?: RawRequest): Promise<RawAnswer> => raw('GET', url('a/manifests/v1'), options);
const putTag = (tag: string): Promise<RawAnswer> =>
  raw('PUT', url(`a/manifests/${tag}`), { body: app.bytes, headers: { 'content-type': OCI_INDEX } });

describe('which request is hit', () => {
  const call = (method: string, path: string) => ({ ...classifyRequest(method, path), method });

  test.each<[FaultMatch, string, string, boolean]>([
    [{}, 'GET', '/v2/', true],
    [{ kind: 'get-manifest' }, 'GET', '/v2/a/manifests/v1', true],
    [{ kind: 'get-manifest' }, 'HEAD', '/v2/a/manifests/v1', false],
    [{ kind: ['get-manifest', 'head-manifest'] }, 'HEAD', '/v2/a/manifests/v1', true],
    [{ method: 'PUT' }, 'PUT', '/v2/a/manifests/v1', true],
    [{ method: 'PUT' }, 'POST', '/v2/a/blobs/uploads/', false],
    [{ repository: 'a' }, 'GET', '/v2/a/tags/list', true],
    [{ repository: 'a' }, 'GET', '/v2/b/tags/list', false],
    [{ reference: 'v1' }, 'GET', '/v2/a/manifests/v1', true],
    [{ reference: 'v1' }, 'GET', '/v2/a/manifests/v2', false],
    [{ by: 'digest' }, 'GET', '/v2/a/manifests/sha256:0', true],
    [{ by: 'digest' }, 'GET', '/v2/a/manifests/v1', false],
    [{ by: 'tag' }, 'GET', '/v2/a/manifests/v1', true],
    [{ by: 'tag' }, 'GET', '/v2/', false],
  ])('%j and %s %s: %s', (match, method, path, expected) => {
    expect(matches(match, call(method, path))).toBe(expected);
  });

  test.each([
    [{}, [503, 200, 200, 200]],
    [{ nth: 2 }, [200, 503, 200, 200]],
    [{ nth: 2, times: 2 }, [200, 503, 503, 200]],
    [{ nth: 3, times: 'always' as const }, [200, 200, 503, 503]],
  ])('%j', async (when, statuses) => {
    registry.faults.set([
      { match: { kind: 'get-manifest' }, fault: { kind: 'status', status: 503 }, ...when },
    ]);
    const seen: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      await raw('GET', url(''));
      seen.push((await getTag()).status);
    }
    expect(seen).toEqual(statuses);
    expect(registry.faults.fired()).toEqual([statuses.filter((status) => status === 503).length]);
  });

  test('the log names the faults, and setting rules starts the count anew', async () => {
    inject({ kind: 'status', status: 503 });
    await getTag();
    expect(registry.requests.at(-1)).toMatchObject({ status: 503, faults: ['status 503'] });
    registry.faults.set([]);
    expect((await getTag()).status).toBe(200);
    expect(registry.requests.at(-1)?.faults).toEqual([]);
  });
});

describe('the connection', () => {
  test('reset before: nothing was done', async () => {
    inject({ kind: 'reset', when: 'before' });
    await expect(putTag('v2')).rejects.toThrow(/ECONNRESET|hang up/);
    expect(registry.tags('a')).toEqual(['v1']);
    expect(registry.requests.at(-1)).toMatchObject({ status: 0, faults: ['reset before'] });
  });

  test('reset during: some of the body was sent, nothing was done', async () => {
    inject({ kind: 'reset', when: 'during' });
    await expect(putTag('v2')).rejects.toThrow(/ECONNRESET|hang up|EPIPE/);
    expect(registry.tags('a')).toEqual(['v1']);
  });

  test('reset during: a request without a body is reset as well', async () => {
    inject({ kind: 'reset', when: 'during' });
    await expect(getTag()).rejects.toThrow(/ECONNRESET|hang up/);
  });

  test('reset after: it was done and nobody was told', async () => {
    inject({ kind: 'reset', when: 'after' });
    await expect(putTag('v2')).rejects.toThrow(/ECONNRESET|hang up/);
    expect(registry.tags('a')).toEqual(['v1', 'v2']);
  });

  test.each([
    ['headers', false],
    ['answer', true],
  ] as const)('stall %s: no answer until the client gives up; done: %s', async (when, done) => {
    inject({ kind: 'stall', when });
    const body = { body: app.bytes, headers: { 'content-type': OCI_INDEX } };
    await expect(raw('PUT', url('a/manifests/v2'), { ...body, giveUpAfter: 50 })).rejects.toThrow('gave up');
    expect(registry.tags('a').includes('v2')).toBe(done);
  });

  test('stall body: half of it comes', async () => {
    inject({ kind: 'stall', when: 'body' });
    const answer = await getTag({ giveUpAfter: 50 });
    expect([answer.complete, answer.body.length]).toEqual([false, Math.floor(app.bytes.length / 2)]);
  });

  test('closing the registry ends what is stalled', async () => {
    inject({ kind: 'stall', when: 'headers' });
    const waiting = getTag();
    while (registry.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await registry.close();
    await expect(waiting).rejects.toThrow();
    registry = await startRegistry();
  });

  test('delay: the answer is right, and late', async () => {
    inject({ kind: 'delay', ms: 30 });
    // A timer that is set before the request and is no longer than the delay has rung when the answer is there.
    let rung = false;
    setTimeout(() => (rung = true), 25);
    expect((await getTag()).status).toBe(200);
    expect(rung).toBe(true);
  });
});

describe('the body', () => {
  test.each(['length', 'chunked', 'close'] as const)('truncate %s', async (framing) => {
    inject({ kind: 'truncate', framing });
    const { status, body, complete, headers } = await getTag();
    expect([status, body.length]).toEqual([200, Math.floor(app.bytes.length / 2)]);
    // A body that ends with its connection cannot be seen to be short: only its digest tells.
    expect(complete).toBe(framing === 'close');
    expect(headers['docker-content-digest']).toBe(app.digest);
    expect(headers['content-length'] !== undefined).toBe(framing === 'length');
  });

  test('truncate at a byte, of a blob', async () => {
    inject({ kind: 'truncate', framing: 'length', at: 5 }, { kind: 'get-blob' });
    const { body, complete } = await raw('GET', url(`a/blobs/${layer.digest}`));
    expect([body.equals(layer.bytes.subarray(0, 5)), complete]).toEqual([true, false]);
  });

  test.each([undefined, 0, 7])('corrupt at %s turns one bit', async (at) => {
    inject({ kind: 'corrupt', ...(at === undefined ? {} : { at }) });
    const { body, headers } = await getTag();
    const differing = [...body].filter((byte, i) => byte !== app.bytes[i]);
    expect([body.length, differing.length]).toEqual([app.bytes.length, 1]);
    expect(headers['docker-content-digest']).toBe(app.digest);
    expect((await getTag()).body.equals(app.bytes)).toBe(true);
  });

  test('gzip bomb: a small answer that becomes a large one', async () => {
    inject({ kind: 'flood', bytes: 64 * 1024 * 1024, gzip: true });
    const { headers, body, complete } = await getTag();
    expect([headers['content-encoding'], complete]).toEqual(['gzip', true]);
    expect(body.length).toBeLessThan(200 * 1024);
    expect(gunzipSync(body)).toHaveLength(64 * 1024 * 1024);
  });

  test('flood: more than was asked for', async () => {
    inject({ kind: 'flood', bytes: 1024 * 1024, gzip: false });
    const { headers, body } = await getTag();
    expect([headers['content-encoding'], body.length]).toEqual([undefined, 1024 * 1024]);
  });

  test('drip: everything, slowly', async () => {
    inject({ kind: 'drip', everyMs: 2, bytes: 100 });
    const answer = await getTag();
    expect([answer.complete, answer.body.equals(app.bytes)]).toEqual([true, true]);
  });
});

describe('the answer', () => {
  test.each([
    ['json', 'application/json; charset=utf-8', /"code":"DENIED"/],
    ['html', 'text/html; charset=utf-8', /^<html>/],
    ['empty', undefined, /^$/],
    [Buffer.from('as it stands'), undefined, /^as it stands$/],
  ] as const)('status with body %s', async (body, type, pattern) => {
    inject({ kind: 'status', status: 403, code: 'DENIED', body, headers: { 'x-test': '1' } });
    const answer = await putTag('v2');
    expect([answer.status, answer.headers['content-type'], answer.headers['x-test']]).toEqual([
      403,
      type,
      '1',
    ]);
    expect(answer.body.toString()).toMatch(pattern);
    expect(registry.tags('a')).toEqual(['v1']);
  });

  test('status after: refused in words, done in deed', async () => {
    inject({ kind: 'status', status: 500, commit: true });
    expect((await putTag('v2')).status).toBe(500);
    expect(registry.tags('a')).toEqual(['v1', 'v2']);
  });

  test('accept-404: as docker-registry 2.8 answers for a tag that exists', async () => {
    inject({ kind: 'accept-404' });
    const answer = await getTag();
    expect([answer.status, codeOf(answer)]).toEqual([404, 'MANIFEST_UNKNOWN']);
    expect(answer.body.toString()).toContain('accept header does not support OCI indexes');
  });

  test.each(['2', 'Wed, 21 Oct 2037 07:28:00 GMT', '86400', 'soon', null])(
    'throttle %s',
    async (retryAfter) => {
      inject({ kind: 'throttle', retryAfter });
      const answer = await getTag();
      expect([answer.status, answer.headers['retry-after'] ?? null]).toEqual([429, retryAfter]);
      expect(codeOf(answer)).toBe('TOOMANYREQUESTS');
    },
  );

  test('headers are set and taken away', async () => {
    const warning = '299 - "old \u00fc"';
    inject({
      kind: 'headers',
      set: { 'docker-content-digest': null, 'content-type': 'text/plain', warning },
    });
    const { headers, body } = await getTag();
    expect([headers['docker-content-digest'], headers['content-type'], headers['warning']]).toEqual([
      undefined,
      'text/plain',
      warning,
    ]);
    expect(body.equals(app.bytes)).toBe(true);
  });

  test('an absurd Content-Length', async () => {
    inject({ kind: 'headers', set: { 'content-length': '9000000000000000' } });
    const answer = await getTag({ giveUpAfter: 50 });
    expect([answer.headers['content-length'], answer.complete]).toEqual(['9000000000000000', false]);
  });

  test.each([
    ['loop', undefined, 307, '/v2/a/manifests/v1'],
    ['http://127.0.0.1:9', 302, 302, 'http://127.0.0.1:9/v2/a/manifests/v1'],
    ['http://127.0.0.1:9/x?signature=s', 301, 301, 'http://127.0.0.1:9/x?signature=s'],
    ['file:///etc/passwd', undefined, 307, 'file:///etc/passwd'],
  ])('redirect to %s', async (to, status, expected, location) => {
    inject({ kind: 'redirect', to, ...(status === undefined ? {} : { status }) });
    const answer = await getTag();
    expect([answer.status, answer.headers['location']]).toEqual([expected, location]);
  });

  test.each([
    ['relative', /^\/v2\/a\/blobs\/uploads\/[^/]+\?_state=/],
    ['absolute', /^http:\/\/127\.0\.0\.1:\d+\/v2\/a\/blobs\/uploads\/[^/]+\?_state=/],
    ['http://10.0.0.1', /^http:\/\/10\.0\.0\.1\/v2\/a\/blobs\/uploads\/[^/]+\?_state=/],
    ['http://10.0.0.1/', /^http:\/\/10\.0\.0\.1\/$/],
  ])('location %s', async (to, pattern) => {
    inject({ kind: 'location', to });
    const answer = await raw('POST', url('a/blobs/uploads/'));
    expect(answer.status).toBe(202);
    expect(answer.headers['location']).toMatch(pattern);
  });

  test('location leaves answers without one alone', async () => {
    inject({ kind: 'location', to: 'absolute' });
    expect((await getTag()).headers['location']).toBeUndefined();
  });
});

describe('call', () => {
  const rival = image({ platform: 'linux/s390x' });

  test('a competitor writes the tag right before, or right after, a write', async () => {
    for (const when of ['before', 'after'] as const) {
      inject(
        { kind: 'call', when, onRequest: () => pushAll(registry.url, 'a', 'v2', rival) },
        { kind: 'put-manifest-tag', reference: 'v2' },
      );
      await putTag('v2');
    }
    expect(registry.history.filter(({ tag }) => tag === 'v2').map(({ digest }) => digest)).toEqual([
      rival.digest,
      app.digest,
      rival.digest,
    ]);
  });

  test('goes together with other faults on the same request', async () => {
    const seen: string[] = [];
    registry.faults.set([
      { match: {}, fault: { kind: 'call', when: 'before', onRequest: (call) => void seen.push(call.kind) } },
      { match: {}, fault: { kind: 'headers', set: { warning: '299 - "x"' } } },
      { match: {}, fault: { kind: 'corrupt' } },
    ]);
    const answer = await getTag();
    expect([seen, answer.headers['warning'], answer.body.equals(app.bytes)]).toEqual([
      ['get-manifest'],
      '299 - "x"',
      false,
    ]);
    expect(registry.requests[0]?.faults).toEqual(['call', 'headers warning', 'corrupt']);
  });

  test('a hook that throws is a 500, not a crash', async () => {
    inject({ kind: 'call', when: 'before', onRequest: () => Promise.reject(new Error('hook')) });
    expect((await getTag()).status).toBe(500);
    expect((await getTag()).status).toBe(200);
  });
});

describe('HEAD', () => {
  test.each<Fault>([
    { kind: 'status', status: 503 },
    { kind: 'accept-404' },
    { kind: 'corrupt' },
    { kind: 'truncate', framing: 'length' },
    { kind: 'drip', everyMs: 1 },
  ])('%j gives no body', async (fault) => {
    inject(fault);
    const answer = await raw('HEAD', url('a/manifests/v1'));
    expect(answer.body).toHaveLength(0);
    expect(answer.status).toBeGreaterThan(0);
  });
});

describe('the log', () => {
  test('knows connections, requests in flight and the clock', async () => {
    let time = 5;
    const clocked = await startRegistry({ now: () => (time += 10) });
    clocked.faults.set([{ match: { reference: 'slow' }, fault: { kind: 'stall', when: 'headers' } }]);
    const slow = raw('GET', `${clocked.url}/v2/a/manifests/slow`).catch(() => null);
    while (clocked.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await raw('GET', `${clocked.url}/v2/`);
    await clocked.close();
    expect(await slow).toBeNull();
    expect(
      clocked.requests.map(({ index: at, at: when, connection, inFlight, host, method }) => [
        at,
        when,
        connection,
        inFlight,
        host,
        method,
      ]),
    ).toEqual([
      [0, 15, 0, 1, clocked.host, 'GET'],
      [1, 25, 1, 2, clocked.host, 'GET'],
    ]);
  });
});
