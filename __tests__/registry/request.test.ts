import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { OperationError } from '../../src/errors.js';
import { clean, errorsOf, inContext, refusal } from '../../src/registry/request.js';
import { errorBody } from '../support/scripted.js';

const TASK = { operation: 'write the tag', ref: { registry: 'quay.io', repository: 'org/app', tag: 'v1' } };
const answer = (status: number, body = '') => ({
  status,
  headers: {},
  body: Buffer.from(body),
  url: new URL('https://quay.io/v2/'),
});

describe('refusal', () => {
  test.each([
    [401, 'denied', 'log in with an account that may use org/app: docker login quay.io'],
    [403, 'denied', 'give the account that is logged in to quay.io access to org/app'],
    [404, 'rejected', 'see what quay.io says about it'],
    [413, 'rejected', 'see what quay.io says about it'],
    [408, 'unavailable', 'run again when quay.io is well'],
    [429, 'unavailable', 'run again later, or lower the concurrency'],
    [503, 'unavailable', 'run again when quay.io is well'],
    [302, 'protocol', 'see what quay.io says about it'],
  ] as const)('names registry, repository, tag, step, HTTP %i and the next action', (status, code, next) => {
    const error = refusal(TASK, answer(status, errorBody('CODE', 'its words')));
    expect(error).toMatchObject({ code, status });
    expect(error.message).toContain(
      `quay.io/org/app:v1: cannot write the tag: quay.io answered HTTP ${status} (CODE: its words); ${next}`,
    );
  });

  test('on ghcr.io a 403 names the permission that a job needs', () => {
    const task = { ...TASK, ref: { ...TASK.ref, registry: 'ghcr.io' } };
    expect(refusal(task, answer(403)).message).toContain('packages: write');
  });

  test.each([
    ['nothing', '', 'HTTP 500;'],
    ['a page', '<html>\n<body>Bad   gateway</body>', 'HTTP 500 (<html> <body>Bad gateway</body>);'],
    ['two errors', JSON.stringify({ errors: [{ code: 'A' }, { message: 'b' }] }), 'HTTP 500 (A; b);'],
  ])('shows of a body with %s what there is', (_name, body, expected) => {
    expect(refusal(TASK, answer(500, body)).message).toContain(expected);
  });
});

describe('clean', () => {
  test('takes line ends, control and direction characters out', () => {
    expect(clean('a\r\n::error::b\u001b[2Jc\u202ed\u0000e')).toBe('a ::error::b [2Jc d e');
  });

  test('hides what looks like a credential', () => {
    expect(clean('sent Authorization: Bearer abc.def-ghi= and basic dXNlcjpwYXNz')).toBe(
      'sent Authorization: Bearer [hidden] and basic [hidden]',
    );
  });

  test('gives one short line whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 5000 }), (text) => {
        const line = clean(text);
        expect(line.length).toBeLessThanOrEqual(300);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

test('errorsOf reads any body', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      for (const { code, message } of errorsOf(answer(400, text))) {
        expect([typeof code, typeof message]).toEqual(['string', 'string']);
      }
    }),
  );
  expect(errorsOf(answer(404, '{"errors":[null,7,{"code":5,"message":[]},{"code":"a"}]}'))).toEqual([
    { code: '', message: '' },
    { code: 'A', message: '' },
  ]);
});

test('inContext keeps code and status and leaves foreign errors alone', () => {
  const error = inContext(TASK, new OperationError('timeout', 'PUT quay.io: silence', { status: 504 }));
  expect(error).toMatchObject({ code: 'timeout', status: 504 });
  expect((error as Error).message).toBe('quay.io/org/app:v1: cannot write the tag: PUT quay.io: silence');
  const bug = new RangeError('a bug');
  expect(inContext(TASK, bug)).toBe(bug);
});
