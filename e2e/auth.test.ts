import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { retag, type Invocation } from './support/retag.js';
import {
  access,
  digestAt,
  makeImage,
  pushImage,
  READER,
  startDockerRegistry282,
  startRegistryV3,
  startThird,
  temporaryDirectory,
  writeDockerConfig,
  WRITER,
  type RealRegistry,
  type User,
} from './support/stack.js';

const REPOSITORY = 'team/app';
const image = makeImage({ seed: 'auth' });

let directory: ReturnType<typeof temporaryDirectory>;
const running: RealRegistry[] = [];
beforeEach(() => {
  directory = temporaryDirectory('auth');
});
afterEach(async () => {
  for (const registry of running.splice(0)) await registry.stop();
  directory.remove();
});

async function filled(starting: Promise<RealRegistry>): Promise<RealRegistry> {
  const registry = await starting;
  running.push(registry);
  await pushImage(registry.base, REPOSITORY, image, ['source'], await access(registry, REPOSITORY));
  return registry;
}

async function tagOf(registry: RealRegistry): Promise<string | null> {
  return digestAt(registry.base, REPOSITORY, 'promoted', await access(registry, REPOSITORY));
}

/** Promotes `source` to `promoted`, in one registry or from one to another. */
function promote(
  name: 'plan' | 'apply',
  destination: RealRegistry,
  options: { readonly config?: string; readonly source?: RealRegistry } = {},
): Promise<Invocation> {
  const { source = destination } = options;
  const file = join(directory.path, 'image-tags.yaml');
  const lines = [
    `  - name: ${destination.host}/${REPOSITORY}`,
    `    src_name: ${source.host}/${REPOSITORY}`,
    '    src_build_tag: source',
    '    tag: promoted',
  ];
  writeFileSync(file, ['images:', ...lines, ''].join('\n'));
  const authorities = [source.caFile, destination.caFile].filter((ca) => ca !== null);
  return retag([name, '--config', file], {
    ...(options.config === undefined ? {} : { DOCKER_CONFIG: options.config }),
    ...(authorities[0] === undefined ? {} : { NODE_EXTRA_CA_CERTS: authorities[0] }),
  });
}

const login = (registry: RealRegistry, user: User, kept?: 'identity token'): string =>
  writeDockerConfig(directory.path, [{ registry, user, ...(kept === undefined ? {} : { kept }) }]);

const STARTS = { 'docker-registry 2.8': startDockerRegistry282, 'distribution v3': startRegistryV3 };

describe.each([
  ['docker-registry 2.8', 'basic', 'http'],
  ['docker-registry 2.8', 'basic', 'TLS'],
  ['docker-registry 2.8', 'token', 'http'],
  ['docker-registry 2.8', 'token', 'TLS'],
  ['distribution v3', 'basic', 'http'],
  ['distribution v3', 'basic', 'TLS'],
  ['distribution v3', 'token', 'http'],
  ['distribution v3', 'token', 'TLS'],
] as const)('%s, %s auth over %s', (name, auth, scheme) => {
  const start = (): Promise<RealRegistry> => filled(STARTS[name]({ auth, tls: scheme === 'TLS' }));

  test('promotes with the credentials of the docker configuration', async () => {
    const registry = await start();
    const { status, report } = await promote('apply', registry, { config: login(registry, WRITER) });
    expect([status, report.counts['create']]).toEqual([0, 1]);
    expect(await tagOf(registry)).toBe(image.root.digest);
  });

  test.each([
    ['a wrong password', { ...WRITER, password: 'not-the-password' }],
    ['no credentials', null],
  ] as const)('with %s nothing is known and nothing written', async (_case, user) => {
    const registry = await start();
    const config = user === null ? undefined : login(registry, user);
    const { status, report, stdout, stderr } = await promote(
      'apply',
      registry,
      config === undefined ? {} : { config },
    );
    expect(status).toBe(1);
    expect(report.actions.map(({ action, reason }) => [action, reason.code])).toEqual([
      ['refuse', 'unknown'],
    ]);
    expect(await tagOf(registry)).toBeNull();
    expect(stdout + stderr).not.toContain('not-the-password');
  });
});

describe.each(Object.entries(STARTS))('%s, token auth', (_name, start) => {
  test('who may only pull gets a plan and no tag', async () => {
    const registry = await filled(start({ auth: 'token' }));
    const config = login(registry, READER);
    expect((await promote('plan', registry, { config })).status).toBe(0);
    const { status, report } = await promote('apply', registry, { config });
    expect(status).toBe(1);
    expect(report.actions.map(({ outcome }) => outcome)).not.toContain('done');
    expect(await tagOf(registry)).toBeNull();
  });

  test('an identity token is exchanged by POST', async () => {
    const registry = await filled(start({ auth: 'token' }));
    const before = registry.tokens!.requests.length;
    const { status } = await promote('apply', registry, {
      config: login(registry, WRITER, 'identity token'),
    });
    expect(status).toBe(0);
    expect(await tagOf(registry)).toBe(image.root.digest);
    expect(registry.tokens!.requests.slice(before).map(({ method }) => method)).toContain('POST');
  });
});

test('olareg over TLS', async () => {
  const registry = await filled(startThird({ tls: true }));
  expect((await promote('apply', registry)).status).toBe(0);
  expect(await tagOf(registry)).toBe(image.root.digest);
});

test('a certificate of an unknown authority is refused, with the setting that fixes it', async () => {
  const registry = await filled(startRegistryV3({ tls: true }));
  const { status, report, stderr } = await promote('apply', { ...registry, caFile: null });
  expect(status).toBe(1);
  expect(JSON.stringify(report) + stderr).toContain('NODE_EXTRA_CA_CERTS');
  expect(await tagOf(registry)).toBeNull();
});

describe('from one registry to another', () => {
  test.each([
    ['docker-registry 2.8', 'distribution v3', startDockerRegistry282, startRegistryV3],
    ['distribution v3', 'docker-registry 2.8', startRegistryV3, startDockerRegistry282],
  ])('%s with basic auth to %s with tokens', async (_from, _to, startSource, startDestination) => {
    const source = await filled(startSource({ auth: 'basic' }));
    const destination = await startDestination({ auth: 'token' });
    running.push(destination);
    const config = writeDockerConfig(directory.path, [
      { registry: source, user: WRITER },
      { registry: destination, user: WRITER },
    ]);
    const { status } = await promote('apply', destination, { source, config });
    expect(status).toBe(0);
    expect(await tagOf(destination)).toBe(image.root.digest);
    for (const { digest } of image.children) {
      const options = await access(destination, REPOSITORY);
      expect(await digestAt(destination.base, REPOSITORY, digest, options)).toBe(digest);
    }
  });
});
