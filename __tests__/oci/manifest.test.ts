import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { OperationError } from '../../src/errors.js';
import { parseManifest } from '../../src/oci/manifest.js';
import {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  EMPTY,
  IMAGE_TEXT,
  manifestOf,
  OCI_INDEX,
  OCI_MANIFEST,
  SCHEMA1,
  sha512,
} from '../support/literals.js';

const NAME = 'quay.io/org/app:v1';
const parse = (text: string, mediaType: string): ReturnType<typeof parseManifest> =>
  parseManifest(manifestOf(text, mediaType), NAME);

function problemOf(text: string, mediaType: string): OperationError {
  try {
    parse(text, mediaType);
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const indexOf = (descriptor: string): string => `{"schemaVersion":2,"manifests":[${descriptor}]}`;

describe('parseManifest', () => {
  test('row 42: an OCI index without mediaType is legal; platform and annotations are read', () => {
    const parsed = parse(
      indexOf(
        `{"mediaType":"${OCI_MANIFEST}","digest":"${EMPTY}","size":7,"platform":{"os":"linux","architecture":"arm","variant":"v7"},"annotations":{"a":"b","__proto__":"c"}}`,
      ),
      OCI_INDEX,
    );
    if (parsed.kind !== 'index') throw new Error('no index');
    expect(parsed.manifests).toEqual([
      expect.objectContaining({
        mediaType: OCI_MANIFEST,
        digest: EMPTY,
        size: 7,
        platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
        annotations: new Map([
          ['a', 'b'],
          ['__proto__', 'c'],
        ]),
      }),
    ]);
  });

  test.each([
    [43, DOCKER_LIST, `{"schemaVersion":2,"mediaType":"${DOCKER_LIST}","manifests":[]}`, 'index'],
    [44, OCI_MANIFEST, IMAGE_TEXT, 'image'],
    [44, DOCKER_MANIFEST, IMAGE_TEXT.replace(OCI_MANIFEST, DOCKER_MANIFEST), 'image'],
  ])('row %i: %s is read', (_row, mediaType, text, kind) => {
    expect(parse(text, mediaType).kind).toBe(kind);
  });

  test('row 47: the subject is read', () => {
    const text = IMAGE_TEXT.replace(
      '"layers"',
      `"subject":{"mediaType":"${OCI_MANIFEST}","digest":"${EMPTY}","size":3},"layers"`,
    );
    expect(parse(text, OCI_MANIFEST).subject).toMatchObject({ digest: EMPTY, size: 3 });
  });

  test('row 48: unknown fields and embedded data change nothing', () => {
    const text = IMAGE_TEXT.replace('"size": 0', '"size": 0, "data": "", "x": [1]').replace(
      '"layers"',
      '"extra":{},"layers"',
    );
    expect(parse(text, OCI_MANIFEST)).toMatchObject({ kind: 'image', layers: [] });
  });

  test('row 49: duplicate keys are legal JSON, and the last one counts', () => {
    const text = IMAGE_TEXT.replace('"layers": []', `"layers": [{}], "layers": []`);
    expect(parse(text, OCI_MANIFEST)).toMatchObject({ kind: 'image', layers: [] });
  });

  test('row 50: sha512 digests are digests', () => {
    expect(
      parse(indexOf(`{"mediaType":"${OCI_MANIFEST}","digest":"${sha512('')}","size":0}`), OCI_INDEX).kind,
    ).toBe('index');
  });

  test('a list of null is an empty one, as Go programs write it', () => {
    expect(parse('{"schemaVersion":2,"manifests":null}', OCI_INDEX)).toMatchObject({ manifests: [] });
  });

  test('row 51: schema 1 is refused with the way out', () => {
    const error = problemOf('{"schemaVersion":1}', SCHEMA1);
    expect(error.code).toBe('rejected');
    expect(error.message).toMatch(/schema 1 image.*pull it and push it again/);
  });

  test.each([
    ['-1', 'has the size -1'],
    ['1.5', 'has the size 1.5'],
    ['"7"', 'has the size "7"'],
    ['1e300', 'has the size 1e+300'],
    ['null', 'has the size null'],
  ])('row 55: the size %s is refused', (size, what) => {
    const error = problemOf(
      indexOf(`{"mediaType":"${OCI_MANIFEST}","digest":"${EMPTY}","size":${size}}`),
      OCI_INDEX,
    );
    expect(error.code).toBe('mismatch');
    expect(error.message).toContain(
      `${NAME}: the manifest cannot be used: "manifests[0]" (${EMPTY}) ${what}`,
    );
  });

  test.each([
    [
      'a digest that is none',
      OCI_INDEX,
      indexOf('{"digest":"sha256:abc","size":1}'),
      'has no sha256 or sha512 digest',
    ],
    ['a descriptor that is none', OCI_INDEX, indexOf('7'), 'is not a descriptor'],
    ['no list', OCI_INDEX, '{"schemaVersion":2}', '"manifests" is not a list'],
    ['no config', OCI_MANIFEST, '{"layers":[]}', '"config" is not a descriptor'],
    [
      'another type inside',
      OCI_INDEX,
      IMAGE_TEXT,
      `it calls itself "${OCI_MANIFEST}" but was served as "${OCI_INDEX}"`,
    ],
    ['two natures', OCI_INDEX, '{"manifests":[],"layers":[]}', 'an index and an image at once'],
    [
      'two natures',
      OCI_MANIFEST,
      IMAGE_TEXT.replace(`"mediaType": "${OCI_MANIFEST}",`, '"manifests":[],'),
      'at once',
    ],
    ['no JSON', OCI_INDEX, 'hello', 'not a JSON object'],
    ['a list', OCI_INDEX, '[]', 'not a JSON object'],
    ['a byte order mark', OCI_MANIFEST, `\uFEFF${IMAGE_TEXT}`, 'not a JSON object'],
    ['100,000 brackets', OCI_INDEX, '['.repeat(100_000), 'not a JSON object'],
    [
      'deep nesting',
      OCI_MANIFEST,
      IMAGE_TEXT.replace('"layers"', `"x":${'['.repeat(99)}${']'.repeat(99)},"layers"`),
      'not a JSON object',
    ],
  ])('%s is refused', (_name, mediaType, text, what) => {
    const error = problemOf(text, mediaType);
    expect(error.code).toBe('mismatch');
    expect(error.message).toContain(what);
  });

  test('bytes that are not UTF-8 are refused', () => {
    const manifest = {
      bytes: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      mediaType: OCI_INDEX,
      digest: EMPTY,
    };
    expect(() => parseManifest(manifest, NAME)).toThrow('not a JSON object in UTF-8');
  });

  test.each(['text/html', '', 'application/vnd.oci.artifact.manifest.v1+json'])(
    'the media type %p is refused',
    (mediaType) => {
      expect(problemOf('{}', mediaType).code).toBe('rejected');
    },
  );

  test('whatever JSON comes, the answer is a view or an OperationError', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST),
        fc.record(
          {
            mediaType: fc.oneof(fc.constantFrom(OCI_INDEX, OCI_MANIFEST), fc.json()),
            manifests: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()),
            config: fc.oneof(fc.record({ digest: fc.constant(EMPTY), size: fc.integer() }), fc.jsonValue()),
            layers: fc.array(fc.jsonValue()),
            annotations: fc.jsonValue(),
            subject: fc.jsonValue(),
          },
          { requiredKeys: [] },
        ),
        (mediaType, body) => {
          try {
            expect(['index', 'image']).toContain(parse(JSON.stringify(body), mediaType).kind);
          } catch (error) {
            expect(error).toBeInstanceOf(OperationError);
          }
        },
      ),
    );
  });
});
