import { describe, expect, test } from '@jest/globals';

import { OperationError } from '../../src/errors.js';
import { createRegistry } from '../../src/registry/registry.js';
import { IMAGE_TEXT, manifestOf, OCI_MANIFEST, sha256 } from '../support/literals.js';
import {
  errorBody,
  keptLog,
  scripted,
  stillClock,
  type Reply,
  type Script,
  type Step,
} from '../support/scripted.js';

const TAG = { registry: 'quay.io', repository: 'org/app', tag: 'v1' };
const MANIFEST = manifestOf(IMAGE_TEXT, OCI_MANIFEST);
const OLD_TEXT = IMAGE_TEXT.replace('\n}', ',"annotations":{"is":"old"}\n}');
const FOREIGN_TEXT = IMAGE_TEXT.replace('\n}', ',"annotations":{"is":"foreign"}\n}');
const OLD = sha256(OLD_TEXT);
const FOREIGN = sha256(FOREIGN_TEXT);

const PUT = 'PUT manifests/v1';
const GET = 'GET manifests/v1';
const created: Reply = { status: 201 };
const absent: Reply = { status: 404, body: errorBody('MANIFEST_UNKNOWN') };
const holds = (body: string): Reply => ({ status: 200, headers: { 'content-type': OCI_MANIFEST }, body });
const lost = new OperationError(
  'unavailable',
  'PUT quay.io/v2/org/app/manifests/v1: the connection was reset',
);

async function put(script: Script, previous: string | null = null): Promise<void> {
  await createRegistry(script.transport, { clock: stillClock(), log: keptLog() }).put(
    TAG,
    MANIFEST,
    previous,
  );
}

/** Plays the whole script and no more. */
async function puts(previous: string | null, ...steps: Step[]): Promise<void> {
  const script = scripted(...steps);
  await put(script, previous);
  expect(script.lines()).toEqual(steps.map(([line]) => line));
}

async function refused(previous: string | null, ...steps: Step[]): Promise<OperationError> {
  const script = scripted(...steps);
  const error: unknown = await put(script, previous).then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  expect(script.lines()).toEqual(steps.map(([line]) => line));
  if (error instanceof OperationError) return error;
  throw error;
}

describe('put', () => {
  test('sends exactly the bytes, the media type without parameters, and follows no redirect', async () => {
    const script = scripted([PUT, created]);
    await put(script);
    const [request] = script.sent;
    expect(request).toMatchObject({
      headers: { 'content-type': OCI_MANIFEST },
      access: 'pull,push',
      redirect: 'refuse',
      repeatable: false,
    });
    expect(Buffer.from(request?.body as Uint8Array).toString()).toBe(IMAGE_TEXT);
  });

  test('takes the digest that the registry confirms', async () => {
    await puts(null, [PUT, { status: 201, headers: { 'docker-content-digest': MANIFEST.digest } }]);
  });

  test('refuses a registry that stored something else', async () => {
    const error = await refused(null, [PUT, { status: 201, headers: { 'docker-content-digest': FOREIGN } }]);
    expect(error).toMatchObject({ code: 'mismatch', status: 201 });
    expect(error.message).toContain(FOREIGN);
    expect(error.message).toContain(MANIFEST.digest);
  });

  test('row 39: the answer is lost and the tag is ours: done, without a second write', async () => {
    await puts(null, [PUT, lost], [GET, holds(IMAGE_TEXT)]);
  });

  test('row 39: the answer is lost and the tag is absent: written again', async () => {
    await puts(null, [PUT, lost], [GET, absent], [PUT, created]);
  });

  test('row 39: the answer is lost and a moving tag is where it was: written again', async () => {
    await puts(OLD, [PUT, lost], [GET, holds(OLD_TEXT)], [PUT, created]);
  });

  test("row 39: the answer is lost and the tag is somebody else's: both digests, no second write", async () => {
    const error = await refused(OLD, [PUT, lost], [GET, holds(FOREIGN_TEXT)]);
    expect(error.code).toBe('mismatch');
    expect(error.message).toContain(
      `quay.io/org/app:v1: cannot write the tag: the tag holds ${FOREIGN}, not ${MANIFEST.digest}`,
    );
    expect(error.message).toContain('another writer was faster');
  });

  test('row 38: a tag that was to be new and is taken meanwhile is not written again', async () => {
    expect((await refused(null, [PUT, { status: 503 }], [GET, holds(FOREIGN_TEXT)])).code).toBe('mismatch');
  });

  test('the answer is lost and the tag cannot be told: the first error, and that nothing is known', async () => {
    const error = await refused(null, [PUT, lost], [GET, { status: 503 }]);
    expect(error.code).toBe('unavailable');
    expect(error.message).toContain('the connection was reset');
    expect(error.message).toContain('Whether the tag was written cannot be told');
  });

  test('a registry that never takes it is asked three times', async () => {
    const steps: Step[] = [1, 2, 3].flatMap((): Step[] => [
      [PUT, { status: 502 }],
      [GET, absent],
    ]);
    expect(await refused(null, ...steps)).toMatchObject({ code: 'unavailable', status: 502 });
  });

  test('waits between tries, longer each time', async () => {
    const clock = stillClock(0.5);
    const script = scripted(
      [PUT, { status: 502 }],
      [GET, absent],
      [PUT, { status: 429 }],
      [GET, absent],
      [PUT, created],
    );
    await createRegistry(script.transport, { clock, log: keptLog() }).put(TAG, MANIFEST, null);
    expect(clock.slept).toEqual([250, 500]);
  });

  describe.each([
    [
      'ECR',
      400,
      errorBody(
        'TAG_INVALID',
        "The image tag 'v1' already exists and cannot be overwritten because the repository is immutable.",
      ),
    ],
    ['a 403', 403, errorBody('DENIED')],
    ['a 409', 409, errorBody('CONFLICT')],
    ['Harbor', 412, errorBody('PRECONDITION', 'Failed to process request due to immutability')],
  ])('row 40: refused by immutability, %s', (_name, status, body) => {
    test('the tag holds this digest: success', async () => {
      await puts(null, [PUT, { status, body }], [GET, holds(IMAGE_TEXT)]);
    });

    test('the tag holds another digest: both digests and the way out', async () => {
      const error = await refused(OLD, [PUT, { status, body }], [GET, holds(OLD_TEXT)]);
      expect(error).toMatchObject({ code: 'rejected', status });
      expect(error.message).toContain(OLD);
      expect(error.message).toContain(MANIFEST.digest);
      expect(error.message).toContain(`HTTP ${status}`);
      expect(error.message).toMatch(/immutable/);
    });

    test('the tag is absent: refused in the words of the registry, once', async () => {
      const error = await refused(null, [PUT, { status, body }], [GET, absent]);
      expect(error.status).toBe(status);
    });
  });

  test.each([
    ['docker.io', 'Docker Hub'],
    ['1234.dkr.ecr.eu-west-1.amazonaws.com', 'ECR'],
    ['x.azurecr.io', 'az acr repository update'],
    ['europe-docker.pkg.dev', 'Artifact Registry'],
  ])('row 40: on %s the way out is named in its terms', async (registry, words) => {
    const script = scripted([PUT, { status: 400 }], [GET, holds(OLD_TEXT)]);
    const failing = createRegistry(script.transport, { clock: stillClock(), log: keptLog() }).put(
      { ...TAG, registry },
      MANIFEST,
      OLD,
    );
    await expect(failing).rejects.toThrow(words);
  });

  test('row 59: parts that the registry does not see for a moment are waited for', async () => {
    await puts(
      null,
      [PUT, { status: 400, body: errorBody('MANIFEST_BLOB_UNKNOWN') }],
      [GET, absent],
      [PUT, created],
    );
  });

  test('row 76: 401 is not followed by anything', async () => {
    const error = await refused(null, [PUT, { status: 401, body: errorBody('UNAUTHORIZED') }]);
    expect(error).toMatchObject({ code: 'denied', status: 401 });
    expect(error.message).toContain('docker login quay.io');
  });

  test.each(['cancelled', 'unsafe', 'denied'] as const)('nothing follows on %s', async (code) => {
    const error = await refused(null, [PUT, new OperationError(code, 'stop')]);
    expect(error.code).toBe(code);
  });

  test('by digest may be repeated by the transport, since it always gives the same state', async () => {
    const ref = { registry: 'quay.io', repository: 'org/app', digest: MANIFEST.digest };
    const script = scripted([`PUT manifests/${MANIFEST.digest}`, created]);
    await createRegistry(script.transport, { clock: stillClock(), log: keptLog() }).put(ref, MANIFEST, null);
    expect(script.sent[0]).toMatchObject({ repeatable: true });
  });

  test('a look that began before the write does not answer one after it', async () => {
    const head = 'HEAD manifests/v1';
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const script = scripted(
      [head, { status: 503 }],
      [PUT, created],
      [head, { status: 200, headers: { 'docker-content-digest': MANIFEST.digest } }],
    );
    const transport = {
      ...script.transport,
      send: async (request: Parameters<typeof script.transport.send>[0]) => {
        const answer = await script.transport.send(request);
        if (script.sent.length === 1) await gate;
        return answer;
      },
    };
    const registry = createRegistry(transport, { clock: stillClock(), log: keptLog() });
    const before = registry.head(TAG);
    await registry.put(TAG, MANIFEST, null);
    const after = await registry.head(TAG);
    release();
    expect(after).toMatchObject({ state: 'present', digest: MANIFEST.digest });
    expect(await before).toMatchObject({ state: 'unknown' });
  });
});
