import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { formatCsv, parseCsv } from '../../src/builds/csv.js';
import { createdAt, labelLines, labelling } from '../../src/builds/labels.js';
import { targetNames } from '../../src/builds/machines.js';
import { parseHost, parseSecret } from '../../src/builds/options.js';
import { build, complaints, FACTS, withDefaults } from '../support/builds.js';

describe('CSV', () => {
  test('what is formatted is parsed back', () => {
    const field = fc.record({
      key: fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/),
      value: fc.stringMatching(/^[ -~]{0,10}$/),
      bare: fc.constant(false),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(field, { selector: ({ key }) => key, minLength: 1, maxLength: 5 }),
        (fields) => {
          expect(parseCsv(formatCsv(fields))).toEqual({ ok: true, value: fields });
        },
      ),
    );
  });

  test.each(['"a=b', 'a"b=c', 'a=1,"b', 'type=x\ny', '=b', 'a=1,A=2'])('refused: %j', (text) => {
    expect(parseCsv(text).ok).toBe(false);
  });
});

describe('secrets', () => {
  test.each([
    ['id=a,env=B', { id: 'a', env: 'B' }],
    ['id=a', { id: 'a', env: 'a' }],
    ['id=a,src=f', { id: 'a', file: 'f' }],
    ['type=env,id=a,src=B', { id: 'a', env: 'B' }],
    ['type=file,id=a,source=f', { id: 'a', file: 'f' }],
    ['"id=a","src=x,y"', { id: 'a', file: 'x,y' }],
    ['A=b=c', { id: 'A', value: 'b=c' }],
  ])('%s', (text, value) => expect(parseSecret(text, true)).toEqual({ ok: true, value }));

  test.each(['id=a,env=B,src=f', 'id=a,env=B-C', 'type=stdin,id=a', 'env=B', '=x', 'abc'])(
    'refused: %s',
    (text) => expect(parseSecret(text, true).ok).toBe(false),
  );
});

test.each([
  ['a:10.0.0.1', ['a', '10.0.0.1']],
  ['a=[::1]', ['a', '::1']],
  ['a:::1', ['a', '::1']],
])('host %s', (text, value) => expect(parseHost(text)).toEqual({ ok: true, value }));

describe('labels', () => {
  test('those that nothing is known about are left out, line breaks are spaces', () => {
    const facts = { ...FACTS, description: 'two\r\n lines', url: null };
    const render = (value: string) => ({ ok: true as const, value });
    const context = { decision: { version: '1.0', labels: {} }, facts, render };
    const { labels } = labelling(build('q.io/a'), context, (_parsed, fallback) => fallback);
    expect(labelLines(labels).split('\n')).toEqual([
      'org.opencontainers.image.created=2026-01-02T03:04:05.000Z',
      'org.opencontainers.image.description=two lines',
      'org.opencontainers.image.licenses=Apache-2.0',
      `org.opencontainers.image.revision=${FACTS.revision}`,
      'org.opencontainers.image.title=CMSKubernetes',
      'org.opencontainers.image.version=1.0',
    ]);
  });

  test.each([
    ['SOURCE_DATE_EPOCH', '0', '2026-01-01T00:00:00+01:00', '1970-01-01T00:00:00.000Z'],
    ['the commit', undefined, '2026-01-01T00:00:00+01:00', '2025-12-31T23:00:00.000Z'],
    ['now', undefined, null, '2001-09-09T01:46:40.000Z'],
    ['an epoch that is none', 'yesterday', null, '2001-09-09T01:46:40.000Z'],
  ])('created: %s', (_name, epoch, commit, expected) => {
    expect(createdAt(epoch, commit, 1_000_000_000_000)).toBe(expected);
  });
});

test('target names are unique and never "default"', () => {
  expect(targetNames(['a.io/x/app', 'b.io/app', 'c/default', 'd/é.x'])).toEqual([
    'app',
    'app-2',
    'image-default',
    '--x',
  ]);
});

describe('inputs under the entries of the tag file', () => {
  test('the entry wins, maps add up', () => {
    const config = build('q.io/a', { buildArgs: { A: 'own' }, cacheTo: ['type=inline'], target: '' });
    const merged = withDefaults(config, {
      context: 'src',
      target: 'runtime',
      buildArgs: { A: 'input', B: 'input' },
      cacheTo: ['type=gha'],
      platforms: ['linux/amd64'],
    });
    expect(merged).toMatchObject({
      context: 'src',
      target: 'runtime',
      buildArgs: { A: 'own', B: 'input' },
      cacheTo: ['type=inline'],
    });
    expect(merged.platforms.map(({ platform, stage }) => [platform, stage])).toEqual([
      ['linux/amd64', 'release'],
    ]);
  });

  test('a platform that does not exist', () => {
    expect(complaints(() => withDefaults(build('q.io/a'), { platforms: ['linux/amd46'] }))[0]).toMatch(
      /platforms: "linux\/amd46" is not a platform; write "linux\/amd64"/,
    );
  });
});
