import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { cosignTags, digestOf, referrersTag, verifying } from '../../src/oci/digest.js';
import { formatPlatform, isRealPlatform } from '../../src/oci/platform.js';
import { parseTag } from '../../src/oci/reference.js';
import { once, mutex } from '../../src/shared/concurrency.js';
import { EMPTY, sha256, sha512 } from '../support/literals.js';

describe('digests and the tags made of them', () => {
  test('of nothing', () => {
    expect(digestOf(new Uint8Array(0))).toBe(EMPTY);
    expect(digestOf(new Uint8Array(0), 'sha512')).toBe(sha512(''));
  });

  test('row 58: the fallback tag and the tags of cosign', () => {
    const hex = EMPTY.slice('sha256:'.length);
    expect(referrersTag(EMPTY)).toBe(`sha256-${hex}`);
    expect(cosignTags(EMPTY)).toEqual([`sha256-${hex}.sig`, `sha256-${hex}.att`, `sha256-${hex}.sbom`]);
  });

  test('row 50: of a sha512 digest the fallback tag is cut to 64 digits, and cosign has none', () => {
    expect(referrersTag(sha512(''))).toBe(`sha512-${sha512('').slice(7, 71)}`);
    expect(cosignTags(sha512(''))).toEqual([]);
  });

  test('row 12: all of them are tags that a policy must not render', () => {
    for (const tag of [referrersTag(EMPTY), referrersTag(sha512('')), ...cosignTags(EMPTY)]) {
      expect(parseTag(tag)).toMatchObject({ ok: false, what: expect.stringContaining('reserved') });
    }
  });
});

describe('verifying', () => {
  const through = (
    pieces: readonly Buffer[],
    expected: { digest: string; size: number },
  ): Promise<Buffer> => {
    const check = verifying('x', expected);
    const source = Readable.from(pieces, { objectMode: false });
    source.on('error', (error) => check.destroy(error));
    return buffer(source.pipe(check));
  };

  test('passes exactly the bytes on, in any pieces, empty ones included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 }), async (parts) => {
        const pieces = parts.filter((part) => part.length > 0).map((part) => Buffer.from(part));
        const whole = Buffer.concat(pieces);
        const out = await through(pieces, { digest: sha256(whole), size: whole.length });
        expect(out.equals(whole)).toBe(true);
      }),
    );
  });

  test.each([
    ['another byte', 'abX', sha256('abc'), 3],
    ['a byte too few', 'ab', sha256('abc'), 3],
    ['a byte too many', 'abcd', sha256('abc'), 3],
    ['another size than promised', 'abc', sha256('abc'), 4],
    ['nothing', '', sha256('abc'), 3],
  ])('row 65: %s is an error, and the last piece is held back', async (_name, text, digest, size) => {
    const check = verifying('quay.io/org/app@x', { digest, size });
    const arrived: Buffer[] = [];
    check.on('data', (piece: Buffer) => arrived.push(piece));
    const failed = new Promise((resolve) => check.once('error', resolve));
    for (const char of text) check.write(Buffer.from(char));
    check.end();
    expect(await failed).toMatchObject({
      code: 'mismatch',
      message: expect.stringContaining('quay.io/org/app@x'),
    });
    expect(Buffer.concat(arrived).toString()).toBe(text.slice(0, -1));
  });

  test('row 50: sha512 is checked as sha512', async () => {
    expect((await through([Buffer.from('abc')], { digest: sha512('abc'), size: 3 })).toString()).toBe('abc');
  });
});

describe('once', () => {
  test('shares what is under way, and keeps results only when told to', async () => {
    for (const [keep, runs] of [
      [true, 1],
      [false, 2],
    ] as const) {
      let count = 0;
      const shared = once<number>(keep);
      const work = (): Promise<number> => Promise.resolve(++count);
      expect(await Promise.all([shared.run('a', work), shared.run('a', work)])).toEqual([1, 1]);
      await shared.run('a', work);
      expect(count).toBe(runs);
    }
  });

  test('forgets a failure', async () => {
    const shared = once<number>(true);
    await expect(shared.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await shared.run('a', () => Promise.resolve(7))).toBe(7);
  });

  test('what was forgotten while it ran does not come back', async () => {
    const shared = once<number>(true);
    const old = shared.run('a', () => Promise.resolve(1));
    shared.forget('a');
    expect(await shared.run('a', () => Promise.resolve(2))).toBe(2);
    expect(await old).toBe(1);
    expect(await shared.run('a', () => Promise.resolve(3))).toBe(2);
  });
});

describe('turns', () => {
  test('one at a time for a key, in order, failures included; other keys go on', async () => {
    const inTurn = mutex();
    const seen: string[] = [];
    const slow = async (name: string, fails = false): Promise<void> => {
      seen.push(`${name}+`);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`${name}-`);
      if (fails) throw new Error(name);
    };
    const a = inTurn('x', () => slow('a', true));
    const b = inTurn('x', () => slow('b'));
    const c = inTurn('y', () => slow('c'));
    await expect(a).rejects.toThrow('a');
    await Promise.all([b, c]);
    expect(seen.indexOf('a-')).toBeLessThan(seen.indexOf('b+'));
    expect(seen.indexOf('c+')).toBeLessThan(seen.indexOf('a-'));
  });
});

describe('platforms', () => {
  test.each([
    [{ os: 'linux', architecture: 'amd64', variant: '' }, 'linux/amd64'],
    [{ os: 'linux', architecture: 'amd64', variant: 'v1' }, 'linux/amd64'],
    [{ os: 'linux', architecture: 'amd64', variant: 'v3' }, 'linux/amd64/v3'],
    [{ os: 'linux', architecture: 'arm64', variant: 'v8' }, 'linux/arm64'],
    [{ os: 'linux', architecture: 'arm', variant: 'v7' }, 'linux/arm/v7'],
  ])('%j is %s', (platform, text) => {
    expect(formatPlatform(platform)).toBe(text);
  });

  test.each([
    [{ os: 'unknown', architecture: 'unknown', variant: '' }, false],
    [{ os: 'linux', architecture: '', variant: '' }, false],
    [{ os: 'linux', architecture: 's390x', variant: '' }, true],
  ])('%j can be run on: %p', (platform, expected) => {
    expect(isRealPlatform(platform)).toBe(expected);
  });
});
