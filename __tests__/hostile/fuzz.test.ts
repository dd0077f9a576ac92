import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { attempt } from '../../faults/world/engine.js';
import { fakeTime } from '../../faults/world/time.js';
import { parseConfig } from '../../src/config/config.js';
import { OCI_INDEX, OCI_MANIFEST } from '../../testing/registry/image.js';
import { OperationError, UserError } from '../../src/errors.js';
import { readEvent } from '../../src/ci/github.js';
import { matchPattern, parsePattern } from '../../src/policy/pattern.js';
import { parseForce, parseRegistryMap } from '../../src/plan/overrides.js';
import { parseReference, parseTag } from '../../src/oci/reference.js';
import { parseRef, toTagPart } from '../../src/policy/refname.js';
import { parseChallenges } from '../../src/registry/auth/challenge.js';
import { credentialOf, entryOf, parseDockerConfig } from '../../src/registry/auth/docker-config.js';
import { nextLink } from '../../src/registry/request.js';
import { parseManifest } from '../../src/oci/manifest.js';
import { parseTemplate } from '../../src/policy/template.js';

/**
 * Whatever comes in: an answer, or an error that a person can act on. Never another exception, never a hang. An input
 * takes a few thousand microseconds of CPU; this many are kept on any machine, and not by an exponential parser.
 */
const MOST_CPU = 500_000;
const RUNS = { numRuns: 1000 };

/** Letters that parsers look at, with words that they know. */
function text(...words: readonly string[]): fc.Arbitrary<string> {
  const pieces = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...words) },
    { weight: 2, arbitrary: fc.string({ maxLength: 8, unit: 'binary' }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('"', '\\', ',', ';', '=', '\n', '\t', '\0', '{', '}', '\u202e', '😀', '::'),
    },
  );
  return fc.array(pieces, { maxLength: 24 }).map((parts) => parts.join(''));
}

/** Runs `work`; errors for people are fine, when they say what to do. */
function harmless(work: () => unknown): void {
  const before = process.cpuUsage();
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) {
      expect(error.problems.length).toBeGreaterThan(0);
      for (const { what } of error.problems) expect(what.trim()).not.toBe('');
    } else if (error instanceof OperationError) {
      expect(error.message.trim()).not.toBe('');
    } else throw error;
  }
  expect(process.cpuUsage(before).user).toBeLessThan(MOST_CPU);
}

const bytesOf = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('what people write', () => {
  test('references', () => {
    const words = text(
      'docker.io',
      '/',
      ':',
      '@',
      'sha256:',
      'a'.repeat(64),
      'localhost',
      '..',
      '%2e',
      '[::1]',
      'A',
    );
    fc.assert(
      fc.property(words, (value) => harmless(() => parseReference(value))),
      RUNS,
    );
  });

  test('patterns, and any text against them', () => {
    const words = text(
      '{major}',
      '{a:text}',
      '{date}',
      '{seq:2}',
      '*',
      '**',
      'v',
      '.',
      '1',
      '{',
      '}',
      '{x:0}',
      '{x:99}',
    );
    fc.assert(
      fc.property(words, text('v', '1', '.', '-', 'a'.repeat(50)), (source, name) =>
        harmless(() => {
          const parsed = parsePattern(source);
          if (parsed.ok) matchPattern(parsed.value, name);
          else expect(parsed.what).not.toBe('');
        }),
      ),
      RUNS,
    );
  });

  test('row 25: the hardest text for the hardest pattern takes no time', () => {
    const hard = ['**', '{a:text}', '*', '{b}', '**', '{c:text}', '*', '**'].join('a');
    const parsed = parsePattern(hard);
    harmless(() => parsed.ok && matchPattern(parsed.value, 'a'.repeat(5_000)));
  });

  test('templates', () => {
    const words = text('{branch}', '{sha:12}', '{seq:2}', '{', '}', '{unknown}', '{sha:999}', '-');
    fc.assert(
      fc.property(words, (value) => harmless(() => parseTemplate(value))),
      RUNS,
    );
  });

  test('force and registry-map', () => {
    const words = text('docker.io', '=', ':', '/', 'localhost:5000', 'x');
    fc.assert(
      fc.property(words, (value) => {
        harmless(() => parseForce([value]));
        harmless(() => parseRegistryMap([value]));
      }),
      RUNS,
    );
  });

  test('ref names become parts of tags, always', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300, unit: 'binary' }),
        fc.integer({ min: 20, max: 128 }),
        (name, most) => {
          harmless(() => parseRef(`refs/heads/${name}`));
          if (name === '') return;
          const part = toTagPart(name, most, true);
          expect(part.length).toBeLessThanOrEqual(most);
          expect(parseTag(part)).toEqual({ ok: true, value: part });
        },
      ),
      RUNS,
    );
  });

  const yaml = text(
    'images:\n',
    '  - name: a/b\n',
    '    tag: "1"\n',
    '    tag: 1.10\n',
    '    src_build_tag: x\n',
    'builds:\n',
    'policy: ',
    'semver\n',
    '  rules:\n',
    '    - class: final\n',
    '      git_tag: "v{major}"\n',
    '&a ',
    '*a',
    '<<: ',
    '[',
    ']',
    '{',
    '}',
    '---\n',
    '!!js/function ',
    '? ',
    '|\n',
    '__proto__: 1\n',
  );

  test('tag files, as text and as bytes', () => {
    fc.assert(
      fc.property(fc.oneof(yaml.map(bytesOf), fc.uint8Array({ maxLength: 200 })), (bytes) =>
        harmless(() => parseConfig([{ path: 'tags.yaml', bytes }])),
      ),
      RUNS,
    );
  });

  test('every problem of a tag file names its file, line and column', () => {
    fc.assert(
      fc.property(yaml, (value) => {
        try {
          parseConfig([{ path: 'tags.yaml', bytes: bytesOf(value) }]);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          const lines = value.split(/\r\n|\r|\n/).length;
          for (const { location } of error.problems) {
            expect(location?.file).toBe('tags.yaml');
            expect(location?.line).toBeGreaterThanOrEqual(1);
            expect(location?.line).toBeLessThanOrEqual(lines + 1);
            expect(location?.column).toBeGreaterThanOrEqual(1);
          }
        }
      }),
      RUNS,
    );
  });
});

describe('what machines send', () => {
  test('WWW-Authenticate', () => {
    const words = text(
      'Bearer ',
      'Basic ',
      'realm=',
      '"http://x/token"',
      'scope=',
      'service=',
      ', ',
      'error=',
    );
    fc.assert(
      fc.property(words, (value) => harmless(() => parseChallenges(value))),
      RUNS,
    );
  });

  test('Link', () => {
    const words = text('<', '>', '/v2/x/tags/list?n=1', '; rel="next"', "; rel='next'", ',', 'rel=next');
    fc.assert(
      fc.property(words, (value) => harmless(() => nextLink(value))),
      RUNS,
    );
  });

  test("docker's config", () => {
    const value = fc.oneof(
      text('{"auths":{', '"host":{', '"auth":"', 'YTpi', '"}', '}', '"credsStore":', '"credHelpers":{').map(
        bytesOf,
      ),
      fc.json().map(bytesOf),
      fc
        .dictionary(fc.constantFrom('auths', 'credHelpers', 'credsStore', '__proto__'), fc.jsonValue())
        .map((object) => bytesOf(JSON.stringify(object))),
    );
    fc.assert(
      fc.property(value, (bytes) =>
        harmless(() => {
          const { auths, source } = parseDockerConfig(bytes, 'config.json');
          credentialOf(entryOf(auths, 'host'), source, 'host');
        }),
      ),
      RUNS,
    );
  });

  const descriptor = fc.record(
    {
      mediaType: fc.oneof(fc.constantFrom(OCI_INDEX, OCI_MANIFEST), fc.jsonValue()),
      digest: fc.oneof(fc.constantFrom(`sha256:${'a'.repeat(64)}`, 'sha256:x'), fc.jsonValue()),
      size: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
      platform: fc.jsonValue(),
      annotations: fc.jsonValue(),
      urls: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const manifest = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        schemaVersion: fc.jsonValue(),
        mediaType: fc.oneof(fc.constantFrom(OCI_INDEX, OCI_MANIFEST), fc.jsonValue()),
        manifests: fc.oneof(fc.array(descriptor, { maxLength: 4 }), fc.jsonValue()),
        config: fc.oneof(descriptor, fc.jsonValue()),
        layers: fc.oneof(fc.array(descriptor, { maxLength: 4 }), fc.jsonValue()),
        subject: fc.oneof(descriptor, fc.jsonValue()),
      },
      { requiredKeys: [] },
    ),
  );

  test('manifests', () => {
    fc.assert(
      fc.property(manifest, fc.constantFrom(OCI_INDEX, OCI_MANIFEST, 'text/html', ''), (value, mediaType) =>
        harmless(() =>
          parseManifest({ bytes: bytesOf(JSON.stringify(value)), mediaType, digest: '' }, 'name'),
        ),
      ),
      RUNS,
    );
  });

  test('event payloads', () => {
    const payload = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          ref: fc.oneof(fc.constantFrom('refs/heads/main', 'refs/tags/v1'), fc.jsonValue()),
          deleted: fc.jsonValue(),
          pull_request: fc.oneof(
            fc.record({ number: fc.jsonValue(), head: fc.jsonValue(), base: fc.jsonValue() }),
            fc.jsonValue(),
          ),
          workflow_run: fc.jsonValue(),
          repository: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    );
    const name = fc.constantFrom(
      'push',
      'pull_request',
      'pull_request_target',
      'workflow_run',
      'release',
      'delete',
      'x',
    );
    fc.assert(
      fc.property(payload, name, (value, event) =>
        harmless(() => {
          const facts = readEvent({ name: event, ref: 'refs/heads/main', sha: null, payload: value });
          // Trust is the exception: no payload, however odd, gives it to a pull request.
          if (event.startsWith('pull_request')) expect(facts.trust.level).not.toBe('write');
        }),
      ),
      RUNS,
    );
  });
});

describe('answers of a registry', () => {
  let server: Server;
  let answer = { status: 200, headers: {} as Readonly<Record<string, string>>, body: Buffer.alloc(0) };
  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      response
        .writeHead(answer.status, answer.headers)
        .end(request.method === 'HEAD' ? undefined : answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const headerText = fc.string({
    maxLength: 30,
    unit: fc.constantFrom('a', '1', ' ', '"', ',', ';', '=', '<', '>', '/', ':', '-'),
  });
  const headers = fc.record(
    {
      'content-type': fc.oneof(
        fc.constantFrom(OCI_INDEX, OCI_MANIFEST, 'application/json', 'text/html'),
        headerText,
      ),
      'docker-content-digest': fc.oneof(
        fc.constantFrom(`sha256:${'a'.repeat(64)}`, 'sha256:a', ''),
        headerText,
      ),
      location: fc.oneof(
        fc.constantFrom('/', 'http://10.0.0.1/', 'http://[', 'file:///x', '/v2/x?y'),
        headerText,
      ),
      link: headerText,
      'www-authenticate': fc.oneof(
        fc.constantFrom('Bearer realm="http://10.0.0.1/"', 'Basic', 'Bearer'),
        headerText,
      ),
      'retry-after': fc.oneof(fc.constantFrom('0', '-1', '99999', 'soon'), headerText),
      warning: headerText,
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    fc
      .record({
        errors: fc.oneof(
          fc.jsonValue(),
          fc.array(fc.record({ code: fc.jsonValue(), message: fc.jsonValue() })),
        ),
      })
      .map((value) => Buffer.from(JSON.stringify(value))),
  );
  const status = fc.constantFrom(
    200,
    201,
    202,
    204,
    206,
    301,
    304,
    307,
    400,
    401,
    403,
    404,
    405,
    409,
    416,
    418,
    429,
    500,
    503,
  );

  test('whatever it says: no crash, no success, and a next step', async () => {
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    await fc.assert(
      fc.asyncProperty(status, headers, body, async (code, given, bytes) => {
        answer = {
          status: code,
          headers: given,
          body: bytes,
        };
        const time = fakeTime(60_000);
        const done = await attempt({
          tagFile: `images:\n  - name: ${host}/release/app\n    src_name: ${host}/app\n    src_build_tag: build\n    tag: "1.0"\n`,
          clock: time.clock,
          signal: time.signal,
          transport: { requestTimeoutMs: 2_000 },
        });
        expect(done.crash).toBeNull();
        // The same answer to everything can only be right when the tag is believed to be there already.
        if (done.exitCode === 0) expect(done.report?.counts).toMatchObject({ create: 0, move: 0 });
        else expect(done.annotations.length + (done.error === null ? 0 : 1)).toBeGreaterThan(0);
        // eslint-disable-next-line no-control-regex
        for (const { message } of done.annotations) expect(message).not.toMatch(/[\u0000-\u0008\u001b]/);
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});
