import { describe, expect, test } from '@jest/globals';

import { OperationError } from '../../src/errors.js';
import { addressOfRegistry, isListed, isLoopback, isPrivate } from '../../src/registry/hosts.js';

const hostname = (host: string): string => new URL(`https://${host}`).hostname;

describe('kinds of address', () => {
  test.each([
    ['localhost', true, true],
    ['127.0.0.1', true, true],
    ['127.1', true, true],
    ['0x7f000001', true, true],
    ['2130706433', true, true],
    ['[::1]', true, true],
    ['[::ffff:127.0.0.1]', true, true],
    ['10.0.0.1', false, true],
    ['172.16.0.1', false, true],
    ['172.31.255.255', false, true],
    ['172.32.0.1', false, false],
    ['192.168.1.1', false, true],
    ['169.254.169.254', false, true],
    ['[fe80::1]', false, true],
    ['[fd00:ec2::254]', false, true],
    ['[::ffff:169.254.169.254]', false, true],
    ['[64:ff9b::a9fe:a9fe]', false, true],
    ['[::]', false, true],
    ['0.0.0.0', false, true],
    ['100.64.0.1', false, true],
    ['224.0.0.1', false, true],
    ['8.8.8.8', false, false],
    ['[2001:4860:4860::8888]', false, false],
    ['quay.io', false, false],
    ['127.0.0.1.example.com', false, false],
    ['localhost.example.com', false, false],
  ])('%s: loopback %s, private %s', (host, loopback, priv) => {
    expect([isLoopback(hostname(host)), isPrivate(hostname(host))]).toEqual([loopback, priv]);
  });
});

describe('how a registry is spoken to', () => {
  test.each([
    ['docker.io', 'registry-1.docker.io', 'https'],
    ['quay.io', 'quay.io', 'https'],
    ['10.1.2.3:5000', '10.1.2.3:5000', 'https'],
    ['localhost:5000', 'localhost:5000', 'either'],
    ['127.0.0.9', '127.0.0.9', 'either'],
    ['[::1]:5000', '[::1]:5000', 'either'],
    ['plain.example:5000', 'plain.example:5000', 'http'],
    ['localhost:5001', 'localhost:5001', 'http'],
  ])('%s: %s, %s', (registry, host, scheme) => {
    expect(addressOfRegistry(registry, ['plain.example:5000', 'LOCALHOST:5001'])).toMatchObject({
      host,
      scheme,
    });
  });

  test('a listed host is not a listed host with another port', () => {
    expect(addressOfRegistry('plain.example', ['plain.example:5000']).scheme).toBe('https');
  });

  // Threat 8: `new URL` turns these into addresses that nobody reads in the tag file.
  test.each([
    '2130706433:5000',
    '0x7f.1',
    '127.1:5000',
    '169.254.169.254',
    '[fe80::1]:5000',
    '[::ffff:169.254.169.254]',
  ])('%s is refused', (registry) => {
    expect(() => addressOfRegistry(registry, [])).toThrow(OperationError);
    expect(() => addressOfRegistry(registry, [])).toThrow(expect.objectContaining({ code: 'unsafe' }));
  });

  test('a link-local address that was listed is spoken to', () => {
    expect(addressOfRegistry('169.254.1.1:5000', ['169.254.1.1:5000']).scheme).toBe('http');
  });
});

test.each([
  ['https://a.example/x', ['a.example'], true],
  ['https://a.example:8443/x', ['a.example'], true],
  ['https://a.example/x', ['a.example:443'], true],
  ['http://a.example/x', ['a.example:80'], true],
  ['https://a.example/x', ['a.example:8443'], false],
  ['https://b.a.example/x', ['a.example'], false],
])('%s in %j: %s', (url, list, listed) => {
  expect(isListed(new URL(url), list)).toBe(listed);
});
