import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import Ajv from 'ajv';
import { parse as parseYaml, parseAllDocuments } from 'yaml';
import { entry, messages } from '../support/config.js';

const schema = JSON.parse(
  readFileSync(new URL('../../schema/tag-file.schema.json', import.meta.url), 'utf8'),
) as Record<string, unknown>;
const validate = new Ajv.default({ strict: false, allErrors: true }).compile(schema);

const VALID = [
  entry('tag: v1'),
  entry(
    'tags: [ a, b ]',
    'stable: true',
    'platforms: [ linux/arm64/v8 ]',
    'requires: [ { check: e2e, green_for: 30d } ]',
  ),
  'policy: wmcore\nbuilds: [ { name: [ org/a, ghcr.io/org/a ], platforms: { linux/amd64: release, linux/arm64: { stage: test } } } ]\n',
  'builds: [ { name: org/a, target: "", sbom: true, provenance: mode=max, platforms: [ linux/amd64 ] } ]\n',
  'policy: { rules: [ { class: final, git_tag: [ a, b ], tag: c, stable: { requires: [ { workflow: e2e.yml } ] } } ] }\n',
  'runners: { linux/amd64: ubuntu-24.04 }\nstage_policy: fail\non_hold: fail\ntracking: { title: x }\n',
  'images:\n',
];

const INVALID = [
  'imagez: []\n',
  '- a\n',
  entry('tag: 1.10'),
  entry('tag: v1', 'tagz: v1'),
  entry('tag: v1', 'tags: [ v2 ]'),
  entry('tag: v1+build'),
  entry('tags: []'),
  entry('tag: v1', 'src_digest: sha256:short'),
  entry('tag: v1', 'platforms: [ linux/amd46 ]'),
  entry('tag: v1', 'attachments: all'),
  'images: [ { name: org/a, tag: v1 } ]\n',
  'builds: [ { name: org/a, platforms: { linux/amd46: test } } ]\n',
  'builds: [ { name: org/a, build_args: { A: 1 } } ]\n',
  'policy: { rules: [ { class: final, tag: a } ] }\n',
  'policy: { rules: [ { branch: a, tag: a } ] }\n',
];

describe('the JSON Schema for editors', () => {
  test.each(VALID)('accepts what Retag accepts: %j', (text) => {
    expect(messages(text)).toEqual([]);
    expect(validate(parseYaml(text)) ? [] : validate.errors).toEqual([]);
  });

  test.each(INVALID)('refuses what Retag refuses: %j', (text) => {
    expect(messages(text)).not.toEqual([]);
    expect(validate(parseYaml(text))).toBe(false);
  });

  test("accepts StarlingX's file, document by document", () => {
    const text = readFileSync(new URL('../../examples/starlingx/image-tags.yaml', import.meta.url), 'utf8');
    const documents = [...parseAllDocuments(text)].map((document) => document.toJS() as unknown);
    expect(documents).toHaveLength(3);
    for (const document of documents) expect(validate(document)).toBe(true);
  });

  test('says something about every key', () => {
    const silent: string[] = [];
    const look = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, value] of Object.entries(node)) {
        if (key === 'properties') {
          for (const [name, property] of Object.entries(value as Record<string, Record<string, unknown>>)) {
            if (typeof property['description'] !== 'string') silent.push(`${path}/${name}`);
          }
        }
        look(value, `${path}/${key}`);
      }
    };
    look(schema, '');
    expect(silent).toEqual([]);
  });
});
