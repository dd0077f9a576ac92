import { describe, expect, test } from '@jest/globals';

import { checkBuilds } from '../../src/builds/check.js';
import { parse } from '../support/config.js';

const NAMES = new Set(['major', 'tag', 'sha']);

/** What is wrong with one build, written in flow style: `line:column what`. */
function said(build: string, names: ReadonlySet<string> | null = NAMES): string[] {
  const { builds } = parse(`builds:\n  - { name: quay.io/o/app, ${build} }\n`);
  return [...checkBuilds(builds, names)].map(
    ({ location, what }) => `${location?.line}:${location?.column} ${what}`,
  );
}

describe('what is wrong with a build for every ref', () => {
  test.each([
    ['context: ../x', '2:37 quay.io/o/app: context: "../x" is outside the workspace'],
    ['file: /etc/passwd', '2:34 quay.io/o/app: file: "/etc/passwd" is not relative to the workspace'],
    [
      'build_contexts: { a: a/../.. }',
      '2:49 quay.io/o/app: build_contexts.a: "a/../.." is outside the workspace',
    ],
    ['secrets: [ hunter2 ]', /secrets: the secret is not of the form/],
    ['cache_to: [ "type=" ]', /cache_to: the cache has no type/],
    ["build_args: { X: 'a{nope}' }", '2:47 quay.io/o/app: build_args.X: "{nope}" has no value here'],
    ["labels: { z: '{major' }", '2:42 quay.io/o/app: labels.z: a "{" has no "}"'],
    [
      "annotations: { 'index:z': '{mayor}' }",
      '2:55 quay.io/o/app: annotations.index:z: "{mayor}" has no value here',
    ],
  ] as [string, string | RegExp][])('%s', (build, expected) => {
    const lines = said(build);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(expected);
  });

  test('every problem of every build', () => {
    expect(said("context: .., file: ../x, labels: { a: '{x} {y', b: '{x} {z}' }")).toHaveLength(5);
  });
});

test.each([
  'context: sub, file: sub/Dockerfile',
  "build_args: { X: '{tag}-{sha:7}-{major}' }",
  'labels: { json: \'{"a": 1}\', brace: "{ left", pair: "{a b}" }',
  'labels: { org.opencontainers.image.revision: "{sha}" }',
  'annotations: { org.opencontainers.image.revision: "{sha}" }',
  'provenance: mode=max, sbom: true, cache_from: [ type=gha ], secrets: [ "id=a,env=A" ]',
])('nothing is wrong with %s', (build) => expect(said(build)).toEqual([]));

test('names are not looked at when nobody knows which there are; the form is', () => {
  expect(said("labels: { a: '{x}', b: '{y' }", null)).toEqual([
    '2:52 quay.io/o/app: labels.b: a "{" has no "}"',
  ]);
});
