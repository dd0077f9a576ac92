import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type BuiltImage, image, index } from '../../../testing/registry/image.js';
import { digestOf } from '../../../src/oci/digest.js';
import type { Registry, CopyReport } from '../../../src/ports.js';
import type { AttachmentMode } from '../../../src/oci/manifest.js';
import { createTransport } from '../../../src/registry/http/transport.js';
import type { Transport } from '../../../src/registry/http/types.js';
import { createRegistry } from '../../../src/registry/registry.js';
import { cosign, indexWithout, referrer, referrersTag, shapes } from '../../../testing/registry/images.js';
import { keptLog } from '../scripted.js';
import { type ContractTarget, missing, type Place, push, rawManifest } from './place.js';

const REVISION = 'org.opencontainers.image.revision';
const COMMIT = 'dac417bd31ed36d455e94db4aabe5916367654d4';
const two = index([image({ labels: { [REVISION]: COMMIT } }), image({ platform: 'linux/arm64' })], {
  attestations: true,
});

/**
 * What the operations promise, held against a registry over the wire. Looks at the registry only by HTTP.
 * @param setup starts the registry; `stop` is called at the end
 */
export function registryContract(
  name: string,
  setup: () => Promise<ContractTarget & { stop(): Promise<unknown> }>,
): void {
  describe(`contract: ${name}`, () => {
    let target: Awaited<ReturnType<typeof setup>>;
    let registry: Registry;
    let warnings: readonly string[];
    const blobs = { mounted: 0, uploaded: 0 };
    /** Counts how blobs came, which only the requests tell. */
    const recorded = (wire: Transport): Transport => ({
      ...wire,
      async send(request) {
        const response = await wire.send(request);
        const path = String(request.path);
        if (response.status === 201 && path.includes('mount=')) blobs.mounted++;
        else if (response.status === 201 && path.includes('/uploads/')) blobs.uploaded++;
        return response;
      },
    });
    let count = 0;
    beforeAll(async () => {
      target = await setup();
      const log = keptLog();
      const clock = {
        now: () => Date.now(),
        random: () => Math.random(),
        sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, Math.min(ms, 50))),
      };
      const wire = createTransport({
        clock,
        env: {},
        credentials: () => Promise.resolve(null),
        insecureRegistries: [],
        deadline: new AbortController().signal,
        userAgent: 'retag-contract',
        log,
        anonymous: false,
        onSecret: () => undefined,
        ...target.transport,
      });
      registry = createRegistry(recorded(wire), { clock, log });
      warnings = log.warnings;
    }, 60_000);
    afterAll(async () => {
      registry.close();
      await target.stop();
    });

    /** A repository that no other test uses; the suite may run twice on one registry. */
    const fresh = (): string => `contract/${process.pid}-${Date.now().toString(36)}-${++count}`;
    const at = ({ host }: Place, repository: string) => ({ registry: host, repository });

    async function pushed(
      repository: string,
      tag: string | null,
      what: BuiltImage,
      place = target.place,
    ): Promise<void> {
      const refused = await push(place, repository, tag, what);
      if (refused) throw new Error(`${repository}: ${refused.status} ${refused.body.toString()}`);
    }

    async function transferred(
      what: BuiltImage,
      from: string,
      to: string,
      destination: Place = target.place,
      mode: AttachmentMode = 'copy',
    ): Promise<CopyReport> {
      const source = { ...at(target.place, from), digest: what.digest };
      return registry.copyImage(source, await registry.manifest(source), at(destination, to), mode);
    }

    /** A shape that the registry is declared to refuse: then it must. */
    async function isRefused(shape: string): Promise<boolean> {
      if (!target.capabilities.refuses.includes(shape)) return false;
      expect(await push(target.place, fresh(), 'v1', shapes()[shape]!)).not.toBeNull();
      return true;
    }

    describe('looks', () => {
      test.each(Object.keys(shapes()))(
        'row 32: a tag with the shape "%s" is present with its digest, or refused at the push',
        async (shape) => {
          const what = shapes()[shape]!;
          const repository = fresh();
          const refused = await push(target.place, repository, 'v1', what);
          expect([shape, refused === null]).toEqual([shape, !target.capabilities.refuses.includes(shape)]);
          const ref = { ...at(target.place, repository), tag: 'v1' };
          const expected = refused ? { state: 'absent' } : { state: 'present', digest: what.digest };
          expect(await registry.head(ref)).toEqual(expected);
          expect(await registry.headFresh(ref)).toEqual(expected);
        },
      );

      test('an unknown repository and an unknown tag are absent, by two requests and by one', async () => {
        const repository = fresh();
        const requests = async (look: () => Promise<{ state: string }>): Promise<number> => {
          const before = registry.usage().requests;
          expect(await look()).toEqual({ state: 'absent' });
          return registry.usage().requests - before;
        };
        const ref = { ...at(target.place, repository), tag: 'v1' };
        await registry.head(ref);
        expect(await requests(() => registry.head(ref))).toBe(2);
        expect(await requests(() => registry.headFresh(ref))).toBe(1);
        await pushed(repository, 'other', image());
        await registry.head(ref);
        expect(await requests(() => registry.head(ref))).toBe(2);
        expect(await requests(() => registry.headFresh(ref))).toBe(1);
      });

      test('by digest', async () => {
        const repository = fresh();
        await pushed(repository, 'v1', two);
        const ref = { ...at(target.place, repository), digest: two.digest };
        expect(await registry.head(ref)).toMatchObject({ state: 'present', digest: two.digest });
        expect(await registry.head({ ...ref, digest: digestOf(Buffer.from('nothing')) })).toEqual({
          state: 'absent',
        });
      });
    });

    describe('tags within a repository', () => {
      test.each(Object.keys(shapes()))(
        'rows 42 to 50: a further tag for "%s" holds the same bytes',
        async (shape) => {
          if (await isRefused(shape)) return;
          const what = shapes()[shape]!;
          const repository = fresh();
          await pushed(repository, 'v1', what);
          const ref = at(target.place, repository);
          await registry.put(
            { ...ref, tag: 'v2' },
            await registry.manifest({ ...ref, digest: what.digest }),
            null,
          );
          expect((await rawManifest(target.place, repository, 'v2'))?.equals(what.bytes)).toBe(true);
          expect((await rawManifest(target.place, repository, 'v1'))?.equals(what.bytes)).toBe(true);
        },
      );

      test('a tag moves from its previous digest, and may be written twice', async () => {
        const repository = fresh();
        const [older, newer] = [image({ labels: { n: '1' } }), image({ labels: { n: '2' } })];
        await pushed(repository, 'latest', older);
        await pushed(repository, 'v2', newer);
        const ref = at(target.place, repository);
        const manifest = await registry.manifest({ ...ref, tag: 'v2' });
        await registry.put({ ...ref, tag: 'latest' }, manifest, older.digest);
        await registry.put({ ...ref, tag: 'latest' }, manifest, newer.digest);
        expect(await registry.head({ ...ref, tag: 'latest' })).toMatchObject({ digest: newer.digest });
      });

      test('an index whose children are not there is refused, and the tag stays absent', async () => {
        const repository = fresh();
        await pushed(repository, 'other', image());
        const ref = { ...at(target.place, repository), tag: 'v1' };
        const lonely = index([image({ platform: 'linux/riscv64' })]);
        const { bytes, mediaType, digest } = lonely;
        const outcome = await registry.put(ref, { bytes, mediaType, digest }, null).then(
          () => 'taken',
          (error: unknown) => error,
        );
        // Registries may take an index without its children; then the tag is what was written.
        const expected = outcome === 'taken' ? { state: 'present', digest } : { state: 'absent' };
        expect(await registry.head(ref)).toMatchObject(expected);
      });

      test('row 73: all tags are listed once, and those of nobody are none', async () => {
        const repository = fresh();
        const what = image();
        const names = Array.from({ length: 25 }, (_, n) => `v${n}`);
        for (const tag of names) await pushed(repository, tag, what);
        const paged = await target.place.raw('GET', `/v2/${repository}/tags/list?n=10`, repository);
        expect(paged.headers.get('link') !== null).toBe(target.capabilities.pagesTags);
        expect([...(await registry.tags(at(target.place, repository)))].sort()).toEqual([...names].sort());
        expect(await registry.tags(at(target.place, fresh()))).toEqual([]);
      });
    });

    test('facts: platforms, attestations and revision', async () => {
      const repository = fresh();
      await pushed(repository, 'v1', two);
      const source = at(target.place, repository);
      const manifest = await registry.manifest({ ...source, tag: 'v1' });
      expect(await registry.inspect(source, manifest, { platforms: true, revision: 'first' })).toEqual({
        platforms: ['linux/amd64', 'linux/arm64'],
        revision: COMMIT,
        revisions: [],
      });
    });

    describe.each(['within the registry', 'to another registry'] as const)('transfer %s', (where) => {
      const destination = (): Place => (where === 'within the registry' ? target.place : target.other);

      test.each(Object.keys(shapes()))(
        'rows 42 to 50: "%s" arrives whole and byte for byte',
        async (shape) => {
          if (await isRefused(shape)) return;
          const what = shapes()[shape]!;
          const [from, to] = [fresh(), fresh()];
          await pushed(from, 'v1', what);
          await transferred(what, from, to, destination());
          expect(await missing(destination(), to, what)).toEqual([]);
          const manifest = await registry.manifest({ ...at(target.place, from), digest: what.digest });
          await registry.put({ ...at(destination(), to), tag: 'v1' }, manifest, null);
          expect((await rawManifest(destination(), to, 'v1'))?.equals(what.bytes)).toBe(true);
        },
      );

      test('mounts each blob within the registry, and uploads it elsewhere', async () => {
        const [from, to] = [fresh(), fresh()];
        await pushed(from, 'v1', two);
        const before = { ...blobs };
        await transferred(two, from, to, destination());
        const count = new Set(two.children.flatMap((child) => child.blobs.map(({ digest }) => digest))).size;
        const near = where === 'within the registry';
        expect(blobs).toEqual({
          mounted: before.mounted + (near ? count : 0),
          uploaded: before.uploaded + (near ? 0 : count),
        });
      });

      test('row 52: an incomplete source is refused before any write', async () => {
        const [from, to] = [fresh(), fresh()];
        const [present, gone] = [image(), image({ platform: 'linux/s390x' })];
        const what = indexWithout(present, gone);
        await pushed(from, null, present);
        const { bytes, mediaType, digest } = what;
        const source = { ...at(target.place, from), digest };
        const failing = registry.copyImage(
          source,
          { bytes, mediaType, digest },
          at(destination(), to),
          'ignore',
        );
        await expect(failing).rejects.toMatchObject({ code: 'absent' });
        expect(await rawManifest(destination(), to, present.digest)).toBeNull();
      });

      test('row 58: signatures, SBOMs and referrers of the index and a child travel and are found', async () => {
        const [from, to] = [fresh(), fresh()];
        const child = two.children[0]!;
        const signature = cosign(two, 'sig');
        const tagged = [signature, cosign(child, 'att')];
        const referrers = [referrer(two), referrer(child)];
        await pushed(from, 'v1', two);
        for (const { tag, image } of tagged) await pushed(from, tag, image);
        for (const each of referrers) await pushed(from, null, each);
        if (!target.capabilities.referrersApi) {
          for (const [n, subject] of [two, child].entries()) {
            await pushed(from, referrersTag(subject.digest), index([referrers[n]!]));
          }
        }
        const report = await transferred(two, from, to, destination());
        expect([report.attachmentsFound, report.attachmentsCarried, warnings]).toEqual([4, 4, []]);
        for (const { tag, image } of tagged) {
          expect((await rawManifest(destination(), to, tag))?.equals(image.bytes)).toBe(true);
          expect(await missing(destination(), to, image)).toEqual([]);
        }
        for (const [n, subject] of [two, child].entries()) {
          expect(await listed(destination(), to, subject)).toEqual([referrers[n]!.digest]);
        }
      });
    });

    /** The referrers of `subject` as any client finds them; checks the declared capability on the way. */
    async function listed(place: Place, repository: string, subject: BuiltImage): Promise<string[]> {
      const api = await place.raw('GET', `/v2/${repository}/referrers/${subject.digest}`, repository);
      expect(api.status === 200).toBe(target.capabilities.referrersApi);
      const bytes =
        api.status === 200 ? api.body : await rawManifest(place, repository, referrersTag(subject.digest));
      const { manifests } = JSON.parse((bytes ?? Buffer.from('{"manifests":[]}')).toString()) as {
        manifests: { digest: string }[];
      };
      return manifests.map(({ digest }) => digest);
    }
  });
}
