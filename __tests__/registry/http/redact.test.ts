import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { createSecrets, redactUrl } from '../../../src/registry/http/redact.js';

test('a secret is hidden in every form in which an answer may echo it', () => {
  const told: string[] = [];
  const secrets = createSecrets((secret) => told.push(secret));
  const password = 'p"ss wörd/1';
  secrets.add(password);
  const forms = [
    password,
    encodeURIComponent(password),
    'p\\"ss wörd/1',
    'p\\\\\\"ss wörd/1',
    Buffer.from(password).toString('base64'),
  ];
  expect(told).toEqual(forms);
  for (const form of forms) expect(secrets.scrub(`<${form}>`)).toBe('<***>');
});

test('a secret within another one leaves nothing of either', () => {
  const secrets = createSecrets(() => undefined);
  secrets.add('hunter2');
  secrets.add('hunter2-and-more');
  expect(secrets.scrub('it was hunter2-and-more and hunter2')).toBe('it was *** and ***');
});

test('what looks like a login is hidden although nobody registered it', () => {
  const secrets = createSecrets(() => undefined);
  const scrub = (text: string): string => secrets.scrub(text);
  expect(scrub('sent Authorization: Bearer abc.def-ghi=')).toBe('sent Authorization: Bearer ***');
  expect(scrub('at https://s3.example/blob?X-Amz-Signature=abc&x=y, see')).toBe(
    'at https://s3.example/blob?*** see',
  );
  expect(scrub('a basic mistake')).toBe('a basic mistake');
});

test('a secret too short to hide is told to the log and not hidden', () => {
  const told: string[] = [];
  const secrets = createSecrets((secret) => told.push(secret));
  secrets.add('a');
  expect(told).toContain('a');
  expect(secrets.scrub('a cat')).toBe('a cat');
});

test('no text that is scrubbed holds a registered secret', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 4, unit: 'binary' })), fc.string(), (known, text) => {
      const secrets = createSecrets(() => undefined);
      for (const secret of known) secrets.add(secret);
      const clean = secrets.scrub(text + known.join(' '));
      for (const secret of known)
        if (!'***'.includes(secret) && !secret.includes('*')) expect(clean).not.toContain(secret);
    }),
  );
});

test('a URL is shown without query, user and fragment', () => {
  expect(redactUrl('GET', new URL('https://u:p@a.example:8443/v2/x?sig=1#f'))).toBe(
    'GET a.example:8443/v2/x',
  );
});
