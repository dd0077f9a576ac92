import { describe, expect, test } from '@jest/globals';
import { attach, bundle, bundleReferrer } from '../../testing/sigstore/attach.js';
import { COSIGN_SIGN, sign, statement } from '../../testing/sigstore/sign.js';
import type { EmbeddedRegistry } from '../../testing/registry/server.js';
import { descriptor } from '../../testing/registry/image.js';
import type { Request } from '../../src/request.js';
import { flow, flowRequest, tagsOf, writesOf } from '../support/flow.js';
import { started } from '../support/on-the-wire.js';
import {
  KEY_KINDS,
  keyAuthority,
  place,
  publicPem,
  REPOSITORY,
  sourcesOf,
  twoPlatforms,
} from '../support/trust.js';

const { whole } = twoPlatforms();
const trusted = KEY_KINDS['EC P-256']();
const thrownAway = KEY_KINDS['EC P-256']();

const entry = (at: EmbeddedRegistry, more = ''): string =>
  `images: [ { name: ${at.host}/published/app, src_name: ${at.host}/${REPOSITORY}, src_build_tag: build, tag: v1${more} } ]\n`;

const rule = (images: string, more = ''): string =>
  `trust: [ { name: release, images: [ '${images}' ], authorities: [ { key: { file: keys/release.pub } } ]${more} } ]\n`;

const trust = sourcesOf({ 'keys/release.pub': publicPem(trusted.publicKey) });

async function signedWith(
  key: ReturnType<(typeof KEY_KINDS)['RSA']>['privateKey'] | null,
): Promise<EmbeddedRegistry> {
  const at = await started();
  place(at, 'build', whole);
  if (key !== null) await sendSignature(at, key);
  return at;
}

async function sendSignature(at: EmbeddedRegistry, key: typeof trusted.privateKey): Promise<void> {
  const signature = await sign(statement(whole.digest, COSIGN_SIGN), { key });
  await attach(at.url, REPOSITORY, bundleReferrer(descriptor(whole), bundle(signature)));
}

const apply = (tagFile: string, changes: Partial<Request> = {}, command: Request['command'] = 'apply') =>
  flow(flowRequest(command, tagFile, { settle: 0, ...changes }), { trust });

describe('a promotion under a rule', () => {
  test('is made when the source is signed, and the action says who signed', async () => {
    const at = await signedWith(trusted.privateKey);
    const result = await apply(entry(at) + rule(`${at.host}/example/*`));
    expect(result.exitCode).toBe(0);
    expect(tagsOf(at, ['published/app'])).toEqual({ 'published/app:v1': whole.digest });
    expect(result.report.actions[0]?.trust).toMatchObject([
      { rule: 'release', holds: true, signers: [{ key: expect.stringMatching(/^sha256:/), identity: null }] },
    ]);
  });

  test('is refused for a throw-away key, with a message that names it', async () => {
    const at = await signedWith(thrownAway.privateKey);
    const { report, exitCode } = await apply(`${entry(at, ', attachments: require')}${rule('**')}`);
    expect(exitCode).toBe(1);
    expect(report.actions[0]).toMatchObject({ action: 'refuse', reason: { code: 'untrusted' } });
    expect(report.actions[0]?.reason.text).toMatch(
      /^trust rule release is not met: nothing that is attached to sha256:\w{12} counts: sha256:\w{12}: it is not signed with the key sha256:\w{12}$/,
    );
    expect(writesOf(at.requests).filter((line) => line.includes('published'))).toEqual([]);
  });

  test('is refused also where the tag is right already, pinned or not', async () => {
    for (const pin of ['', `, src_digest: '${whole.digest}'`]) {
      const at = await signedWith(null);
      expect((await apply(entry(at, pin))).exitCode).toBe(0);
      const { report, exitCode } = await apply(entry(at, pin) + rule('**'));
      expect([exitCode, report.actions[0]?.reason.code]).toEqual([1, 'untrusted']);
      await sendSignature(at, trusted.privateKey);
      const right = await apply(entry(at, pin) + rule('**'));
      expect([right.exitCode, right.report.actions[0]?.action]).toEqual([0, 'keep']);
    }
  });

  test('a stable tag waits for its primary tag', async () => {
    const at = await signedWith(null);
    const { report } = await apply(entry(at, ', stable: true') + rule('**'));
    expect(report.actions.map(({ action, reason }) => [action, reason.code])).toEqual([
      ['refuse', 'untrusted'],
      ['refuse', 'untrusted'],
    ]);
    expect(tagsOf(at, ['published/app'])).toEqual({});
  });

  test.each([
    ['another image', 'quay.io/**', ''],
    ['the destination', 'HOST/published/*', ''],
  ])('a rule for %s asks for nothing', async (_name, images) => {
    const at = await signedWith(null);
    expect((await apply(entry(at) + rule(images.replace('HOST', at.host)))).exitCode).toBe(0);
  });

  test('an entry may name a rule, which then holds too', async () => {
    const at = await signedWith(null);
    const { report } = await apply(entry(at, ', trust: release') + rule('quay.io/**'));
    expect(report.actions[0]?.reason.code).toBe('untrusted');
  });

  test('patterns match the name before registry-map', async () => {
    const at = await signedWith(null);
    const file = entry(at).replaceAll(at.host, 'registry.example');
    const registryMap = [`registry.example=${at.host}`];
    const { report } = await apply(file + rule('registry.example/**'), { registryMap });
    expect(report.actions[0]?.reason.code).toBe('untrusted');
    expect((await apply(file + rule(`${at.host}/**`), { registryMap })).exitCode).toBe(0);
  });
});

describe('what it costs', () => {
  test('without rules not one request more, and no key is read', async () => {
    const [plain, ruled] = [await signedWith(null), await signedWith(null)];
    const count = async (at: EmbeddedRegistry, more: string): Promise<number> => {
      const result = await flow(flowRequest('plan', entry(at) + more), more === '' ? {} : { trust });
      return result.report.http.requests;
    };
    expect(await count(plain, '')).toBe(await count(ruled, rule('quay.io/**')));
  });

  test('at most five requests more, for a create and for a tag that is right', async () => {
    const at = await signedWith(trusted.privateKey);
    for (const command of ['plan', 'apply', 'plan'] as const) {
      const without = (await apply(entry(at), {}, 'plan')).report.http.requests;
      const withRule = (await apply(entry(at) + rule('**'), {}, 'plan')).report.http.requests;
      expect(withRule - without).toBeLessThanOrEqual(5);
      await apply(entry(at) + rule('**'), {}, command);
    }
  });
});

test('a key that is missing ends the run before any request, with its place', async () => {
  const at = await signedWith(null);
  const before = at.requests.length;
  const run = flow(flowRequest('plan', entry(at) + rule('**')), { trust: sourcesOf({}) });
  await expect(run).rejects.toThrow(
    /image-tags\.yaml:2:\d+: there is no file keys\/release\.pub; commit the public key/,
  );
  expect(at.requests.length).toBe(before);
});

test('on an event that only plans, the rules of the base count', async () => {
  const at = await signedWith(thrownAway.privateKey);
  const bytes = (text: string) => [{ path: 'image-tags.yaml', bytes: new TextEncoder().encode(text) }];
  const planned = await flow(flowRequest('plan', entry(at), { trustFiles: bytes(rule('**')) }), { trust });
  expect(planned.report.actions[0]?.reason.code).toBe('untrusted');
  const own = `trust: [ { images: '**', authorities: [ ${keyAuthority(thrownAway.publicKey)} ] } ]\n`;
  const swapped = await flow(flowRequest('plan', entry(at) + own, { trustFiles: bytes(rule('**')) }), {
    trust,
  });
  expect(swapped.report.actions[0]?.reason.code).toBe('untrusted');
  expect(swapped.log.warnings.join('\n')).toContain('this change touches the trust rules');
});
