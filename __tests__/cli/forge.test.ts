/** What of a tag file needs GitHub's API gets a problem at its line where the repository is on another forge. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { image, seed } from '../../testing/registry/image.js';
import { startRegistry } from '../../testing/registry/server.js';
import { retag } from '../support/command-line.js';
import { folder } from '../support/folder.js';

const place = folder();
const GITLAB = {
  GITLAB_CI: 'true',
  CI_COMMIT_SHA: 'a'.repeat(40),
  CI_PIPELINE_SOURCE: 'push',
  CI_COMMIT_BRANCH: 'main',
};

place.file(
  'gates.yaml',
  `policy:
  rules:
    - class: final
      git_tag: 'v{major}.{minor}.{patch}'
      tag: '{git_tag}'
      stable: { requires: [ { check: e2e } ] }
      requires: [ { approved_by: example/release-team } ]
    - { class: snapshot, branch: main, tag: 'b{date}{seq:2}', claim: git-tag }
builds:
  - name: ghcr.io/example/app
    platforms:
      linux/amd64: release
      linux/arm64: { stage: release, requires: [ { check: conformance } ] }
images:
  - name: ghcr.io/example/app
    src_build_tag: src
    tag: other
    requires: [ { workflow: nightly.yml, branch: main, consecutive: 3 } ]
review: require
`,
);
place.file(
  'tracked.yaml',
  `images:
  - { name: ghcr.io/example/app, src_build_tag: src, tag: v1, references: [ { file: a.yaml, path: image } ] }
review: warn
tracking: { title: '{name}: {tag}' }
`,
);

const errorsOf = async (file: string, env: Record<string, string>) => {
  const { code, stdout } = await retag(['validate', file, '--json'], place.path, undefined, env);
  const { errors = [] } = JSON.parse(stdout) as { errors?: { line: number; message: string }[] };
  return { code, errors: errors.map(({ line, message }) => `${line}: ${message}`) };
};

const NO = 'needs the API of GitHub, and is not supported on';

describe('on another forge', () => {
  test.each([
    ['GitLab', GITLAB],
    [
      'Gerrit',
      { JENKINS_URL: 'https://ci.example/', GERRIT_EVENT_TYPE: 'ref-updated', GERRIT_REFNAME: 'master' },
    ],
    ['opendev.org', { ZUUL_REF: 'refs/heads/master', ZUUL_PROJECT_CANONICAL_HOSTNAME: 'opendev.org' }],
  ])('%s: gates, claims and required reviews are errors at their lines', async (forge, env) => {
    expect(await errorsOf('gates.yaml', env as Record<string, string>)).toEqual({
      code: 2,
      errors: [
        `6: a gate ${NO} ${forge}`,
        `7: a gate ${NO} ${forge}`,
        `8: "claim: git-tag" ${NO} ${forge}`,
        `13: a gate ${NO} ${forge}`,
        `18: a gate ${NO} ${forge}`,
        `19: "review: require" ${NO} ${forge}`,
      ],
    });
  });

  test('what only follows a tag is a warning, and references are for retag follow-up', async () => {
    const done = await retag(['validate', 'tracked.yaml'], place.path, undefined, GITLAB);
    expect(done.code).toBe(0);
    expect(done.stderr.match(/^warning: .*(?:\n {2}.*)?$/gm)).toHaveLength(2);
    expect(done.stderr).toMatch(/"review: warn" needs the API[^]*tracked\.yaml:3:9/);
    expect(done.stderr).toMatch(/"tracking" needs the API[^]*tracked\.yaml:4:11/);
  });
});

test.each([
  ['on GitHub and at a terminal', {}],
  ['where somebody names a repository of GitHub', { ...GITLAB, GITHUB_REPOSITORY: 'example/app' }],
])('%s nothing is wrong with them', async (_, env) => {
  expect(await errorsOf('gates.yaml', env as Record<string, string>)).toEqual({ code: 0, errors: [] });
});

test('retag promote, which does nothing of the file, goes on', async () => {
  const registry = await startRegistry();
  try {
    mkdirSync(join(place.path, '.github'));
    place.file('.github/image-tags.yaml', place.read('gates.yaml').replace('review: require\n', ''));
    seed(registry, 'app', 'src', image());
    const words = ['promote', `${registry.host}/app:src`, 'v1', '--yes'];
    expect(await retag(words, place.path, undefined, GITLAB)).toMatchObject({ code: 0, stderr: '' });
  } finally {
    await registry.close();
  }
});
