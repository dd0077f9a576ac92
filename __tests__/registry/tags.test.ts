import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { createRegistry } from '../../src/registry/registry.js';
import { nextLink } from '../../src/registry/request.js';
import {
  errorBody,
  keptLog,
  type Reply,
  type Script,
  scripted,
  type Step,
  stillClock,
} from '../support/scripted.js';

const REPOSITORY = { registry: 'quay.io', repository: 'org/app' };
const FIRST = 'GET tags/list?n=1000';

const page = (tags: unknown, link?: string): Reply => ({
  status: 200,
  body: JSON.stringify({ name: 'org/app', tags }),
  ...(link === undefined ? {} : { headers: { link } }),
});

function list(script: Script): Promise<readonly string[]> {
  return createRegistry(script.transport, { clock: stillClock(), log: keptLog() }).tags(REPOSITORY);
}

describe('tags', () => {
  test('row 73: one page without Link is all', async () => {
    expect(await list(scripted([FIRST, page(['v2', 'v10', 'latest'])]))).toEqual(['v2', 'v10', 'latest']);
  });

  test.each([
    ['relative', '</v2/org/app/tags/list?n=1000&last=b>; rel="next"'],
    ['absolute on the same host', '<https://quay.io/v2/org/app/tags/list?n=1000&last=b>; rel=next'],
    [
      'after another link',
      '</v2/x>; rel="prev, or so", </v2/org/app/tags/list?n=1000&last=b>; title="a, b"; rel="next"',
    ],
  ])('row 73: follows a Link that is %s', async (_name, link) => {
    const steps: Step[] = [
      [FIRST, page(['a', 'b'], link)],
      ['GET tags/list?n=1000&last=b', page(['c'])],
    ];
    expect(await list(scripted(...steps))).toEqual(['a', 'b', 'c']);
  });

  test('row 73: a Link to another host is left to the transport, which refuses it', async () => {
    const script = scripted([FIRST, page(['a'], '<https://evil.example/v2/x/tags/list>; rel="next"')]);
    const transport = {
      ...script.transport,
      resolve: (_base: URL, location: string) => {
        throw new Error(`unsafe: ${location}`);
      },
    };
    const failing = createRegistry(transport, { clock: stillClock(), log: keptLog() }).tags(REPOSITORY);
    await expect(failing).rejects.toThrow('unsafe: https://evil.example/v2/x/tags/list');
  });

  test('row 73: the same page for ever is an error, not a list', async () => {
    const same = page(['a', 'b'], '</v2/org/app/tags/list?n=1000&last=b>; rel="next"');
    const script = scripted([FIRST, same], ['GET tags/list?n=1000&last=b', same]);
    await expect(list(script)).rejects.toThrow(/page 3 would repeat one that was read already/);
    expect(script.sent).toHaveLength(2);
  });

  test('row 73: 10,000 tags, unsorted and unpaged, keep their order', async () => {
    const tags = Array.from({ length: 10_000 }, (_, index) => `v${(index * 7919) % 10_000}`);
    expect(await list(scripted([FIRST, page(tags)]))).toEqual(tags);
  });

  test('row 73: a list without end is an error, not a short list', async () => {
    let page = 0;
    const script = scripted();
    const transport = {
      ...script.transport,
      send: () =>
        Promise.resolve({
          status: 200,
          headers: { link: `</v2/org/app/tags/list?n=1000&last=${++page}>; rel="next"` },
          body: Buffer.from(JSON.stringify({ tags: [`t${page}`] })),
          url: new URL('https://quay.io/v2/org/app/tags/list'),
        }),
    };
    const failing = createRegistry(transport, { clock: stillClock(), log: keptLog() }).tags(REPOSITORY);
    await expect(failing).rejects.toMatchObject({ code: 'protocol' });
    expect(page).toBe(200);
  });

  test('the pages share 16 MiB', async () => {
    const script = scripted(
      [FIRST, page(['a'], '</v2/org/app/tags/list?n=1000&last=a>; rel="next"')],
      ['GET tags/list?n=1000&last=a', page(['b'])],
    );
    await list(script);
    expect(script.sent[0]?.maxBytes).toBe(16 * 1024 * 1024);
    expect(script.sent[1]?.maxBytes).toBeLessThan(16 * 1024 * 1024);
  });

  test('an unknown repository has none', async () => {
    expect(await list(scripted([FIRST, { status: 404, body: errorBody('NAME_UNKNOWN') }]))).toEqual([]);
  });

  test('a list of null has none', async () => {
    expect(await list(scripted([FIRST, page(null)]))).toEqual([]);
  });

  test('names that no tag may have are passed over', async () => {
    const tags = ['ok', '', '../x', 'a b', '::error::x', 'x'.repeat(129), `sha256-${'0'.repeat(64)}.sig`];
    expect(await list(scripted([FIRST, page(tags)]))).toEqual(['ok', `sha256-${'0'.repeat(64)}.sig`]);
  });

  test.each([
    [404, '<html>', 'rejected'],
    [401, errorBody('UNAUTHORIZED'), 'denied'],
    [500, '', 'unavailable'],
    [200, '<html>', 'protocol'],
    [200, '{"tags":{}}', 'protocol'],
    [200, '{"tags":[7]}', 'protocol'],
  ] as const)('HTTP %i with %p is an error that names the repository', async (status, body, code) => {
    const failing = list(scripted([FIRST, { status, body }]));
    await expect(failing).rejects.toMatchObject({ code, status });
    await expect(failing).rejects.toThrow(
      `quay.io/org/app: cannot list the tags: quay.io answered HTTP ${status}`,
    );
  });

  test('at the same time is one request', async () => {
    const script = scripted([FIRST, page(['a'])]);
    const registry = createRegistry(script.transport, { clock: stillClock(), log: keptLog() });
    expect(await Promise.all([registry.tags(REPOSITORY), registry.tags(REPOSITORY)])).toEqual([['a'], ['a']]);
  });
});

test.each([
  [undefined, null],
  ['', null],
  ['</a>; rel="next"', '/a'],
  ['</a>;rel=next', '/a'],
  ['</a>; REL="NEXT"', '/a'],
  ['</a>; rel="prev next"', '/a'],
  ['</a>; rel="prev"', null],
  ['</a>; rel="nextish"', null],
  ['</a>', null],
  ['</a>; rel="prev", </b>; rel="next"', '/b'],
  ['</a,b>; rel="next"', '/a,b'],
  ['</a>; title="x, </evil>; rel=next", </b>; rel="next"', '/b'],
  ['</a>; title="\\", ", </b>; rel="next"', '/b'],
  ['<>; rel="next"', null],
  ['/a; rel="next"', null],
  ['</a; rel="next"', null],
])('row 73: the next page of %p is %p', (header, expected) => {
  expect(nextLink(header)).toBe(expected);
});

test('any header is read in time, and any target is found again', () => {
  fc.assert(
    fc.property(fc.string(), fc.webPath(), (noise, path) => {
      expect(() => nextLink(noise)).not.toThrow();
      fc.pre(path !== '');
      expect(nextLink(`<${path}>; rel="next"`)).toBe(path);
    }),
  );
  expect(nextLink('<a>;,'.repeat(20_000))).toBeNull();
});
