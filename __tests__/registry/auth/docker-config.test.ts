import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { OperationError } from '../../../src/errors.js';
import { credentialOf, entryOf, parseDockerConfig } from '../../../src/registry/auth/docker-config.js';

const b64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

describe('keys', () => {
  test.each([
    ['row 81: Docker Hub', 'https://index.docker.io/v1/', 'docker.io'],
    ['Docker Hub by another name', 'docker.io', 'docker.io'],
    ['Docker Hub by its API', 'https://registry-1.docker.io/v2/', 'docker.io'],
    ['a host', 'quay.io', 'quay.io'],
    ['a host and port', 'localhost:5000', 'localhost:5000'],
    ['a scheme', 'https://quay.io', 'quay.io'],
    ['a scheme and path', 'https://quay.io/v1/', 'quay.io'],
    ['upper case', 'QUAY.io', 'quay.io'],
  ])('%s', (_, key, registry) => {
    expect(entryOf({ other: 0, [key]: 1 }, registry)).toBe(1);
  });

  test.each([
    ['quay.io', 'quay.io:443'],
    ['localhost:5000', 'localhost:5001'],
    ['quay.io.evil.example', 'quay.io'],
    ['__proto__', 'constructor'],
  ])('%s is not %s', (key, registry) => {
    expect(entryOf({ [key]: 1 }, registry)).toBeUndefined();
  });

  test('the exact key goes before others that mean the same host', () => {
    expect(entryOf({ 'https://quay.io/v1/': 1, 'quay.io': 2 }, 'quay.io')).toBe(2);
  });
});

describe('entries', () => {
  const of = (entry: unknown) => credentialOf(entry, 'config.json', 'quay.io');
  test.each<[string, unknown, unknown]>([
    ['auth', { auth: b64('me:secret') }, { kind: 'basic', username: 'me', password: 'secret' }],
    [
      'row 83: a colon in the password',
      { auth: b64('me:a:b') },
      { kind: 'basic', username: 'me', password: 'a:b' },
    ],
    ['row 83: ü', { auth: b64('me:ü😀') }, { kind: 'basic', username: 'me', password: 'ü😀' }],
    [
      'row 83: trailing NULs',
      { auth: b64('me:secret\0\0') },
      { kind: 'basic', username: 'me', password: 'secret' },
    ],
    [
      'username and password',
      { username: 'me', password: 'x' },
      { kind: 'basic', username: 'me', password: 'x' },
    ],
    [
      'identitytoken',
      { auth: b64('0:'), identitytoken: 'r' },
      { kind: 'identity', username: '0', token: 'r' },
    ],
    ['identitytoken alone', { identitytoken: 'r' }, { kind: 'identity', username: '<token>', token: 'r' }],
    ['registrytoken', { registrytoken: 't' }, { kind: 'registry', token: 't' }],
  ])('%s', (_, entry, credential) => {
    expect(of(entry)).toEqual({ ...(credential as object), source: 'config.json' });
  });

  test.each([[undefined], [null], [{}], [{ email: 'a@b' }]])('%j is no login', (entry) => {
    expect(of(entry)).toBeNull();
  });

  test.each([
    ['base64', { auth: '%%%' }],
    ['base64', { auth: 'bWU6c2Vj!!' }],
    ['colon', { auth: b64('nobody') }],
    ['no object', 'me:secret'],
  ])('without %s: an error that names the file and not the secret', (word, entry) => {
    expect(() => of(entry)).toThrow(expect.objectContaining({ code: 'denied' }));
    expect(() => of(entry)).toThrow(new RegExp(`^config\\.json has an .*quay\\.io.*${word}`));
  });
});

describe('files', () => {
  test.each(['', '[]', '{"auths":[]}', '{"credHelpers":1}', '{"credsStore":{}}', '{', '\uFEFF{}'])(
    '%j is refused',
    (text) => {
      expect(() => parseDockerConfig(Buffer.from(text), 'f')).toThrow(
        expect.objectContaining({ code: 'denied' }),
      );
    },
  );

  test('an empty one is fine', () => {
    expect(parseDockerConfig(Buffer.from('{"credsStore":""}'), 'f')).toEqual({
      source: 'f',
      auths: {},
      credHelpers: {},
      credsStore: null,
    });
  });

  test('whatever JSON it is: a login, none, or an error that says so', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('quay.io', 'docker.io', '__proto__'), (text, registry) => {
        try {
          const config = parseDockerConfig(Buffer.from(`{"auths":${text}}`), 'f');
          credentialOf(entryOf(config.auths, registry), 'f', registry);
        } catch (error) {
          expect(error).toBeInstanceOf(OperationError);
        }
      }),
    );
  });
});
