import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { image, index, OCI_INDEX, seed } from '../../../testing/registry/image.js';
import {
  DISTRIBUTION_2_8,
  DISTRIBUTION_3,
  type EmbeddedRegistry,
  startRegistry,
} from '../../../testing/registry/server.js';
import { referrer } from '../../../testing/registry/images.js';
import { codeOf, jsonOf, raw, type RawAnswer } from '../../support/raw.js';

let registry: EmbeddedRegistry;
const TAGS = ['v10', 'v9', 'latest', 'V1', 'b', 'a'];
const SORTED = ['V1', 'a', 'b', 'latest', 'v10', 'v9'];
const app = image();

async function restart(options: Parameters<typeof startRegistry>[0] = {}): Promise<void> {
  await registry.close();
  registry = await startRegistry(options);
  for (const tag of TAGS) seed(registry, 'team/app', tag, app);
}

/** Follows Link headers to the end and gives every page. */
async function pages(path: string): Promise<RawAnswer[]> {
  const found: RawAnswer[] = [];
  for (let target: string | undefined = path; target !== undefined && found.length < 50;) {
    const answer: RawAnswer = await raw('GET', new URL(target, registry.url).href);
    found.push(answer);
    target = /^<(.+)>; rel="next"$/.exec(answer.headers['link'] ?? '')?.[1];
  }
  return found;
}

beforeEach(async () => {
  registry = await startRegistry();
  await restart();
});
afterEach(() => registry.close());

describe('tags', () => {
  test.each([
    ['', [SORTED]],
    ['?n=4', [SORTED.slice(0, 4), SORTED.slice(4)]],
    ['?n=3', [SORTED.slice(0, 3), SORTED.slice(3)]],
    ['?n=6', [SORTED]],
    ['?n=0', [[]]],
    ['?last=b', [SORTED.slice(3)]],
    ['?last=bb&n=1', [['latest'], ['v10'], ['v9']]],
    ['?last=zzz', [[]]],
  ])('tags/list%s', async (query, expected) => {
    const found = await pages(`/v2/team/app/tags/list${query}`);
    expect(found.map((page) => jsonOf(page)['tags'])).toEqual(expected);
    expect(jsonOf(found[0]!)['name']).toBe('team/app');
  });

  test('a limit of the registry holds whatever n says', async () => {
    await restart({ behaviour: { pageSize: 2 } });
    const found = await pages('/v2/team/app/tags/list?n=1000');
    expect(found.map((page) => jsonOf(page)['tags'])).toEqual([
      SORTED.slice(0, 2),
      SORTED.slice(2, 4),
      SORTED.slice(4),
    ]);
  });

  test('docker-registry 2.8 ignores n and last, sends no Link and does not sort', async () => {
    await restart({ behaviour: DISTRIBUTION_2_8 });
    const answer = await raw('GET', `${registry.url}/v2/team/app/tags/list?n=1&last=b`);
    expect([jsonOf(answer)['tags'], answer.headers['link']]).toEqual([TAGS, undefined]);
  });

  test.each([
    [{}, []],
    [DISTRIBUTION_3, null],
  ])('the last tag gone leaves %#: an empty list or null', async (behaviour, expected) => {
    await restart({ behaviour });
    await raw('DELETE', `${registry.url}/v2/team/app/manifests/${app.digest}`);
    const answer = await raw('GET', `${registry.url}/v2/team/app/tags/list`);
    expect(jsonOf(answer)['tags']).toEqual(expected);
  });

  test.each([
    ['nobody/tags/list', 404, 'NAME_UNKNOWN'],
    ['team/app/tags/list?n=-1', 400, 'PAGINATION_NUMBER_INVALID'],
    ['team/app/tags/list?n=x', 400, 'PAGINATION_NUMBER_INVALID'],
  ])('%s is %s %s', async (path, status, code) => {
    const answer = await raw('GET', `${registry.url}/v2/${path}`);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
  });
});

describe('referrers', () => {
  const sbom = referrer(app);
  const signature = referrer(app, 'application/x-signature');
  const set = index([image({ platform: 'linux/arm64' })], {
    subject: app,
    artifactType: 'application/x-set',
  });
  const typed = image({ subject: app, annotations: { note: 'typed by its config' } });
  const all = [sbom, signature, set, typed];
  const path = `/v2/team/app/referrers/${app.digest}`;

  const seedAll = (): void => all.forEach((one) => seed(registry, 'team/app', null, one));
  const digests = (answer: RawAnswer): string[] =>
    (jsonOf(answer)['manifests'] as { digest: string }[]).map(({ digest }) => digest);

  test('lists manifests and indexes with that subject, typed and with their annotations', async () => {
    seedAll();
    const answer = await raw('GET', registry.url + path);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, OCI_INDEX]);
    expect(digests(answer).sort()).toEqual(all.map(({ digest }) => digest).sort());
    expect(jsonOf(answer)).toMatchObject({ schemaVersion: 2, mediaType: OCI_INDEX });
    expect(jsonOf(answer)['manifests']).toContainEqual({
      mediaType: typed.mediaType,
      digest: typed.digest,
      size: typed.bytes.length,
      artifactType: 'application/vnd.oci.image.config.v1+json',
      annotations: { note: 'typed by its config' },
    });
  });

  test('filters by artifactType and says so', async () => {
    seedAll();
    const answer = await raw('GET', `${registry.url}${path}?artifactType=application/x-signature`);
    expect([digests(answer), answer.headers['oci-filters-applied']]).toEqual([
      [signature.digest],
      'artifactType',
    ]);
  });

  test('is paged where the registry has a limit, filter kept', async () => {
    await restart({ behaviour: { pageSize: 1 } });
    seedAll();
    seed(registry, 'team/app', null, referrer(app, 'application/x-signature', 'a second one'));
    const found = await pages(`${path}?artifactType=application/x-signature`);
    expect(found.map((page) => digests(page).length)).toEqual([1, 1]);
    expect(new Set(found.flatMap(digests)).size).toBe(2);
  });

  test('is an empty index for what nobody refers to, known or not', async () => {
    const answer = await raw('GET', `${registry.url}/v2/nobody/referrers/sha256:${'0'.repeat(64)}`);
    expect([answer.status, jsonOf(answer)['manifests']]).toEqual([200, []]);
  });

  test('a digest that is none is 400', async () => {
    expect((await raw('GET', `${registry.url}/v2/team/app/referrers/latest`)).status).toBe(400);
  });

  test('is a plain 404 where the API does not exist', async () => {
    await restart({ behaviour: DISTRIBUTION_2_8 });
    const answer = await raw('GET', registry.url + path);
    expect([answer.status, answer.headers['content-type'], answer.body.toString()]).toEqual([
      404,
      'text/plain; charset=utf-8',
      '404 page not found\n',
    ]);
  });
});
