import { describe, expect, test } from '@jest/globals';
import { classifyRequest } from '../../../testing/registry/request.js';

const D = `sha256:${'a'.repeat(64)}`;

describe('classifyRequest', () => {
  test.each([
    ['GET', '/v2/', 'ping', null, null],
    ['GET', '/v2', 'ping', null, null],
    ['GET', '/token?scope=repository:a:pull', 'token', null, null],
    ['POST', '/token', 'token', null, null],
    ['HEAD', '/v2/a/b/manifests/v1', 'head-manifest', 'a/b', 'v1'],
    ['GET', `/v2/a/manifests/${D}`, 'get-manifest', 'a', D],
    ['GET', `/v2/a/manifests/sha256%3A${'a'.repeat(64)}`, 'get-manifest', 'a', D],
    ['PUT', '/v2/a/manifests/v1', 'put-manifest-tag', 'a', 'v1'],
    ['PUT', `/v2/a/manifests/${D}`, 'put-manifest-digest', 'a', D],
    ['DELETE', '/v2/a/manifests/v1', 'delete-manifest', 'a', 'v1'],
    ['PATCH', '/v2/a/manifests/v1', 'other', 'a', 'v1'],
    ['HEAD', `/v2/a/blobs/${D}`, 'head-blob', 'a', D],
    ['GET', `/v2/a/blobs/${D}`, 'get-blob', 'a', D],
    ['DELETE', `/v2/a/blobs/${D}`, 'delete-blob', 'a', D],
    ['POST', '/v2/a/blobs/uploads/', 'start-upload', 'a', null],
    ['POST', '/v2/a/blobs/uploads', 'start-upload', 'a', null],
    ['POST', `/v2/a/blobs/uploads/?digest=${D}`, 'start-upload', 'a', null],
    ['POST', `/v2/a/blobs/uploads/?mount=${D}&from=b`, 'mount', 'a', null],
    ['PATCH', '/v2/a/blobs/uploads/id?_state=x', 'patch-blob', 'a', 'id'],
    ['PUT', `/v2/a/blobs/uploads/id?digest=${D}`, 'put-blob', 'a', 'id'],
    ['GET', '/v2/a/blobs/uploads/id', 'upload-status', 'a', 'id'],
    ['DELETE', '/v2/a/blobs/uploads/id', 'cancel-upload', 'a', 'id'],
    ['GET', '/v2/a/b/c/tags/list?n=2', 'tags', 'a/b/c', null],
    ['GET', `/v2/a/referrers/${D}?artifactType=x`, 'referrers', 'a', D],
    ['GET', '/v2/_catalog', 'catalog', null, null],
    ['GET', '/', 'other', null, null],
    ['GET', '/v2/manifests/manifests/manifests', 'get-manifest', 'manifests', 'manifests'],
    ['GET', '/v2/a/manifests/%zz', 'get-manifest', 'a', '%zz'],
  ])('%s %s is %s', (method, url, kind, repository, reference) => {
    expect(classifyRequest(method, url)).toMatchObject({ kind, repository, reference });
  });

  test('keeps the query', () => {
    expect(classifyRequest('GET', '/v2/a/tags/list?n=2&last=b').query.get('last')).toBe('b');
  });
});
