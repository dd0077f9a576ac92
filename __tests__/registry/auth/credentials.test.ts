import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { createCredentials } from '../../../src/registry/auth/credentials.js';

type CredentialOptions = Parameters<typeof createCredentials>[0];

const b64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const SECRET = 'hunter2-hunter2';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retag-auth-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const config = (value: unknown): Promise<void> =>
  writeFile(join(folder, 'config.json'), JSON.stringify(value));
/** A credential helper as a shell script; it writes down what it was given. */
const helper = async (name: string, body: string): Promise<void> => {
  const path = join(folder, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\nread -r host; echo "$1 $host" >> "${folder}/calls"\n${body}\n`);
  await chmod(path, 0o755);
};
const calls = (): Promise<string> => readFile(join(folder, 'calls'), 'utf8').catch(() => '');
const credentials = (over: Partial<CredentialOptions> = {}) =>
  createCredentials({
    ...over,
    env: { DOCKER_CONFIG: folder, PATH: `${folder}:/usr/bin:/bin`, ...over.env },
  });
const gives = (username: string, secret: string): string =>
  `echo '${JSON.stringify({ ServerURL: 'x', Username: username, Secret: secret })}'`;

describe('the order', () => {
  test('no file, no login', async () => {
    await expect(credentials()('quay.io')).resolves.toBeNull();
  });

  test('HOME/.docker/config.json without DOCKER_CONFIG', async () => {
    await mkdir(join(folder, '.docker'));
    await writeFile(
      join(folder, '.docker/config.json'),
      JSON.stringify({ auths: { 'quay.io': { auth: b64('a:b') } } }),
    );
    const look = credentials({ env: { DOCKER_CONFIG: '', HOME: folder } });
    await expect(look('quay.io')).resolves.toEqual({
      kind: 'basic',
      username: 'a',
      password: 'b',
      source: join(folder, '.docker/config.json'),
    });
  });

  test('DOCKER_AUTH_CONFIG before everything, the file for what it does not hold', async () => {
    await config({ auths: { 'quay.io': { auth: b64('file:x') }, 'ghcr.io': { auth: b64('file:y') } } });
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'quay.io': { auth: b64('env:x') } } }) };
    const look = credentials({ env });
    await expect(look('quay.io')).resolves.toMatchObject({ username: 'env', source: 'DOCKER_AUTH_CONFIG' });
    await expect(look('ghcr.io')).resolves.toMatchObject({ username: 'file' });
  });

  test('row 85: credHelpers before credsStore before auths', async () => {
    await helper('one', gives('one', SECRET));
    await helper('store', gives('store', SECRET));
    await config({
      credHelpers: { 'quay.io': 'one' },
      credsStore: 'store',
      auths: { 'quay.io': { auth: b64('file:x') }, 'ghcr.io': { auth: b64('file:y') } },
    });
    const look = credentials();
    await expect(look('quay.io')).resolves.toMatchObject({ username: 'one', password: SECRET });
    await expect(look('ghcr.io')).resolves.toMatchObject({ username: 'store' });
  });

  test('a store without the login leaves it to auths', async () => {
    await helper('store', 'echo "credentials not found in native keychain"; exit 1');
    await config({ credsStore: 'store', auths: { 'quay.io': { auth: b64('file:x') } } });
    await expect(credentials()('quay.io')).resolves.toMatchObject({ username: 'file' });
  });

  test('the job token is for ghcr.io, when nothing else is configured', async () => {
    const look = credentials({ githubToken: 'ghs_x', githubActor: 'octocat' });
    await expect(look('ghcr.io')).resolves.toMatchObject({ username: 'octocat', password: 'ghs_x' });
    await expect(look('quay.io')).resolves.toBeNull();
    await expect(look('ghcr.io.evil.example')).resolves.toBeNull();
    await config({ auths: { 'ghcr.io': { auth: b64('file:y') } } });
    await expect(credentials({ githubToken: 'ghs_x' })('ghcr.io')).resolves.toMatchObject({
      username: 'file',
    });
  });

  test('the file is read once, and not before somebody asks', async () => {
    const look = credentials();
    await config({ auths: { 'quay.io': { auth: b64('a:b') } } });
    await expect(look('quay.io')).resolves.toMatchObject({ username: 'a' });
    await config({ auths: { 'ghcr.io': { auth: b64('c:d') } } });
    await expect(look('ghcr.io')).resolves.toBeNull();
  });
});

describe('row 82: helpers', () => {
  test('get the host on stdin, Docker Hub by its old URL', async () => {
    await helper('h', gives('a', 'b'));
    await config({ credsStore: 'h' });
    const look = credentials();
    await look('localhost:5000');
    await look('docker.io');
    await look('docker.io');
    await expect(calls()).resolves.toBe('get localhost:5000\nget https://index.docker.io/v1/\n');
  });

  test('<token> is an identity token', async () => {
    await helper('h', gives('<token>', SECRET));
    await config({ credHelpers: { 'quay.io': 'h' } });
    await expect(credentials()('quay.io')).resolves.toMatchObject({ kind: 'identity', token: SECRET });
  });

  test.each([
    ['not found', 'echo "credentials not found in native keychain"; exit 1'],
    ['nothing inside', gives('', '')],
  ])('%s is no login', async (_, body) => {
    await helper('h', body);
    await config({ credHelpers: { 'quay.io': 'h' } });
    await expect(credentials()('quay.io')).resolves.toBeNull();
  });

  test.each([
    ['prints garbage', `echo ${SECRET}`, 'not the JSON'],
    ['fails', `echo ${SECRET} >&2; echo ${SECRET}; exit 3`, 'exit code 3'],
    ['hangs', 'sleep 3', 'no answer within 0.3 s'],
    ['prints without end', `exec yes ${SECRET}`, 'more than 65536 bytes'],
  ])('one that %s is named, and what it printed is not shown', async (_, body, why) => {
    await helper('h', body);
    await config({ credHelpers: { 'quay.io': 'h' } });
    const error: unknown = await credentials({ helperTimeoutMs: 300 })('quay.io').catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'denied', message: expect.stringContaining(why) });
    expect(String(error)).toMatch(
      /^OperationError: docker-credential-h, which \S+config\.json names for quay\.io/,
    );
    expect(String(error)).not.toContain(SECRET);
  });

  test('one that is not installed is named', async () => {
    await config({ credHelpers: { 'quay.io': 'missing' } });
    await expect(credentials()('quay.io')).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringContaining('not installed'),
    });
  });

  // Threat 21.
  test.each(['../../tmp/x', 'x;id', 'a b', '-x', '$(id)', 'x\n', ''])(
    'the name %j runs nothing',
    async (name) => {
      await config({ credHelpers: { 'quay.io': name } });
      const look = credentials()('quay.io');
      if (name === '') await expect(look).resolves.toBeNull();
      else
        await expect(look).rejects.toMatchObject({
          code: 'denied',
          message: expect.stringContaining('not a plain name'),
        });
      await expect(calls()).resolves.toBe('');
    },
  );
});

test('a file that cannot be read is named', async () => {
  await mkdir(join(folder, 'config.json'));
  await expect(credentials()('quay.io')).rejects.toMatchObject({
    code: 'denied',
    message: expect.stringContaining('config.json cannot be read'),
  });
});
