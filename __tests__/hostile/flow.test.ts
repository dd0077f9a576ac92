import { afterEach, describe, expect, test } from '@jest/globals';

import { attempt, type Attempt, type Task } from '../../faults/world/engine.js';
import { fakeTime } from '../../faults/world/time.js';
import { type BuiltImage, image, index, seed } from '../../testing/registry/image.js';
import {
  startRegistry,
  type EmbeddedRegistry,
  type LoggedRequest,
  type RegistryOptions,
} from '../../testing/registry/server.js';
import { shapes } from '../../testing/registry/images.js';

/** The whole flow on the wire, one row at a time. */
const open: EmbeddedRegistry[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((registry) => registry.close()));
});

async function started(options: RegistryOptions = {}): Promise<EmbeddedRegistry> {
  const registry = await startRegistry(options);
  open.push(registry);
  return registry;
}

function apply(tagFile: string, more: Partial<Task> = {}): Promise<Attempt> {
  const time = fakeTime(60_000);
  return attempt({ tagFile, clock: time.clock, signal: time.signal, ...more });
}

function writes(requests: readonly LoggedRequest[]): string[] {
  return requests
    .filter(({ method }) => !['GET', 'HEAD'].includes(method))
    .map(({ method, url }) => `${method} ${url}`);
}

const NEW = index([image(), image({ platform: 'linux/arm64' })]);
const OLD = index([image({ layers: [{ files: { old: 'yes' } }] })]);

function entry(registry: EmbeddedRegistry, more = ''): string {
  return `images:\n  - name: ${registry.host}/app\n    src_build_tag: build\n    tag: "1.0"\n${more}`;
}

describe('never overwriting', () => {
  test('row 30: a tag with the same digest costs no write', async () => {
    const registry = await started();
    seed(registry, 'app', 'build', NEW);
    seed(registry, 'app', '1.0', NEW);
    expect(await apply(entry(registry))).toMatchObject({ exitCode: 0 });
    expect(writes(registry.requests)).toEqual([]);
  });

  test('row 31: a tag with another digest is refused, and both digests are shown', async () => {
    const registry = await started();
    seed(registry, 'app', 'build', NEW);
    seed(registry, 'app', '1.0', OLD);
    const { exitCode, report, said } = await apply(entry(registry));
    expect(exitCode).toBe(1);
    expect(report?.actions).toMatchObject([{ action: 'refuse', reason: { code: 'different-digest' } }]);
    expect(said).toContain(NEW.digest);
    expect(said).toContain(OLD.digest);
    expect(writes(registry.requests)).toEqual([]);
  });

  test('row 38: somebody who writes between look and write is seen on read-back, and nothing is written again', async () => {
    const registry = await started();
    seed(registry, 'app', 'build', NEW);
    registry.faults.set([
      {
        match: { kind: 'put-manifest-tag', reference: '1.0' },
        fault: { kind: 'call', when: 'after', onRequest: () => seed(registry, 'app', '1.0', OLD) },
      },
    ]);
    const { exitCode, said } = await apply(entry(registry));
    expect(exitCode).toBe(1);
    expect(said).toContain(NEW.digest);
    expect(said).toContain(OLD.digest);
    expect(registry.manifest('app', '1.0')?.digest).toBe(OLD.digest);
    expect(writes(registry.requests)).toEqual(['PUT /v2/app/manifests/1.0']);
  });

  test('row 41: a child under the tag on read-back, as older pushes leave it for a moment, is an error', async () => {
    const registry = await started();
    seed(registry, 'app', 'build', NEW);
    const child = NEW.children[0] as BuiltImage;
    registry.faults.set([
      {
        match: { kind: 'head-manifest', reference: '1.0' },
        nth: 2,
        fault: { kind: 'call', when: 'before', onRequest: () => seed(registry, 'app', '1.0', child) },
      },
    ]);
    const { exitCode, report } = await apply(entry(registry));
    expect(exitCode).toBe(1);
    expect(report?.actions[0]?.error?.code).toBe('mismatch');
    expect(report?.actions[0]?.error?.text).toContain(child.digest);
    expect(writes(registry.requests)).toEqual(['PUT /v2/app/manifests/1.0']);
  });

  test.each([401, 403, 429, 500])(
    'row 33: HTTP %i to the look is unknown, and nothing is written',
    async (status) => {
      const registry = await started();
      seed(registry, 'app', 'build', NEW);
      registry.faults.set([
        { match: { reference: '1.0' }, fault: { kind: 'status', status }, times: 'always' },
      ]);
      const { exitCode, report } = await apply(entry(registry));
      expect(exitCode).toBe(1);
      expect(report?.actions).toMatchObject([{ action: 'refuse', reason: { code: 'unknown' } }]);
      expect(writes(registry.requests)).toEqual([]);
    },
  );

  test('row 13: one tag from two sources is refused twice, each with the other named', async () => {
    const registry = await started();
    seed(registry, 'app', 'build', NEW);
    seed(registry, 'app', 'other', OLD);
    const second = `  - name: ${registry.host}/app\n    src_build_tag: other\n    tag: "1.0"\n`;
    const { exitCode, report } = await apply(entry(registry, second));
    expect(exitCode).toBe(1);
    expect(report?.actions).toMatchObject([
      { action: 'refuse', reason: { code: 'conflicting-entries' } },
      { action: 'refuse', reason: { code: 'conflicting-entries' } },
    ]);
    expect(writes(registry.requests)).toEqual([]);
  });

  test('row 60: a destination that may only be read fails at the first write, without a tag', async () => {
    const grant = (
      _user: string | null,
      _repository: string,
      actions: readonly ('pull' | 'push' | 'delete')[],
    ) => actions.filter((action) => action === 'pull');
    const registry = await started({ auth: { kind: 'token', users: { reader: 'reader-password' }, grant } });
    seed(registry, 'team/app', 'build', NEW);
    const { exitCode, report } = await apply(
      `images:\n  - name: ${registry.host}/release/app\n    src_name: ${registry.host}/team/app\n    src_build_tag: build\n    tag: "1.0"\n`,
      {
        transport: {
          credentials: () =>
            Promise.resolve({
              kind: 'basic',
              username: 'reader',
              password: 'reader-password',
              source: 'the test',
            }),
        },
      },
    );
    expect(exitCode).toBe(1);
    expect(report?.actions[0]?.error ?? report?.actions[0]?.reason).toBeDefined();
    expect(registry.tags('release/app')).toEqual([]);
  });
});

const NAMED: Readonly<Record<string, string>> = {
  index: 'row 42',
  'docker list': 'row 43',
  image: 'row 44',
  'docker image': 'row 44',
  'nested index': 'row 45',
  'index with attestations': 'row 46',
  'artifact with subject': 'row 47',
  'no layers': 'row 48',
  'data field': 'row 48',
  'unknown fields': 'row 48',
  'pretty-printed': 'row 49',
  'trailing newline': 'row 49',
  'duplicate keys': 'row 49',
  'sha512 child': 'row 50',
};
const SHAPES = Object.entries(shapes()).map(
  ([name, shape]) => [NAMED[name] ?? 'shape', name, shape] as const,
);

describe('every shape of manifest is promoted byte for byte', () => {
  test.each(SHAPES)('%s: %s, within a registry', async (_row, _name, shape) => {
    const registry = await started();
    seed(registry, 'team/app', 'build', shape);
    await expectSame(registry, registry, shape);
  });

  test.each(SHAPES)('%s: %s, between registries', async (_row, _name, shape) => {
    const [from, to] = [await started(), await started()];
    seed(from, 'team/app', 'build', shape);
    await expectSame(from, to, shape);
  });

  async function expectSame(from: EmbeddedRegistry, to: EmbeddedRegistry, shape: BuiltImage): Promise<void> {
    const { exitCode, said } = await apply(
      `images:\n  - name: ${to.host}/release/app\n    src_name: ${from.host}/team/app\n    src_build_tag: build\n    tag: "1.0"\n`,
    );
    expect(exitCode === 0 ? '' : said).toBe('');
    const held = to.manifest('release/app', '1.0');
    expect(held?.digest).toBe(shape.digest);
    expect(held?.bytes.equals(shape.bytes)).toBe(true);
  }
});

describe('channels', () => {
  const sha = '1'.repeat(40);
  const builder = {
    prepare: () => Promise.reject(new Error('nothing is built here')),
    bake: () => Promise.reject(new Error('nothing is built here')),
    close: () => Promise.resolve(),
  };

  test.each(['refs/heads/release', 'refs/heads/main', 'refs/heads/latest'])(
    'row 14: %s wants no latest',
    async (ref) => {
      const registry = await started();
      const { report } = await apply(
        `policy: semver\nbuilds:\n  - name: ${registry.host}/app\n    context: .\n`,
        {
          command: 'plan',
          release: { ref, sha, builder },
        },
      );
      const tags = report?.actions.map(({ tag }) => tag) ?? [];
      expect(tags.length).toBeGreaterThan(0);
      expect(tags).not.toContain('latest');
      expect(report?.classification?.channels).toEqual([]);
    },
  );

  test.each([
    ['feat/a', 'feat-a'],
    ['A', 'a'],
    ['x+y', 'x-y'],
    ['a/b', 'a_b'],
  ])('row 11: branches %s and %s get tags of their own', async (left, right) => {
    const registry = await started();
    const tagFile = `policy:\n  rules:\n    - { class: snapshot, branch: '**', tag: '{branch}-{date}' }\nbuilds:\n  - name: ${registry.host}/app\n    context: .\n`;
    const tags = await Promise.all(
      [left, right].map(async (branch) => {
        const release = { ref: `refs/heads/${branch}`, sha, builder };
        const { report } = await apply(tagFile, { command: 'plan', release });
        return report?.classification?.tags[0];
      }),
    );
    expect(tags[0]).toBeDefined();
    expect(tags[1]).toBeDefined();
    expect(tags[0]).not.toBe(tags[1]);
  });
});
