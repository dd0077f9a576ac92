import { describe, expect, test } from '@jest/globals';

import type { Manifest } from '../../src/oci/manifest.js';
import { createRegistry } from '../../src/registry/registry.js';
import { IMAGE_TEXT, OCI_INDEX, OCI_MANIFEST, SCHEMA1, sha256, sha512 } from '../support/literals.js';
import {
  errorBody,
  keptLog,
  scripted,
  stillClock,
  type Reply,
  type Script,
  type Step,
} from '../support/scripted.js';

const REPOSITORY = { registry: 'quay.io', repository: 'org/app' };
const TAG = { ...REPOSITORY, tag: 'v1' };
const DIGEST = sha256(IMAGE_TEXT);
const GET = 'GET manifests/v1';

const image = (headers: Readonly<Record<string, string>> = {}, body = IMAGE_TEXT): Reply => ({
  status: 200,
  headers: { 'content-type': OCI_MANIFEST, ...headers },
  body,
});

function read(
  script: Script,
  ref: typeof TAG | (typeof REPOSITORY & { digest: string }) = TAG,
): Promise<Manifest> {
  return createRegistry(script.transport, { clock: stillClock(), log: keptLog() }).manifest(ref);
}

describe('manifest', () => {
  test('row 49: gives the bytes as they came, hashed, and asks for four media types on one line', async () => {
    const script = scripted([
      GET,
      image({ 'docker-content-digest': DIGEST, 'content-type': `${OCI_MANIFEST}; charset=utf-8` }),
    ]);
    const manifest = await read(script);
    expect(Buffer.from(manifest.bytes).toString()).toBe(IMAGE_TEXT);
    expect(manifest).toMatchObject({ digest: DIGEST, mediaType: OCI_MANIFEST });
    expect(script.sent[0]).toMatchObject({
      headers: {
        accept:
          'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, ' +
          'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json',
      },
      access: 'pull',
      maxBytes: 8 * 1024 * 1024,
    });
  });

  test('without Content-Type the body says what it is', async () => {
    const manifest = await read(scripted([GET, { status: 200, body: IMAGE_TEXT }]));
    expect(manifest.mediaType).toBe(OCI_MANIFEST);
  });

  test('row 65: bytes bent on the way are asked for once more', async () => {
    const bent = image({ 'docker-content-digest': DIGEST }, IMAGE_TEXT.replace('2', '3'));
    const script = scripted([GET, bent], [GET, image({ 'docker-content-digest': DIGEST })]);
    expect((await read(script)).digest).toBe(DIGEST);
  });

  test('row 65: a header that never fits the bytes is refused with both digests', async () => {
    const bent = image({ 'docker-content-digest': sha256('other') });
    const failing = read(scripted([GET, bent], [GET, bent]));
    await expect(failing).rejects.toMatchObject({ code: 'mismatch', status: 200 });
    await expect(failing).rejects.toThrow(sha256('other'));
    await expect(failing).rejects.toThrow(DIGEST);
  });

  test('bytes with another digest than the one that was asked for are refused', async () => {
    const step: Step = [`GET manifests/${sha256('other')}`, image()];
    await expect(
      read(scripted(step, step), { ...REPOSITORY, digest: sha256('other') }),
    ).rejects.toMatchObject({
      code: 'mismatch',
    });
  });

  test('row 50: a sha512 digest is checked as sha512', async () => {
    const digest = sha512(IMAGE_TEXT);
    const script = scripted([`GET manifests/${digest}`, image({ 'docker-content-digest': DIGEST })]);
    expect((await read(script, { ...REPOSITORY, digest })).digest).toBe(digest);
  });

  test.each([
    ['row 51: schema 1', { 'content-type': SCHEMA1 }, 'rejected', 'schema 1'],
    [
      'an HTML page',
      { 'content-type': 'text/html' },
      'rejected',
      '"text/html" is not one of a container image',
    ],
    ['another Content-Type than mediaType', { 'content-type': OCI_INDEX }, 'mismatch', 'calls itself'],
  ])('%s is refused', async (_name, headers, code, what) => {
    const failing = read(scripted([GET, image(headers)]));
    await expect(failing).rejects.toMatchObject({ code });
    await expect(failing).rejects.toThrow(what);
  });

  test('a confirmed 404 is absent', async () => {
    const failing = read(scripted([GET, { status: 404, body: errorBody('MANIFEST_UNKNOWN') }]));
    await expect(failing).rejects.toMatchObject({ code: 'absent', status: 404 });
    await expect(failing).rejects.toThrow('quay.io/org/app:v1: cannot read the manifest: there is none');
  });

  test.each([
    [404, '<html>', 'rejected'],
    [401, errorBody('UNAUTHORIZED'), 'denied'],
    [500, '', 'unavailable'],
  ] as const)('HTTP %i with %p is not absent', async (status, body, code) => {
    await expect(read(scripted([GET, { status, body }]))).rejects.toMatchObject({ code, status });
  });

  test('by digest is read once a run, also after it was read by tag', async () => {
    const script = scripted([GET, image()]);
    const registry = createRegistry(script.transport, { clock: stillClock(), log: keptLog() });
    const first = await registry.manifest(TAG);
    const again = await Promise.all([1, 2].map(() => registry.manifest({ ...REPOSITORY, digest: DIGEST })));
    expect(again.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([IMAGE_TEXT, IMAGE_TEXT]);
    expect(first.digest).toBe(DIGEST);
    expect(script.sent).toHaveLength(1);
  });

  test('row 57: by tag is asked anew, since tags move', async () => {
    const other = IMAGE_TEXT.replace('\n}', ',"x":1\n}');
    const script = scripted([GET, image()], [GET, image({}, other)]);
    const registry = createRegistry(script.transport, { clock: stillClock(), log: keptLog() });
    expect((await registry.manifest(TAG)).digest).toBe(DIGEST);
    expect((await registry.manifest(TAG)).digest).toBe(sha256(other));
  });

  test('of another repository is not answered from memory', async () => {
    const elsewhere = { ...REPOSITORY, repository: 'org/other', digest: DIGEST };
    const script = scripted(
      [GET, image()],
      [`GET manifests/${DIGEST}`, { status: 404, body: errorBody('NAME_UNKNOWN') }],
    );
    const registry = createRegistry(script.transport, { clock: stillClock(), log: keptLog() });
    await registry.manifest(TAG);
    await expect(registry.manifest(elsewhere)).rejects.toMatchObject({ code: 'absent' });
  });

  test('a failure is not remembered', async () => {
    const get = `GET manifests/${DIGEST}`;
    const script = scripted([get, { status: 503 }], [get, image()]);
    const registry = createRegistry(script.transport, { clock: stillClock(), log: keptLog() });
    await expect(registry.manifest({ ...REPOSITORY, digest: DIGEST })).rejects.toMatchObject({ status: 503 });
    expect((await registry.manifest({ ...REPOSITORY, digest: DIGEST })).digest).toBe(DIGEST);
  });
});
