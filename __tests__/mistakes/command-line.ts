/** Mistakes in the words and flags of a command, and in what git has to say. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { type Mistake, next, rewrite, RIGHT } from './mistake.js';
import type { Scene } from '../support/scene.js';

const entry = (scene: Scene): void => scene.entry(...RIGHT);
const builds = (scene: Scene, policy = 'semver'): void => {
  scene.docker();
  scene.file('Dockerfile', 'FROM scratch\nCOPY README.md /\n');
  scene.file('.github/image-tags.yaml', `policy: ${policy}\nbuilds:\n  - name: HOST/org/built\n`);
  scene.commit();
};

export const COMMAND_MISTAKES: readonly Mistake[] = [
  {
    title: 'a command with a typo',
    given: entry,
    command: 'aply',
    says: [/there is no command "aply"/, /help: did you mean "apply"/],
    remedy: next('apply'),
  },
  {
    title: 'a flag of another tool',
    given: entry,
    command: 'apply --dry-run',
    says: [/--dry-run/, /help: .*retag plan/],
    remedy: next('plan'),
  },
  {
    title: 'a flag that belongs to another command',
    given: entry,
    command: 'apply --exit-code',
    says: [/--exit-code/, /help: .*plan/],
    remedy: next('plan --exit-code'),
    then: 3,
  },
  {
    title: 'a flag without its value',
    given: entry,
    command: 'plan --ref',
    says: [/--ref needs a value/, /help: write --ref=REF/],
    remedy: next('plan --ref=main'),
  },
  {
    title: 'a time without a unit',
    given: entry,
    command: 'plan --timeout 30',
    says: [/"30"/, /help: .*30m/],
    remedy: next('plan --timeout 30m'),
  },
  {
    title: 'a registry map without its target',
    given: entry,
    command: 'plan --registry-map docker.io',
    says: [/"docker\.io"/, /help: .*docker\.io=localhost:5000/],
    remedy: next('plan --registry-map docker.io=localhost:5000'),
  },
  {
    title: '--insecure-registry with a scheme',
    given: entry,
    command: 'plan --insecure-registry http://registry.example',
    says: [/http:\/\/registry\.example/, /help: .*without a scheme/],
    remedy: next('plan --insecure-registry registry.example'),
  },
  {
    title: '--force with a tag alone',
    given: async (scene) => {
      entry(scene);
      await scene.retag('promote HOST/org/app:build-8 1.0');
    },
    command: 'apply --force 1.0',
    code: 1,
    says: [/force/, /help: .*--force \S+org\/app:1\.0/],
    remedy: next('apply --force HOST/org/app:1.0'),
  },
  {
    title: 'a tag that exists with another digest',
    given: async (scene) => {
      entry(scene);
      await scene.retag('promote HOST/org/app:build-8 1.0');
    },
    command: 'apply',
    code: 1,
    says: [/! 1\.0 +exists as sha256:/, /image-tags\.yaml:2:5/, /help: .*--force \S+org\/app:1\.0/],
    remedy: next('apply --force HOST/org/app:1.0'),
  },
  {
    title: 'a source that does not exist',
    given: (scene) => scene.entry('src_build_tag: build-9', "tag: '1.0'"),
    command: 'apply',
    code: 1,
    says: [/build-9/, /image-tags\.yaml:2:5/, /help: /],
    remedy: rewrite(...RIGHT),
  },
  {
    title: 'a platform that the image does not have',
    given: (scene) => scene.entry(...RIGHT, 'platforms: [linux/s390x]'),
    command: 'apply',
    code: 1,
    says: [/linux\/s390x/, /image-tags\.yaml:2:5/, /help: /],
    remedy: rewrite(...RIGHT, 'platforms: [linux/arm64]'),
  },
  {
    title: 'promote with one word',
    command: 'promote HOST/org/app:build-7',
    says: [/promote/, /help: .*retag promote \S+ \S+/],
    remedy: next('promote HOST/org/app:build-7 1.0'),
  },
  {
    title: 'promote without the tag of the source',
    command: 'promote HOST/org/app 1.0',
    says: [/HOST\/org\/app|\d\/org\/app/, /help: .*:TAG|tag/],
    remedy: next('promote HOST/org/app:build-7 1.0'),
  },
  {
    title: 'a reason with a typo',
    command: 'explain diferent-digest',
    says: [/diferent-digest/, /help: did you mean "different-digest"/],
    remedy: next('explain different-digest'),
  },
  {
    title: 'a shell that has no completion',
    command: 'completion tcsh',
    says: [/tcsh/, /help: .*bash, zsh/],
    remedy: next('completion bash'),
  },
  {
    title: 'a report in a directory that does not exist as one',
    given: entry,
    command: 'plan --report README.md/report.json',
    says: [/README\.md/, /--report/],
    remedy: next('plan --report report.json'),
  },
  {
    title: 'a git tag that does not exist',
    given: builds,
    command: 'plan --ref v1.2.4',
    says: [/v1\.2\.4/, /help: .*v1\.2\.3/],
    remedy: next('plan --ref v1.2.3'),
  },
  {
    title: 'an expression of git as a ref',
    given: builds,
    command: 'plan --ref HEAD~1',
    says: [/HEAD~1/, /help: .*--sha "\$\(git rev-parse 'HEAD~1'\)"/],
    remedy: (scene) => `plan --ref main --sha ${scene.git('rev-parse', 'HEAD~1')}`,
  },
  {
    title: 'a preset that does not fit the git tag',
    given: (scene) => {
      builds(scene);
      scene.git('tag', '1.2.3.4');
    },
    command: 'plan --ref 1.2.3.4',
    says: [/1\.2\.3\.4/, /help: .*wmcore/],
    remedy: (scene) => {
      scene.file('.github/image-tags.yaml', 'policy: wmcore\nbuilds:\n  - name: HOST/org/built\n');
      return undefined;
    },
  },
  {
    title: 'changes that are not committed',
    given: (scene) => {
      builds(scene);
      scene.git('tag', 'v1.2.4');
      scene.file('README.md', '# changed\n');
    },
    command: 'apply --ref v1.2.4',
    code: 1,
    says: [/README\.md/, /help: commit them/],
    remedy: (scene) => void scene.git('checkout', '--', '.'),
  },
  {
    title: 'a git tag of another commit than the one that is checked out',
    given: (scene) => {
      builds(scene);
      scene.git('tag', 'v1.2.4');
      scene.commit();
    },
    command: 'apply --ref v1.2.4',
    code: 1,
    says: [/v1\.2\.4|[0-9a-f]{12}/, /help: check out/],
    remedy: (scene) => void scene.git('checkout', '--quiet', 'v1.2.4'),
  },
  {
    title: 'a shallow clone without git tags',
    given: (scene) => {
      builds(scene, 'k8s-topology-aware');
      scene.git('tag', 'v0.20.10');
      scene.git('checkout', '--quiet', '-b', 'release-v0.20');
      scene.commit();
      scene.enterClone('--depth=1');
    },
    command: 'plan',
    says: [/shallow/, /help: .*git fetch --tags --unshallow|fetch-depth: 0/],
    remedy: (scene) => {
      scene.git('fetch', '--quiet', '--tags', '--unshallow');
      return undefined;
    },
  },
  {
    title: 'git that is not installed',
    given: (scene) => {
      builds(scene);
      const bin = join(scene.path, '../only-node');
      mkdirSync(bin);
      symlinkSync(process.execPath, join(bin, 'node'));
      scene.env['PATH'] = bin;
    },
    command: 'plan --ref v1.2.3',
    says: [/git/, /help: install or repair git/],
    remedy: (scene) => {
      scene.env['PATH'] = process.env['PATH'];
      return undefined;
    },
  },
  {
    title: 'a CI system that Retag does not know',
    given: (scene) => {
      entry(scene);
      scene.env['CI'] = 'true';
    },
    command: 'apply',
    says: [/CI/, /help: .*--ref.*--sha.*--yes/],
    remedy: (scene) => `apply --ref refs/heads/main --sha ${scene.git('rev-parse', 'HEAD')} --yes`,
  },
  {
    title: 'add for a tag that another entry has',
    given: entry,
    command: 'add HOST/org/app build-8 1.0',
    says: [/1\.0/, /image-tags\.yaml/, /help: /],
    remedy: next('add HOST/org/app build-8 1.1'),
  },
  {
    title: 'init where there is a tag file',
    given: entry,
    command: 'init',
    says: [/image-tags\.yaml/, /help: .*--print/],
    remedy: (scene) => {
      scene.file('Dockerfile', 'FROM scratch\n');
      return 'init --print';
    },
  },
  {
    title: 'docker that is not installed',
    given: (scene) => {
      builds(scene);
      const bin = join(scene.path, '../no-docker');
      mkdirSync(bin);
      symlinkSync(process.execPath, join(bin, 'node'));
      symlinkSync(execFileSync('which', ['git'], { encoding: 'utf8' }).trim(), join(bin, 'git'));
      scene.env['PATH'] = bin;
    },
    command: 'apply --yes',
    code: 1,
    says: [/no docker command/, /image-tags\.yaml:3:5/, /help: install it with its buildx plugin/],
    remedy: (scene) => {
      scene.docker();
      return undefined;
    },
  },
  {
    title: 'a builder that does not exist',
    given: builds,
    command: 'apply --builder tow',
    code: 1,
    says: [/"?tow"?/, /help: .*docker buildx ls/],
    remedy: next('apply --builder one'),
  },
  {
    title: 'a secret whose variable is not set',
    given: (scene) => {
      builds(scene);
      scene.file(
        '.github/image-tags.yaml',
        "policy: semver\nbuilds:\n  - name: HOST/org/built\n    secrets: ['id=pypi,env=PYPI_TOKEN']\n",
      );
      scene.commit();
    },
    command: 'apply',
    says: [/PYPI_TOKEN/, /image-tags\.yaml:4:15/, /help: .*PYPI_TOKEN/],
    remedy: (scene) => {
      scene.env['PYPI_TOKEN'] = 'token';
      return undefined;
    },
  },
  {
    title: 'a Dockerfile in another place',
    given: (scene) => {
      builds(scene);
      scene.git('mv', 'Dockerfile', 'docker-file');
      scene.commit();
    },
    command: 'apply',
    says: [/no Dockerfile "Dockerfile"/, /image-tags\.yaml:3:5/, /help: .*"file"/],
    remedy: (scene) => {
      scene.file(
        '.github/image-tags.yaml',
        'policy: semver\nbuilds:\n  - name: HOST/org/built\n    file: docker-file\n',
      );
      scene.commit();
      return undefined;
    },
  },
  {
    title: 'a context that does not exist',
    given: (scene) => {
      builds(scene);
      scene.file(
        '.github/image-tags.yaml',
        'policy: semver\nbuilds:\n  - name: HOST/org/built\n    context: srv\n',
      );
      scene.commit();
    },
    command: 'apply',
    says: [/no context "srv"/, /image-tags\.yaml:4:14/, /help: set "context"/],
    remedy: (scene) => {
      scene.file(
        '.github/image-tags.yaml',
        'policy: semver\nbuilds:\n  - name: HOST/org/built\n    context: .\n',
      );
      scene.commit();
      return undefined;
    },
  },
  {
    title: 'a tag file that cannot be read',
    given: (scene) => {
      entry(scene);
      writeFileSync(join(scene.path, 'tags.yaml'), '\u00ff\u00fe', 'latin1');
      chmodSync(join(scene.path, 'tags.yaml'), 0o644);
    },
    command: 'plan tags.yaml',
    says: [/tags\.yaml/, /UTF-8/],
    remedy: next('plan'),
  },
];
