import { describe, expect, test } from '@jest/globals';
import { type Origin, tokenServer } from '../../../src/registry/auth/challenge.js';

const asker = (registry: string, api = `https://${registry}`, listed: string[] = []): Origin => ({
  registry,
  api: new URL(api),
  listed,
});
const HUB = asker('docker.io', 'https://registry-1.docker.io');
const LOCAL = asker('127.0.0.1:5000', 'http://127.0.0.1:5000');

describe('token servers that belong to the registry', () => {
  test.each<[Origin, string]>([
    [HUB, 'https://auth.docker.io/token'],
    [asker('ghcr.io'), 'https://ghcr.io/token'],
    [asker('quay.io'), 'https://quay.io/v2/auth'],
    [asker('registry.gitlab.com'), 'https://gitlab.com/jwt/auth'],
    [asker('us-docker.pkg.dev'), 'https://us-docker.pkg.dev/v2/token'],
    [asker('team.azurecr.io'), 'https://team.azurecr.io/oauth2/token'],
    [asker('public.ecr.aws'), 'https://public.ecr.aws/token/'],
    [asker('registry.example.com'), 'https://auth.example.com/token'],
    [asker('registry.example.com'), 'https://registry.example.com:8443/token'],
    [asker('registry.example.co.uk'), 'https://auth.example.co.uk/token'],
    [asker('10.1.2.3:5000'), 'https://10.1.2.3:5001/token'],
    [LOCAL, 'http://127.0.0.1:5001/token'],
    [LOCAL, 'http://localhost:5001/token'],
    [asker('plain.example:5000', 'http://plain.example:5000'), 'http://plain.example:5001/token'],
    [asker('a.example', 'https://a.example', ['tokens.other.example']), 'https://tokens.other.example/x'],
  ])('%j: %s', (from, realm) => {
    expect(tokenServer(realm, from).href).toBe(realm);
  });
});

describe('row 80: token servers that get nothing', () => {
  test.each<[string, Origin, string | undefined, string]>([
    ['none', HUB, undefined, 'protocol'],
    ['an empty one', HUB, '', 'protocol'],
    ['no URL', HUB, 'token', 'unsafe'],
    ['a file', HUB, 'file:///etc/passwd', 'unsafe'],
    ['plain http', HUB, 'http://auth.docker.io/token', 'unsafe'],
    ['another host', HUB, 'https://evil.example/token', 'unsafe'],
    ['another host that looks alike', HUB, 'https://auth.docker.io.evil.example/token', 'unsafe'],
    ['a user name before another host', HUB, 'https://auth.docker.io@evil.example/token', 'unsafe'],
    ['a user name', HUB, 'https://a:b@auth.docker.io/token', 'unsafe'],
    ['a private address', HUB, 'https://10.0.0.1/token', 'unsafe'],
    ['the metadata service', HUB, 'http://169.254.169.254/latest', 'unsafe'],
    ['the metadata service, from loopback', LOCAL, 'http://169.254.169.254/latest', 'unsafe'],
    ['the metadata service, otherwise written', LOCAL, 'http://2852039166/latest', 'unsafe'],
    ['a private address, from loopback', LOCAL, 'http://10.0.0.1/token', 'unsafe'],
    ['another host, from loopback', LOCAL, 'https://evil.example/token', 'unsafe'],
    ['loopback, from a public registry', HUB, 'https://127.0.0.1/token', 'unsafe'],
    ['a neighbour in a shared domain', asker('a.azurecr.io'), 'https://evil.azurecr.io/token', 'unsafe'],
    ['a neighbour below a shared second level', asker('a.co.uk'), 'https://evil.co.uk/token', 'unsafe'],
    ['a neighbour address', asker('10.1.2.3:5000'), 'https://10.1.2.4/token', 'unsafe'],
    ['the same top-level domain', asker('a.example'), 'https://b.example/token', 'unsafe'],
  ])('%s', (_, from, realm, code) => {
    expect(() => tokenServer(realm, from)).toThrow(expect.objectContaining({ code }));
  });
});
