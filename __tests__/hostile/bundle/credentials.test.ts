import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';

import { attempt, type Attempt } from '../../../faults/world/engine.js';
import { serveNames } from '../../../faults/world/names.js';
import { startStranger, type Stranger } from '../../../faults/world/stranger.js';
import { fakeTime } from '../../../faults/world/time.js';
import { image, index, seed } from '../../../testing/registry/image.js';
import { startRegistry, type EmbeddedRegistry } from '../../../testing/registry/server.js';
import type { createTransport } from '../../../src/registry/http/transport.js';
import { EVENTS, workspace, type Workspace } from '../../support/runner.js';

type TransportOptions = Parameters<typeof createTransport>[0];

const USER = 'deployer';
const PASSWORD = 's3cret:pass/wörd+"x';
const BASIC = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
const FORMS = [PASSWORD, BASIC, encodeURIComponent(PASSWORD), JSON.stringify(PASSWORD).slice(1, -1)];
const BUILT = index([image()]);

const closing: (() => unknown)[] = [];
let stranger: Stranger;
let place: Workspace;
beforeAll(async () => {
  serveNames();
  stranger = await startStranger(null);
  place = workspace();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await stranger.close();
  place.remove();
});

function promote(host: string, transport: Partial<TransportOptions> = {}): Promise<Attempt> {
  const time = fakeTime(60_000);
  return attempt({
    tagFile: `images:\n  - name: ${host}/team/app\n    src_build_tag: build\n    tag: "1.0"\n`,
    clock: time.clock,
    signal: time.signal,
    transport: {
      credentials: () =>
        Promise.resolve({ kind: 'basic', username: USER, password: PASSWORD, source: 'the test' }),
      ...transport,
    },
  });
}

/** A registry under a name of its own, which is not loopback's. */
async function named(realm: string): Promise<{ readonly host: string; readonly registry: EmbeddedRegistry }> {
  const registry = await startRegistry({ auth: { kind: 'token', users: { [USER]: PASSWORD }, realm } });
  closing.push(() => registry.close());
  seed(registry, 'team/app', 'build', BUILT);
  return { host: `registry.test:${new URL(registry.url).port}`, registry };
}

describe('threat 9: a registry that sends logins elsewhere', () => {
  const elsewhere = (): string => `evil.test:${new URL(stranger.origin).port}`;

  test.each<[string, () => string]>([
    ['another host', () => `http://${elsewhere()}/token`],
    ['loopback', () => `${stranger.origin}/token`],
    ['a private address', () => 'http://10.0.0.1/token'],
    ['the metadata of the machine', () => 'http://169.254.169.254/latest/meta-data'],
    ['a user in the address', () => `http://user:pw@${elsewhere()}/token`],
    ['another scheme', () => 'ftp://registry.test/token'],
    ['a file', () => 'file:///etc/passwd'],
    ['nothing', () => ''],
    ['no URL', () => 'http://['],
  ])('threat 9: a realm on %s gets no request at all', async (_name, realm) => {
    const before = stranger.seen.length;
    const { host, registry } = await named(realm());
    const { exitCode, said } = await promote(host, { insecureRegistries: [host] });
    expect(exitCode).toBe(1);
    expect(stranger.seen).toHaveLength(before);
    expect(registry.requests.filter(({ headers }) => 'authorization' in headers)).toEqual([]);
    expect(FORMS.filter((form) => said.includes(form))).toEqual([]);
  });

  test.each(['head-manifest', 'get-manifest'] as const)(
    'threat 9: a redirect of %s to another host carries no login',
    async (kind) => {
      const registry = await startRegistry({ auth: { kind: 'basic', users: { [USER]: PASSWORD } } });
      closing.push(() => registry.close());
      seed(registry, 'team/app', 'build', BUILT);
      const before = stranger.seen.length;
      const host = `registry.test:${new URL(registry.url).port}`;
      registry.faults.set([
        {
          match: { kind },
          nth: 2,
          fault: { kind: 'redirect', to: `http://${elsewhere()}` },
          times: 'always',
        },
      ]);
      await promote(host, { insecureRegistries: [host] });
      for (const { headers } of stranger.seen.slice(before)) {
        expect(headers).not.toHaveProperty('authorization');
        expect(headers).not.toHaveProperty('cookie');
      }
    },
  );

  test('threat 9: the login of one registry is not shown to another', async () => {
    const [left, right] = [
      await startRegistry({ auth: { kind: 'basic', users: { left: 'left-password' } } }),
      await startRegistry({ auth: { kind: 'basic', users: { right: 'right-password' } } }),
    ];
    closing.push(
      () => left.close(),
      () => right.close(),
    );
    seed(left, 'team/app', 'build', BUILT);
    const time = fakeTime(60_000);
    const done = await attempt({
      tagFile: `images:\n  - name: ${right.host}/release/app\n    src_name: ${left.host}/team/app\n    src_build_tag: build\n    tag: "1.0"\n`,
      clock: time.clock,
      signal: time.signal,
      transport: {
        credentials: (registry) => {
          const username = registry === left.host ? 'left' : 'right';
          return Promise.resolve({
            kind: 'basic',
            username,
            password: `${username}-password`,
            source: 'the test',
          });
        },
      },
    });
    expect(done.exitCode).toBe(0);
    const shown = (registry: EmbeddedRegistry): string[] =>
      registry.requests.map(({ headers }) =>
        Buffer.from((headers['authorization'] ?? '').replace('Basic ', ''), 'base64').toString(),
      );
    expect(shown(left).filter((text) => text.includes('right'))).toEqual([]);
    expect(shown(right).filter((text) => text.includes('left'))).toEqual([]);
  });
});

/** A registry that says everything back that it hears, in every form. */
async function parrot(): Promise<string> {
  const server: Server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const heard = request.headers.authorization ?? '';
    if (heard === '') {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="parrot"' }).end();
      return;
    }
    const clear = Buffer.from(heard.replace('Basic ', ''), 'base64').toString();
    const password = clear.slice(clear.indexOf(':') + 1);
    const forms = [heard, clear, password, encodeURIComponent(password), JSON.stringify(password)];
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message: forms.join(' and ') }] });
    response
      .writeHead(403, {
        'content-type': 'application/json',
        warning: `299 - "${heard} ${encodeURIComponent(password)}"`,
        'x-heard': heard,
      })
      .end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('threat 11: secrets in what is said', () => {
  test('threat 11: a registry that echoes the login does not get it into log, report, summary or annotations', async () => {
    const host = await parrot();
    const { exitCode, said } = await promote(host);
    expect(exitCode).toBe(1);
    expect(said).toContain('403');
    expect(FORMS.filter((form) => said.includes(form))).toEqual([]);
  });

  test('threat 11: nor into anything that the action writes', async () => {
    const host = await parrot();
    place.file(
      'tags.yaml',
      `images:\n  - name: ${host}/team/app\n    src_build_tag: build\n    tag: "1.0"\n`,
    );
    const auths = { [host]: { auth: BASIC } };
    const done = await place.action(
      EVENTS.push,
      { config: 'tags.yaml' },
      { env: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths }), RUNNER_DEBUG: '1' } },
    );
    expect(done.code).toBe(1);
    const lines = done.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    const written = [
      ...lines,
      done.stderr,
      done.summary,
      JSON.stringify(done.report),
      JSON.stringify(done.outputs),
    ].join('\n');
    expect(written).toContain('403');
    expect(FORMS.filter((form) => written.includes(form))).toEqual([]);
  });

  test('threat 11: the query of a redirect, which may be a signature, is not shown', async () => {
    const registry = await startRegistry({
      faults: [
        {
          match: { reference: 'build' },
          fault: { kind: 'redirect', to: `http://10.0.0.1/blob?X-Amz-Signature=topsecretsignature` },
          times: 'always',
        },
      ],
    });
    closing.push(() => registry.close());
    const { exitCode, said } = await promote(registry.host);
    expect(exitCode).toBe(1);
    expect(said).not.toContain('topsecretsignature');
  });
});

describe('threat 10: logins without end', () => {
  test('threat 10: tokens that are dead on arrival lead to an end', async () => {
    const registry = await startRegistry({
      auth: { kind: 'token', users: { [USER]: PASSWORD }, lifetime: 0 },
    });
    closing.push(() => registry.close());
    seed(registry, 'team/app', 'build', BUILT);
    const { exitCode } = await promote(registry.host);
    expect(exitCode).toBe(1);
    expect(registry.requests.length).toBeLessThanOrEqual(10);
  });

  test.each<[string, string]>([
    ['a line break', '{"token":"abc\\r\\nX-Evil: yes"}'],
    ['letters that no header takes', '{"token":"tökén"}'],
    ['another type', '{"token":{"a":1}}'],
    ['nothing', '{}'],
    ['no JSON', '<html>'],
    ['more than anybody needs', `{"token":"${'x'.repeat(100_000)}"}`],
  ])('threat 10: a token with %s is refused', async (_name, body) => {
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/token') === true) response.writeHead(200).end(body);
      else {
        const realm = `http://${request.headers.host ?? ''}/token`;
        response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="x"` }).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const { exitCode, crash, said } = await promote(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(crash).toBeNull();
    expect(exitCode).toBe(1);
    expect(said).not.toContain('X-Evil');
  });
});

describe('threat 21: names of credential helpers', () => {
  test.each(['../../../tmp/x', 'x;id', 'a b', '$(id)', '/bin/sh', '-x', 'x\ny'])(
    'threat 21: %j is not run',
    async (name) => {
      const registry = await startRegistry({ auth: { kind: 'basic', users: { [USER]: PASSWORD } } });
      closing.push(() => registry.close());
      const config = join(place.temp, `config-${Buffer.from(name).toString('hex')}`);
      const bin = join(config, 'bin');
      const trace = join(config, 'ran');
      mkdirSync(bin, { recursive: true });
      for (const file of ['id', 'docker-credential-x']) {
        writeFileSync(join(bin, file), `#!/bin/sh\n: > '${trace}'\n`);
        chmodSync(join(bin, file), 0o755);
      }
      writeFileSync(join(config, 'config.json'), JSON.stringify({ credHelpers: { [registry.host]: name } }));
      place.file(
        'tags.yaml',
        `images:\n  - name: ${registry.host}/team/app\n    src_build_tag: build\n    tag: "1.0"\n`,
      );
      const done = await place.retag(['apply', '--config', 'tags.yaml'], {
        env: { DOCKER_CONFIG: config, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
      });
      expect(done.code).toBe(1);
      expect(existsSync(trace)).toBe(false);
      expect(`${done.stdout}${done.stderr}`).toMatch(/helper/);
    },
  );
});
