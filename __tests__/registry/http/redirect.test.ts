import { describe, expect, test } from '@jest/globals';

import { pointed, pointedWithin } from '../../../src/registry/http/attempt.js';

const LOCAL = 'http://127.0.0.1:5000/v2/org/app/blobs/uploads/';
const PUBLIC = 'https://reg.example/v2/org/app/blobs/uploads/';

describe('row 72: an upload Location', () => {
  test.each([
    [PUBLIC, '/v2/org/app/blobs/uploads/1', 'https://reg.example/v2/org/app/blobs/uploads/1'],
    [PUBLIC, '1', 'https://reg.example/v2/org/app/blobs/uploads/1'],
    [PUBLIC, 'https://reg.example/up/1?_state=a%2Fb', 'https://reg.example/up/1?_state=a%2Fb'],
    [PUBLIC, 'https://reg.example:443/up/1', 'https://reg.example/up/1'],
    [PUBLIC, 'https://uploads.example/1', 'https://uploads.example/1'],
    [PUBLIC, 'https://10.9.9.9/1', 'https://10.9.9.9/1'],
  ])('%s + %s', (base, location, url) => {
    expect(pointedWithin(new URL(base), location, ['uploads.example', '10.9.9.9']).href).toBe(url);
  });

  test.each([
    ['another host', PUBLIC, 'https://evil.example/1'],
    ['another port', LOCAL, 'http://127.0.0.1:5001/1'],
    ['a private address', PUBLIC, 'https://10.0.0.1/'],
    ['a private address, from loopback', LOCAL, 'http://10.0.0.1/'],
    ['the metadata service, from loopback', LOCAL, 'http://169.254.169.254/latest'],
    ['plain http after https', PUBLIC, 'http://reg.example/1'],
    ['a file', PUBLIC, 'file:///etc/passwd'],
    ['a user name', PUBLIC, 'https://a:b@reg.example/1'],
    ['another host, without a scheme', PUBLIC, '//evil.example/1'],
    ['another host, with backslashes', PUBLIC, '\\\\evil.example\\1'],
    ['nonsense', PUBLIC, 'https://['],
  ])('%s is refused', (_, base, location) => {
    expect(() => pointedWithin(new URL(base), location, [])).toThrow(
      expect.objectContaining({ code: 'unsafe' }),
    );
  });
});

describe('a redirect', () => {
  test('may go to another public host, and from loopback to loopback', () => {
    expect(pointed(new URL(PUBLIC), 'https://cdn.example/x?sig=1', []).href).toBe(
      'https://cdn.example/x?sig=1',
    );
    expect(pointed(new URL(LOCAL), 'http://localhost:9000/x', []).href).toBe('http://localhost:9000/x');
  });

  test('names the host that it pointed to and not its query', () => {
    expect(() => pointed(new URL(PUBLIC), 'https://10.0.0.1:9000/x?sig=SECRET', [])).toThrow(
      /^reg\.example points to the private address 10\.0\.0\.1:9000, which is not followed; /,
    );
    expect(() => pointed(new URL(PUBLIC), 'https://10.0.0.1:9000/x?sig=SECRET', [])).not.toThrow(/SECRET/);
  });
});
