import { expect, test } from '@jest/globals';

import type { FaultRule } from '../../testing/registry/faults.js';
import { image, index, seed } from '../../testing/registry/image.js';
import { connected, started } from '../support/on-the-wire.js';

/** `http.retries` of the report: every request that is sent again because it went wrong, whoever sends it, each once. */
const FROM = 'team/app';
const TO = 'release/app';
const WHAT = index([image()]);

/** Copies an image and writes its tag; looks at the destination (HEAD, and GET after a write) are left out of `sent`. */
async function copied(
  where: 'source' | 'target',
  ...rules: FaultRule[]
): Promise<{ retries: number; sent: number }> {
  const at = { source: await started(), target: await started() };
  seed(at.source, FROM, 'v1', WHAT);
  at[where].faults.set(rules);
  const { registry } = connected();
  const source = { registry: at.source.host, repository: FROM, digest: WHAT.digest };
  const destination = { registry: at.target.host, repository: TO };
  const manifest = await registry.manifest(source);
  await registry.copyImage(source, manifest, destination, 'ignore');
  await registry.put({ ...destination, tag: 'v1' }, manifest, null).catch(() => undefined);
  const written = at.target.requests.filter(({ method }) => !['GET', 'HEAD'].includes(method));
  const read = at.source.requests.filter(({ method }) => method === 'GET');
  return { retries: registry.usage().retries, sent: written.length + read.length };
}

const broken = { kind: 'status', status: 500 } as const;
const partUnknown = { kind: 'status', status: 400, code: 'MANIFEST_BLOB_UNKNOWN' } as const;

test.each<[string, 'source' | 'target', FaultRule, number]>([
  [
    'a tag whose PUT is never taken',
    'target',
    { match: { kind: 'put-manifest-tag' }, fault: broken, times: 'always' },
    2,
  ],
  ['a tag whose PUT is throttled', 'target', throttled('put-manifest-tag'), 1],
  [
    'a manifest that is repeated by the transport',
    'target',
    { match: { kind: 'put-manifest-digest' }, fault: broken },
    1,
  ],
  [
    'a manifest that is repeated after a look at its parts',
    'target',
    { match: { kind: 'put-manifest-digest' }, fault: partUnknown },
    1,
  ],
  ['an upload session', 'target', { match: { kind: 'start-upload' }, fault: broken }, 1],
  [
    'an upload: its session, its source and its bytes',
    'target',
    { match: { kind: 'put-blob' }, fault: broken },
    3,
  ],
  ['an upload that is throttled: its source and its bytes', 'target', throttled('put-blob'), 2],
  ['a blob that is not given', 'source', { match: { kind: 'get-blob' }, fault: broken }, 1],
  [
    'a manifest that comes bent',
    'source',
    { match: { kind: 'get-manifest' }, fault: { kind: 'corrupt' } },
    1,
  ],
])('%s', async (_name, where, rule, expected) => {
  const clean = await copied(where);
  const done = await copied(where, rule);
  expect(clean.retries).toBe(0);
  expect(done).toEqual({ retries: expected, sent: clean.sent + expected });
});

test('an upload that breaks off because its source comes bent, which the registry may never see', async () => {
  const bent = { match: { kind: 'get-blob' }, fault: { kind: 'corrupt' } } as const;
  expect(await copied('source', bent)).toMatchObject({ retries: 3 });
});

function throttled(kind: 'put-manifest-tag' | 'put-blob'): FaultRule {
  return { match: { kind }, fault: { kind: 'throttle', retryAfter: null } };
}
