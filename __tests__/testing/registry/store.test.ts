import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DISTRIBUTION_2_8, type EmbeddedRegistry, startRegistry } from '../../../testing/registry/server.js';
import { codeOf, raw } from '../../support/raw.js';

let registry: EmbeddedRegistry;
const url = (path: string): string => `${registry.url}/v2/${path}`;
const digestOf = (text: string, algorithm = 'sha256'): string =>
  `${algorithm}:${createHash(algorithm).update(text).digest('hex')}`;

const TEXT = 'the content of a blob';
const DIGEST = digestOf(TEXT);

beforeEach(async () => {
  registry = await startRegistry();
});
afterEach(() => registry.close());

/** Opens an upload and gives its absolute Location. */
async function start(repository = 'a'): Promise<string> {
  const answer = await raw('POST', url(`${repository}/blobs/uploads/`));
  expect(answer.status).toBe(202);
  return new URL(answer.headers['location']!, registry.url).href;
}

const next = (answer: { headers: Readonly<Record<string, string>> }): string =>
  new URL(answer.headers['location']!, registry.url).href;

describe('uploads', () => {
  test('POST then PUT', async () => {
    const done = await raw('PUT', `${await start()}&digest=${DIGEST}`, { body: TEXT });
    expect([done.status, done.headers['location'], done.headers['docker-content-digest']]).toEqual([
      201,
      `/v2/a/blobs/${DIGEST}`,
      DIGEST,
    ]);
    expect((await raw('GET', url(`a/blobs/${DIGEST}`))).body.toString()).toBe(TEXT);
  });

  test('in chunks, each to the Location of the one before, with Content-Range', async () => {
    const location = await start();
    const first = await raw('PATCH', location, {
      body: TEXT.slice(0, 8),
      headers: { 'content-range': '0-7' },
    });
    expect([first.status, first.headers['range']]).toEqual([202, '0-7']);
    const status = await raw('GET', next(first));
    expect([status.status, status.headers['range']]).toEqual([204, '0-7']);
    const range = `8-${TEXT.length - 1}`;
    const done = await raw('PUT', `${next(status)}&digest=${DIGEST}`, {
      body: TEXT.slice(8),
      headers: { 'content-range': range },
    });
    expect(done.status).toBe(201);
    expect((await raw('GET', url(`a/blobs/${DIGEST}`))).body.toString()).toBe(TEXT);
  });

  test('in one POST, where that is supported', async () => {
    const done = await raw('POST', url(`a/blobs/uploads/?digest=${DIGEST}`), { body: TEXT });
    expect(done.status).toBe(201);
    expect(registry.hasBlob('a', DIGEST)).toBe(true);
    const old = await startRegistry({ behaviour: DISTRIBUTION_2_8 });
    const opened = await raw('POST', `${old.url}/v2/a/blobs/uploads/?digest=${DIGEST}`, { body: TEXT });
    expect([opened.status, old.hasBlob('a', DIGEST)]).toEqual([202, false]);
    await old.close();
  });

  test('with a sha512 digest', async () => {
    const digest = digestOf(TEXT, 'sha512');
    expect((await raw('PUT', `${await start()}&digest=${digest}`, { body: TEXT })).status).toBe(201);
    expect((await raw('GET', url(`a/blobs/${digest}`))).body.toString()).toBe(TEXT);
  });

  test('a chunk out of order is 416 and says how far the upload is; docker-registry 2.8 takes it', async () => {
    const wrong = await raw('PATCH', await start(), { body: 'x', headers: { 'content-range': '5-5' } });
    expect([wrong.status, wrong.headers['range']]).toEqual([416, '0-0']);
    const old = await startRegistry({ behaviour: DISTRIBUTION_2_8 });
    const opened = await raw('POST', `${old.url}/v2/a/blobs/uploads/`);
    const taken = await raw('PATCH', new URL(opened.headers['location']!, old.url).href, {
      body: 'x',
      headers: { 'content-range': '5-5' },
    });
    expect(taken.status).toBe(202);
    await old.close();
  });

  test('a wrong digest is 400 DIGEST_INVALID, and the upload is gone', async () => {
    const location = await start();
    const wrong = await raw('PUT', `${location}&digest=${digestOf('other')}`, { body: TEXT });
    expect([wrong.status, codeOf(wrong)]).toEqual([400, 'DIGEST_INVALID']);
    expect((await raw('PUT', `${location}&digest=${DIGEST}`, { body: TEXT })).status).toBe(404);
  });

  test('cancelled, unknown and foreign uploads are 404', async () => {
    const location = await start();
    expect((await raw('DELETE', location)).status).toBe(204);
    expect((await raw('GET', location)).status).toBe(404);
    const foreign = (await start()).replace('/v2/a/', '/v2/b/');
    const answer = await raw('PATCH', foreign, { body: 'x' });
    expect([answer.status, codeOf(answer)]).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
  });

  test('a client that loses the query of the Location, or keeps an old one, is told so', async () => {
    const location = await start();
    const bare = await raw('PUT', `${location.split('?')[0]!}?digest=${DIGEST}`, { body: TEXT });
    expect([bare.status, codeOf(bare)]).toEqual([404, 'BLOB_UPLOAD_INVALID']);
    await raw('PATCH', location, { body: 'x' });
    const stale = await raw('PATCH', location, { body: 'y' });
    expect([stale.status, stale.headers['range'], codeOf(stale)]).toEqual([416, '0-0', 'RANGE_INVALID']);
  });

  test('a body that is cut short leaves no blob', async () => {
    const target = new URL(`${await start()}&digest=${DIGEST}`);
    const socket = connect(Number(target.port), '127.0.0.1');
    socket.write(
      `PUT ${target.pathname}${target.search} HTTP/1.1\r\nHost: x\r\nContent-Length: ${TEXT.length}\r\n\r\nthe`,
    );
    await until(() => registry.requests.some(({ kind }) => kind === 'put-blob'));
    socket.destroy();
    await once(socket, 'close');
    expect(registry.hasBlob('a', DIGEST)).toBe(false);
    expect(registry.requests.at(-1)).toMatchObject({ kind: 'put-blob', status: 0 });
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('mounts', () => {
  beforeEach(() => void registry.putBlob('from', Buffer.from(TEXT)));

  test('201 when the other repository has the blob', async () => {
    const answer = await raw('POST', url(`to/blobs/uploads/?mount=${DIGEST}&from=from`));
    expect([answer.status, answer.headers['docker-content-digest']]).toEqual([201, DIGEST]);
    expect((await raw('HEAD', url(`to/blobs/${DIGEST}`))).status).toBe(200);
  });

  test.each([
    ['an unknown digest', `mount=${digestOf('x')}&from=from`],
    ['an unknown repository', `mount=${DIGEST}&from=nobody`],
    ['no repository', `mount=${DIGEST}`],
    ['a malformed digest', 'mount=nonsense&from=from'],
  ])('202 with an upload that works for %s', async (_name, query) => {
    const answer = await raw('POST', url(`to/blobs/uploads/?${query}`));
    expect(answer.status).toBe(202);
    const done = await raw('PUT', `${next(answer)}&digest=${DIGEST}`, { body: TEXT });
    expect(done.status).toBe(201);
  });

  test('202 always, where mounts are switched off', async () => {
    const other = await startRegistry({ behaviour: { mounts: false } });
    other.putBlob('from', Buffer.from(TEXT));
    const answer = await raw('POST', `${other.url}/v2/to/blobs/uploads/?mount=${DIGEST}&from=from`);
    expect(answer.status).toBe(202);
    await other.close();
  });
});

describe('reading blobs', () => {
  beforeEach(() => void registry.putBlob('a', Buffer.from(TEXT)));

  test.each([
    ['bytes=0-3', 206, 'the ', `bytes 0-3/${TEXT.length}`],
    ['bytes=16-', 206, ' blob', `bytes 16-20/${TEXT.length}`],
    ['bytes=-4', 206, 'blob', `bytes 17-20/${TEXT.length}`],
    ['bytes=4-999', 206, TEXT.slice(4), `bytes 4-20/${TEXT.length}`],
    ['bytes=99-', 416, '', `bytes */${TEXT.length}`],
    ['bytes=3-1', 200, TEXT, undefined],
    ['pages=1-2', 200, TEXT, undefined],
  ])('Range %s is %s', async (range, status, body, contentRange) => {
    const answer = await raw('GET', url(`a/blobs/${DIGEST}`), { headers: { range } });
    expect([answer.status, answer.body.toString(), answer.headers['content-range']]).toEqual([
      status,
      body,
      contentRange,
    ]);
  });

  test('HEAD gives size and digest, and no body', async () => {
    const { status, headers, body } = await raw('HEAD', url(`a/blobs/${DIGEST}`));
    expect([status, headers['content-length'], headers['docker-content-digest'], body.length]).toEqual([
      200,
      String(TEXT.length),
      DIGEST,
      0,
    ]);
  });

  test('a blob is visible only in repositories that hold it', async () => {
    const answer = await raw('GET', url(`b/blobs/${DIGEST}`));
    expect([answer.status, codeOf(answer)]).toEqual([404, 'BLOB_UNKNOWN']);
  });

  test('deleted is gone; a second time is 404', async () => {
    expect((await raw('DELETE', url(`a/blobs/${DIGEST}`))).status).toBe(202);
    expect((await raw('DELETE', url(`a/blobs/${DIGEST}`))).status).toBe(404);
    expect((await raw('GET', url('a/blobs/sha256:short'))).status).toBe(400);
  });
});

describe('large blobs', () => {
  test('go to temporary files, are read back whole and in part, and are removed at the end', async () => {
    const temporaryDirectory = mkdtempSync(join(tmpdir(), 'retag-test-'));
    const small = await startRegistry({ spillAbove: 10, temporaryDirectory });
    const opened = await raw('POST', `${small.url}/v2/a/blobs/uploads/`);
    const chunked = await raw('PATCH', new URL(opened.headers['location']!, small.url).href, {
      body: TEXT.slice(0, 12),
    });
    const location = new URL(chunked.headers['location']!, small.url).href;
    await raw('PUT', `${location}&digest=${DIGEST}`, { body: TEXT.slice(12) });
    const files = readdirSync(temporaryDirectory, { recursive: true });
    const whole = await raw('GET', `${small.url}/v2/a/blobs/${DIGEST}`);
    const part = await raw('GET', `${small.url}/v2/a/blobs/${DIGEST}`, { headers: { range: 'bytes=4-10' } });
    await small.close();
    expect([whole.body.toString(), part.body.toString()]).toEqual([TEXT, TEXT.slice(4, 11)]);
    expect(files).toHaveLength(2);
    expect(readdirSync(temporaryDirectory)).toEqual([]);
    rmdirSync(temporaryDirectory);
  });

  test('can be stored from a stream without a request', async () => {
    function* chunks(): Generator<Buffer> {
      const reused = Buffer.from('one ');
      yield reused;
      reused.write('two ');
      yield reused.subarray(0, 3);
    }
    const digest = await registry.streamBlob('a', chunks());
    expect(digest).toBe(digestOf('one two'));
    expect((await raw('GET', url(`a/blobs/${digest}`))).body.toString()).toBe('one two');
  });
});
