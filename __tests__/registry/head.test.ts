import { describe, expect, test } from '@jest/globals';
import { OperationError } from '../../src/errors.js';
import type { TagState } from '../../src/ports.js';
import { createRegistry } from '../../src/registry/registry.js';
import {
  DOCKER_LIST,
  IMAGE_TEXT,
  OCI_INDEX,
  OCI_MANIFEST,
  SCHEMA1,
  sha256,
  sha512,
} from '../support/literals.js';
import { errorBody, keptLog, type Reply, scripted, type Step, stillClock } from '../support/scripted.js';

const REF = { registry: 'quay.io', repository: 'org/app', tag: 'v1' };
const DIGEST = sha256(IMAGE_TEXT);
const OTHER = sha256('other');

async function looked(...steps: Step[]): Promise<{ found: TagState; requests: number }> {
  const script = scripted(...steps);
  const found = await createRegistry(script.transport, { clock: stillClock(), log: keptLog() }).head(REF);
  expect(script.lines()).toEqual(steps.map(([line]) => line));
  return { found, requests: script.sent.length };
}

async function lookedAgain(...replies: Reply[]): Promise<TagState> {
  const script = scripted(...replies.map((reply): Step => ['GET manifests/v1', reply]));
  return createRegistry(script.transport, { clock: stillClock(), log: keptLog() }).headFresh(REF);
}

function unknown(found: TagState): OperationError {
  if (found.state !== 'unknown') throw new Error(`expected unknown, got ${found.state}`);
  return found.error;
}

const HEAD = 'HEAD manifests/v1';
const GET = 'GET manifests/v1';
const image = (headers: Readonly<Record<string, string>> = {}): Reply => ({
  status: 200,
  headers: { 'content-type': OCI_MANIFEST, ...headers },
  body: IMAGE_TEXT,
});

describe('look', () => {
  test('row 30: present is one HEAD, and its digest is the header', async () => {
    const { found, requests } = await looked([
      HEAD,
      {
        status: 200,
        headers: { 'docker-content-digest': DIGEST, 'content-type': `${OCI_INDEX}; charset=utf-8` },
      },
    ]);
    expect(found).toEqual({ state: 'present', digest: DIGEST });
    expect(requests).toBe(1);
  });

  test('sends one Accept line with every type that may sit behind a tag', async () => {
    const script = scripted([HEAD, { status: 200, headers: { 'docker-content-digest': DIGEST } }]);
    await createRegistry(script.transport, { clock: stillClock(), log: keptLog() }).head(REF);
    expect(script.sent[0]?.headers).toEqual({
      accept:
        'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, ' +
        'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, ' +
        'application/vnd.oci.artifact.manifest.v1+json, application/vnd.docker.distribution.manifest.v1+prettyjws, */*;q=0.1',
    });
  });

  test.each([
    ['MANIFEST_UNKNOWN', errorBody('MANIFEST_UNKNOWN', 'manifest unknown')],
    ['NAME_UNKNOWN', errorBody('NAME_UNKNOWN', 'repository name not known to registry')],
    ['Harbor, NOT_FOUND', errorBody('NOT_FOUND', 'artifact org/app:v1 not found')],
    ['lower case', errorBody('manifest_unknown')],
  ])('absent is a HEAD and a GET that says so: %s', async (_name, body) => {
    const { found, requests } = await looked([HEAD, { status: 404 }], [GET, { status: 404, body }]);
    expect(found).toEqual({ state: 'absent' });
    expect(requests).toBe(2);
  });

  test('row 32: a 404 over the Accept header is a tag that exists', async () => {
    const message = 'OCI index found, but accept header does not support OCI indexes';
    const { found } = await looked(
      [HEAD, { status: 404 }],
      [GET, { status: 404, body: errorBody('MANIFEST_UNKNOWN', message) }],
    );
    expect(unknown(found).message).toContain(`HTTP 404 (MANIFEST_UNKNOWN: ${message})`);
    expect(unknown(found).message).toContain('the tag exists');
  });

  test.each([
    ['HTML of a proxy', '<html>Not here</html>'],
    ['nothing', ''],
    ['JSON of something else', '{"message":"Not Found"}'],
    ['an empty list of errors', '{"errors":[]}'],
    ['another code', errorBody('BLOB_UNKNOWN')],
    ['a denial beside it', JSON.stringify({ errors: [{ code: 'NAME_UNKNOWN' }, { code: 'DENIED' }] })],
    ['plain text', '404 page not found\n'],
  ])('row 37: a 404 with %s is not a registry answer', async (_name, body) => {
    const { found } = await looked([HEAD, { status: 404 }], [GET, { status: 404, body }]);
    const error = unknown(found);
    expect(error.message).toContain('quay.io/org/app:v1: cannot look at the tag: quay.io answered HTTP 404');
    expect(error.message).toContain('not a registry answer');
    expect(error.status).toBe(404);
  });

  test.each([400, 401, 403, 410, 500])(
    'row 33: HTTP %i is never absent, whatever its body says',
    async (status) => {
      const found = await lookedAgain({ status, body: errorBody('MANIFEST_UNKNOWN') });
      expect(unknown(found).status).toBe(status);
    },
  );

  test('a look may be sent again, follows redirects and asks for pull alone', async () => {
    const script = scripted([GET, { status: 404, body: errorBody('MANIFEST_UNKNOWN') }]);
    await createRegistry(script.transport, { clock: stillClock(), log: keptLog() }).headFresh(REF);
    expect(script.sent).toMatchObject([{ repeatable: true, redirect: 'follow', access: 'pull' }]);
  });

  test('a tag that appears between HEAD and GET is present', async () => {
    const { found } = await looked([HEAD, { status: 404 }], [GET, image()]);
    expect(found).toEqual({ state: 'present', digest: DIGEST });
  });

  test.each([
    [401, 'denied', 'docker login quay.io'],
    [429, 'unavailable', 'lower the concurrency'],
    [502, 'unavailable', 'run again when quay.io is well'],
    [503, 'unavailable', 'run again when quay.io is well'],
  ] as const)('row 33: HEAD %i is unknown without a further request', async (status, code, next) => {
    const { found } = await looked([HEAD, { status }]);
    const error = unknown(found);
    expect(error).toMatchObject({ code, status });
    expect(error.message).toContain(
      `quay.io/org/app:v1: cannot look at the tag: quay.io answered HTTP ${status}`,
    );
    expect(error.message).toContain(next);
  });

  test.each([403, 400, 406])(
    'row 33: HEAD %i is unknown, and a GET is only asked for the reason',
    async (status) => {
      const { found } = await looked(
        [HEAD, { status }],
        [GET, { status, body: errorBody('DENIED', 'not for you') }],
      );
      expect(unknown(found)).toMatchObject({ status });
      expect(unknown(found).message).toContain(`HTTP ${status} (DENIED: not for you)`);
    },
  );

  test('row 33: a HEAD that is refused stays unknown even when the GET says absent', async () => {
    const { found } = await looked(
      [HEAD, { status: 403 }],
      [GET, { status: 404, body: errorBody('MANIFEST_UNKNOWN') }],
    );
    expect(unknown(found)).toMatchObject({ code: 'denied', status: 403 });
  });

  test.each(['timeout', 'unavailable', 'denied', 'protocol'] as const)(
    'row 33: what the transport gives up on (%s) is unknown with its place',
    async (code) => {
      const { found } = await looked([HEAD, new OperationError(code, 'HEAD quay.io: gone')]);
      expect(unknown(found).code).toBe(code);
      expect(unknown(found).message).toBe('quay.io/org/app:v1: cannot look at the tag: HEAD quay.io: gone');
    },
  );

  test('row 34: HEAD 405 leads to a GET', async () => {
    const { found } = await looked(
      [HEAD, { status: 405 }],
      [GET, image({ 'docker-content-digest': DIGEST })],
    );
    expect(found).toEqual({ state: 'present', digest: DIGEST });
  });

  test.each([undefined, '', 'sha256:short', 'md5:d41d8cd98f00b204e9800998ecf8427e'])(
    'row 35: HEAD with the digest header %p leads to a GET, whose body is hashed',
    async (header) => {
      const headers: Record<string, string> = header === undefined ? {} : { 'docker-content-digest': header };
      const { found } = await looked([HEAD, { status: 200, headers }], [GET, image()]);
      expect(found).toEqual({ state: 'present', digest: DIGEST });
    },
  );

  test('row 36: a permanent 500 is unknown, with a hint at the empty link', async () => {
    const { found } = await looked([HEAD, { status: 500 }]);
    expect(unknown(found)).toMatchObject({ code: 'unavailable', status: 500 });
    expect(unknown(found).message).toMatch(/empty link for this tag/);
  });

  test('an error that is none of ours is not swallowed', async () => {
    const script = scripted([HEAD, new TypeError('a bug')]);
    const registry = createRegistry(script.transport, { clock: stillClock(), log: keptLog() });
    await expect(registry.head(REF)).rejects.toThrow(TypeError);
  });

  test('of a digest refuses an answer with another digest', async () => {
    const ref = { registry: 'quay.io', repository: 'org/app', digest: DIGEST };
    const script = scripted([
      `HEAD manifests/${DIGEST}`,
      { status: 200, headers: { 'docker-content-digest': OTHER } },
    ]);
    const found = await createRegistry(script.transport, { clock: stillClock(), log: keptLog() }).head(ref);
    expect(unknown(found)).toMatchObject({ code: 'mismatch' });
  });

  test('at the same time for the same tag is one request; afterwards it is asked anew', async () => {
    const there: Reply = { status: 200, headers: { 'docker-content-digest': DIGEST } };
    const script = scripted([HEAD, there], [HEAD, there]);
    const registry = createRegistry(script.transport, { clock: stillClock(), log: keptLog() });
    await Promise.all([registry.head(REF), registry.head({ ...REF }), registry.head(REF)]);
    expect(script.sent).toHaveLength(1);
    await registry.head(REF);
    expect(script.sent).toHaveLength(2);
  });
});

const PAGE: Reply = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' };

describe('a look at a digest', () => {
  const at = (digest: string) => ({ registry: 'quay.io', repository: 'org/app', digest });
  const lookAt = async (digest: string, ...steps: readonly [method: string, reply: Reply][]) => {
    const script = scripted(
      ...steps.map(([method, reply]): Step => [`${method} manifests/${digest}`, reply]),
    );
    const found = await createRegistry(script.transport, { clock: stillClock(), log: keptLog() }).head(
      at(digest),
    );
    expect(script.sent).toHaveLength(steps.length);
    return found;
  };

  test.each<[string, [string, Reply][]]>([
    ['HEAD', [['HEAD', { status: 200, headers: { 'docker-content-digest': DIGEST } }]]],
    [
      'GET, where HEAD is not known',
      [
        ['HEAD', { status: 405 }],
        ['GET', image()],
      ],
    ],
  ])('present, by %s', async (_name, steps) => {
    expect(await lookAt(DIGEST, ...steps)).toMatchObject({ state: 'present', digest: DIGEST });
  });

  test('the bytes are hashed as the digest that was asked for is', async () => {
    const digest = sha512(IMAGE_TEXT);
    const found = await lookAt(
      digest,
      ['HEAD', { status: 405 }],
      ['GET', image({ 'docker-content-digest': DIGEST })],
    );
    expect(found).toMatchObject({ state: 'present', digest });
  });

  test('another one is not what was asked for', async () => {
    const found = await lookAt(DIGEST, [
      'HEAD',
      { status: 200, headers: { 'docker-content-digest': OTHER } },
    ]);
    expect(unknown(found)).toMatchObject({ code: 'mismatch', status: 200 });
    expect(unknown(found).message).toContain(`quay.io answered with ${OTHER} (HTTP 200); run again`);
    expect(unknown(found).message).toContain('cannot look at the manifest');
  });
});

test('a redirect that is not followed says nothing about the tag, and is not asked for again', async () => {
  const { found } = await looked([HEAD, { status: 304 }]);
  expect(unknown(found).status).toBe(304);
});

test('only a 404 can be about the Accept header', async () => {
  const body = errorBody('DENIED', 'the accept header of this client is not allowed');
  const { found } = await looked([HEAD, { status: 403 }], [GET, { status: 403, body }]);
  expect(unknown(found).message).not.toContain('the tag exists');
});

describe('lookAgain', () => {
  test('absent is a single GET', async () => {
    expect(await lookedAgain({ status: 404, body: errorBody('MANIFEST_UNKNOWN') })).toEqual({
      state: 'absent',
    });
  });

  test.each([
    ['without a digest header', image()],
    ['with it', image({ 'docker-content-digest': DIGEST })],
    ['as list', image({ 'content-type': DOCKER_LIST })],
  ])('present is a single GET, hashed: %s', async (_name, reply) => {
    expect(await lookedAgain(reply)).toMatchObject({ state: 'present', digest: DIGEST });
  });

  test('is never answered from memory', async () => {
    const absent: Reply = { status: 404, body: errorBody('MANIFEST_UNKNOWN') };
    const script = scripted([GET, absent], [GET, absent]);
    const registry = createRegistry(script.transport, { clock: stillClock(), log: keptLog() });
    await Promise.all([registry.headFresh(REF), registry.headFresh(REF)]);
    expect(script.sent).toHaveLength(2);
  });

  test('row 65: bytes that were bent on the way are asked for once more', async () => {
    const bent: Reply = {
      status: 200,
      headers: { 'docker-content-digest': DIGEST, 'content-type': OCI_INDEX },
      body: '{}',
    };
    expect(await lookedAgain(bent, image({ 'docker-content-digest': DIGEST }))).toMatchObject({
      state: 'present',
      digest: DIGEST,
    });
  });

  test('refuses bytes that are not what the registry says, twice', async () => {
    const wrong = image({ 'docker-content-digest': OTHER });
    const error = unknown(await lookedAgain(wrong, wrong));
    expect(error.code).toBe('mismatch');
    expect(error.message).toContain(OTHER);
    expect(error.message).toContain(DIGEST);
  });

  test.each([
    ['another digest in the header', image({ 'docker-content-digest': OTHER })],
    ['a page of a proxy', PAGE],
  ])('%s is told with what came, and what to do', async (_name, reply) => {
    const error = unknown(await lookedAgain(reply, ...(reply === PAGE ? [] : [reply])));
    expect(error.status).toBe(200);
    expect(error.message).toMatch(
      /cannot look at the tag: .*; (?:run again; if it stays|check that the host is a registry)/,
    );
  });

  test('a schema 1 manifest without a digest in the header is hashed', async () => {
    const found = await lookedAgain({ status: 200, headers: { 'content-type': SCHEMA1 }, body: IMAGE_TEXT });
    expect(found).toMatchObject({ state: 'present', digest: DIGEST });
  });

  test('a header that is no digest is no claim', async () => {
    expect(await lookedAgain(image({ 'docker-content-digest': 'sha256:short' }))).toMatchObject({
      digest: DIGEST,
    });
  });

  test('takes a sha512 digest for what it is', async () => {
    const digest = sha512(IMAGE_TEXT);
    expect(await lookedAgain(image({ 'docker-content-digest': digest }))).toMatchObject({ digest });
  });

  test('row 51: a signed schema 1 manifest is present; its digest is not that of its bytes', async () => {
    const reply = image({ 'content-type': SCHEMA1, 'docker-content-digest': OTHER });
    expect(await lookedAgain(reply)).toEqual({ state: 'present', digest: OTHER });
  });

  test.each(['text/html', 'application/json', ''])(
    '200 with the content type %p is not a registry answer',
    async (type) => {
      const error = unknown(await lookedAgain(image({ 'content-type': type })));
      expect(error).toMatchObject({ code: 'protocol', status: 200 });
      expect(error.message).toContain('not a registry answer');
    },
  );

  test.each([301, 307, 204])('HTTP %i is unknown', async (status) => {
    expect(unknown(await lookedAgain({ status }))).toMatchObject({ code: 'protocol', status });
  });
});
