import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { artifact, indexWithout, referrer, sha512, shapes } from '../../../testing/registry/images.js';
import {
  descriptor,
  DOCKER_LIST,
  image,
  index,
  OCI_INDEX,
  OCI_MANIFEST,
  pushAll,
  seed,
} from '../../../testing/registry/image.js';
import {
  DISTRIBUTION_2_8,
  DISTRIBUTION_3,
  startRegistry,
  type EmbeddedRegistry,
} from '../../../testing/registry/server.js';
import { codeOf, raw } from '../../support/raw.js';

let registry: EmbeddedRegistry;
const url = (path: string): string => `${registry.url}/v2/${path}`;
const put = (path: string, body: Buffer | string, type: string) =>
  raw('PUT', url(path), { body, headers: { 'content-type': type } });

beforeEach(async () => {
  registry = await startRegistry();
});
afterEach(() => registry.close());

const amd64 = image();

describe('what is pushed is what is pulled', () => {
  test.each(Object.entries(shapes()))('%s, byte for byte', async (_name, shape) => {
    await pushAll(registry.url, 'a/b', 'v1', shape);
    const byTag = await raw('GET', url('a/b/manifests/v1'));
    const byDigest = await raw('GET', url(`a/b/manifests/${shape.digest}`));
    const head = await raw('HEAD', url('a/b/manifests/v1'));
    expect(byTag.body.equals(shape.bytes)).toBe(true);
    expect(byDigest.body.equals(shape.bytes)).toBe(true);
    expect(byTag.headers['content-type']).toBe(shape.mediaType);
    expect(byDigest.headers['docker-content-digest']).toBe(shape.digest);
    expect(head.status).toBe(200);
    expect(head.headers['content-length']).toBe(String(shape.bytes.length));
    expect(head.body).toHaveLength(0);
    for (const { digest, bytes } of shape.blobs) {
      expect((await raw('GET', url(`a/b/blobs/${digest}`))).body.equals(bytes)).toBe(true);
    }
  });

  test('a tag and a digest of sha512 are kept under the digest that was asked for', async () => {
    const big = sha512(amd64);
    await pushAll(registry.url, 'a', null, big);
    expect(big.digest).toMatch(/^sha512:[0-9a-f]{128}$/);
    expect((await raw('HEAD', url(`a/manifests/${big.digest}`))).status).toBe(200);
    expect((await raw('HEAD', url(`a/manifests/${amd64.digest}`))).status).toBe(404);
  });
});

describe('refusals', () => {
  beforeEach(() => seed(registry, 'a', 'v1', amd64));

  test.each([
    ['bytes that are not JSON', 'nonsense', OCI_MANIFEST],
    ['a JSON list', '[]', OCI_MANIFEST],
    ['a byte order mark', `\ufeff${amd64.bytes.toString()}`, OCI_MANIFEST],
    ['another Content-Type than mediaType', amd64.bytes, OCI_INDEX],
    ['an unknown Content-Type', amd64.bytes, 'application/octet-stream'],
    ['another schemaVersion', '{"schemaVersion":1}', OCI_MANIFEST],
    ['no config', '{"schemaVersion":2,"layers":[]}', OCI_MANIFEST],
    ['a digest that is none', '{"schemaVersion":2,"manifests":[{"digest":"sha256:1"}]}', OCI_INDEX],
    ['a list with null in it', '{"schemaVersion":2,"manifests":[null]}', OCI_INDEX],
  ])('%s is 400 MANIFEST_INVALID', async (_name, body, type) => {
    const answer = await put('a/manifests/v2', body, type);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'MANIFEST_INVALID']);
    expect(registry.tags('a')).toEqual(['v1']);
  });

  test('no Content-Type is 400', async () => {
    expect((await raw('PUT', url('a/manifests/v2'), { body: amd64.bytes })).status).toBe(400);
  });

  test('a digest that is not of these bytes is 400 DIGEST_INVALID', async () => {
    const answer = await put(`a/manifests/sha256:${'0'.repeat(64)}`, amd64.bytes, OCI_MANIFEST);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'DIGEST_INVALID']);
  });

  test('missing blobs are 400 MANIFEST_BLOB_UNKNOWN, each named', async () => {
    const answer = await put('elsewhere/manifests/v1', amd64.bytes, OCI_MANIFEST);
    const { errors } = JSON.parse(answer.body.toString()) as { errors: { detail: { digest: string } }[] };
    expect(answer.status).toBe(400);
    expect(errors.map(({ detail }) => detail.digest)).toEqual(amd64.blobs.map(({ digest }) => digest));
  });

  test('a missing child is 400 MANIFEST_BLOB_UNKNOWN, unless sparse indexes are let in', async () => {
    const sparse = indexWithout(amd64, image({ platform: 'linux/s390x' }));
    const answer = await put('a/manifests/v2', sparse.bytes, OCI_INDEX);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'MANIFEST_BLOB_UNKNOWN']);
    const lenient = await startRegistry({ behaviour: { sparseIndexes: true } });
    await pushAll(lenient.url, 'a', 'v2', sparse);
    expect(lenient.tags('a')).toEqual(['v2']);
    await lenient.close();
  });

  test.each([
    ['', 413, 'SIZE_INVALID'],
    ['docker-registry 2.8', 400, 'MANIFEST_INVALID'],
  ])('more than 4 MiB is refused on %s with %s', async (profile, status, code) => {
    const strict = await startRegistry({ behaviour: profile === '' ? {} : DISTRIBUTION_2_8 });
    const body = `{"schemaVersion":2,"x":"${'x'.repeat(4 * 1024 * 1024)}"}`;
    const answer = await raw('PUT', `${strict.url}/v2/a/manifests/v1`, {
      body,
      headers: { 'content-type': OCI_MANIFEST },
    });
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    await strict.close();
  });

  test.each([
    ['PUT', 'a/manifests/.v1', 400, 'TAG_INVALID'],
    ['PUT', `a/manifests/${'x'.repeat(129)}`, 400, 'TAG_INVALID'],
    ['GET', 'a/manifests/sha256:xyz', 400, 'DIGEST_INVALID'],
    ['GET', 'a/manifests/nope', 404, 'MANIFEST_UNKNOWN'],
    ['GET', 'nobody/manifests/v1', 404, 'MANIFEST_UNKNOWN'],
    ['GET', 'UPPER/manifests/v1', 400, 'NAME_INVALID'],
    ['GET', 'a//b/manifests/v1', 400, 'NAME_INVALID'],
  ])('%s %s is %s %s', async (method, path, status, code) => {
    const answer = await raw(method, url(path), { headers: { 'content-type': OCI_MANIFEST } });
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
  });

  test('paths outside the API are 404 as plain text', async () => {
    const answer = await raw('GET', `${registry.url}/v2/_catalog`);
    expect([answer.status, answer.body.toString()]).toEqual([404, '404 page not found\n']);
  });
});

describe('deleting', () => {
  test('by digest takes every tag along; by tag only the tag', async () => {
    seed(registry, 'a', 'v1', amd64);
    seed(registry, 'a', 'v2', amd64);
    seed(registry, 'a', 'v3', amd64);
    expect((await raw('DELETE', url('a/manifests/v3'))).status).toBe(202);
    expect(registry.tags('a')).toEqual(['v1', 'v2']);
    expect((await raw('DELETE', url(`a/manifests/${amd64.digest}`))).status).toBe(202);
    expect(registry.tags('a')).toEqual([]);
    expect((await raw('DELETE', url(`a/manifests/${amd64.digest}`))).status).toBe(404);
  });

  test('of tags is refused with 400 by docker-registry 2.8', async () => {
    const strict = await startRegistry({ behaviour: DISTRIBUTION_2_8 });
    seed(strict, 'a', 'v1', amd64);
    expect((await raw('DELETE', `${strict.url}/v2/a/manifests/v1`)).status).toBe(400);
    expect(strict.tags('a')).toEqual(['v1']);
    await strict.close();
  });
});

describe('Accept', () => {
  const oci = index([amd64]);
  const docker = image({ format: 'docker' });
  const list = index([docker], { format: 'docker' });
  const any = '*/*';
  const DOCKER = docker.mediaType;

  // Every row was compared with the real registry of that version.
  test.each([
    ['2.8', 'OCI index', oci, OCI_INDEX, 200, oci.digest],
    ['2.8', 'OCI index', oci, `${OCI_MANIFEST}, ${OCI_INDEX};q=0.5`, 200, oci.digest],
    ['2.8', 'OCI index', oci, OCI_MANIFEST, 404, undefined],
    ['2.8', 'OCI index', oci, any, 404, undefined],
    ['2.8', 'OCI index', oci, '', 404, undefined],
    ['2.8', 'OCI manifest', amd64, any, 404, undefined],
    ['2.8', 'OCI manifest', amd64, OCI_MANIFEST, 200, amd64.digest],
    ['2.8', 'Docker list', list, DOCKER_LIST, 200, list.digest],
    ['2.8', 'Docker list', list, DOCKER, 200, docker.digest],
    ['2.8', 'Docker list', list, any, 200, 'another'],
    ['2.8', 'Docker manifest', docker, any, 200, 'another'],
    ['2.8', 'Docker manifest', docker, DOCKER, 200, docker.digest],
    ['3.1', 'OCI index', oci, any, 200, oci.digest],
    ['3.1', 'OCI manifest', amd64, OCI_INDEX, 404, undefined],
    ['3.1', 'Docker list', list, DOCKER, 200, docker.digest],
    ['3.1', 'Docker list', list, any, 400, undefined],
    ['3.1', 'Docker manifest', docker, any, 200, docker.digest],
  ])('distribution %s: %s %# with "%s" %s is %s', async (version, _name, shape, accept, status, digest) => {
    const behaviour = version === '2.8' ? DISTRIBUTION_2_8 : DISTRIBUTION_3;
    const strict = await startRegistry({ behaviour });
    seed(strict, 'a', 'v1', shape);
    const answer = await raw('GET', `${strict.url}/v2/a/manifests/v1`, { headers: { accept } });
    const head = await raw('HEAD', `${strict.url}/v2/a/manifests/v1`, { headers: { accept } });
    await strict.close();
    const given = answer.headers['docker-content-digest'];
    expect([answer.status, head.status]).toEqual([status, status]);
    if (digest === 'another') {
      expect([list.digest, docker.digest, undefined]).not.toContain(given);
      expect(answer.headers['content-type']).toBe(
        'application/vnd.docker.distribution.manifest.v1+prettyjws',
      );
    } else expect(given).toBe(digest);
    if (status === 404) expect(answer.body.toString()).toContain('accept header does not support OCI');
  });

  test('by digest Docker types are given whatever Accept says', async () => {
    const strict = await startRegistry({ behaviour: DISTRIBUTION_2_8 });
    seed(strict, 'a', null, list);
    const answer = await raw('GET', `${strict.url}/v2/a/manifests/${list.digest}`);
    expect(answer.headers['docker-content-digest']).toBe(list.digest);
    await strict.close();
  });
});

describe('subjects', () => {
  test('OCI-Subject is said by a registry that has the referrers API, and only by that', async () => {
    seed(registry, 'a', null, amd64);
    const about = referrer(amd64);
    seed(registry, 'a', null, { ...about, children: [] });
    const answer = await put(`a/manifests/${about.digest}`, about.bytes, OCI_MANIFEST);
    expect([answer.status, answer.headers['oci-subject']]).toEqual([201, amd64.digest]);
    const old = await startRegistry({ behaviour: DISTRIBUTION_2_8 });
    seed(old, 'a', null, about);
    const silent = await raw('PUT', `${old.url}/v2/a/manifests/${about.digest}`, {
      body: about.bytes,
      headers: { 'content-type': OCI_MANIFEST },
    });
    expect([silent.status, silent.headers['oci-subject']]).toEqual([201, undefined]);
    await old.close();
  });

  test('a subject need not exist', async () => {
    const orphan = artifact({ artifactType: 'application/x-a', subject: descriptor(amd64, false) });
    await pushAll(registry.url, 'b', null, orphan);
    expect(registry.manifest('b', orphan.digest)?.bytes.equals(orphan.bytes)).toBe(true);
  });
});

describe('tag history', () => {
  test('knows of tags deleted without a request', () => {
    seed(registry, 'a', 'v1', amd64);
    registry.deleteTag('a', 'v1');
    registry.deleteTag('a', 'v1');
    expect(registry.tags('a')).toEqual([]);
    expect(registry.history.map(({ digest, request }) => [digest, request])).toEqual([
      [amd64.digest, null],
      [null, null],
    ]);
  });

  test('holds every state that a tag ever had, with the request that made it', async () => {
    const other = image({ platform: 'linux/arm64' });
    seed(registry, 'a', 'v1', amd64);
    await pushAll(registry.url, 'a', 'v1', other);
    await pushAll(registry.url, 'a', 'v1', other);
    await raw('DELETE', url('a/manifests/v1'));
    const moved = registry.requests.findIndex(({ kind }) => kind === 'put-manifest-tag');
    const [created, changed, gone, ...more] = registry.history;
    expect(created).toEqual({
      repository: 'a',
      tag: 'v1',
      digest: amd64.digest,
      previous: null,
      request: null,
    });
    expect(changed).toEqual({ ...created, digest: other.digest, previous: amd64.digest, request: moved });
    expect(gone).toMatchObject({ digest: null, previous: other.digest });
    expect(more).toEqual([]);
  });
});
