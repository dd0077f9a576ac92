/** Mistakes in the tag file: found before a registry is asked. */
import { type Mistake, next, replaced, rewrite, RIGHT } from './mistake.js';

const FILE = String.raw`\.github/image-tags\.yaml`;

export const TAG_FILE_MISTAKES: readonly Mistake[] = [
  {
    title: 'a key with a typo',
    given: (scene) => scene.entry('src_build_tag: build-7', "tagz: '1.0'"),
    command: 'plan',
    says: [/"tagz"/, new RegExp(`--> ${FILE}:4:5`), /help: .*tag/],
    remedy: rewrite(...RIGHT),
  },
  {
    title: 'a list with a typo in its name',
    given: (scene) => scene.file('.github/image-tags.yaml', 'image:\n  - { name: HOST/org/app }\n'),
    command: 'validate',
    says: [/"image"/, new RegExp(`--> ${FILE}:1:1`), /help: .*"?images"?/],
    remedy: rewrite(...RIGHT),
  },
  {
    title: 'a number as a tag',
    given: (scene) => scene.entry('src_build_tag: build-7', 'tag: 1.10'),
    command: 'plan',
    says: [/1\.10/, new RegExp(`--> ${FILE}:4:10`), /quote it/],
    remedy: rewrite('src_build_tag: build-7', "tag: '1.10'"),
  },
  {
    title: 'a tab in the indentation',
    given: (scene) => scene.file('.github/image-tags.yaml', 'images:\n\t- name: HOST/org/app\n'),
    command: 'plan',
    says: [/[Tt]ab/, new RegExp(`--> ${FILE}:2:1`), /help: .*spaces/],
    remedy: rewrite(...RIGHT),
  },
  {
    title: 'a quotation mark that is never closed',
    given: (scene) => scene.entry('src_build_tag: build-7', "tag: '1.0"),
    command: 'plan',
    says: [/quote/, new RegExp(`--> ${FILE}:\\d+:\\d+`), /help: /],
    remedy: rewrite(...RIGHT),
  },
  {
    title: 'a key twice',
    given: (scene) => scene.entry(...RIGHT, "tag: '1.1'"),
    command: 'plan',
    says: [/"?tag"?/, new RegExp(`--> ${FILE}:5:5`), /help: /],
    remedy: rewrite(...RIGHT),
  },
  {
    title: 'an entry without a tag',
    given: (scene) => scene.entry('src_build_tag: build-7'),
    command: 'plan',
    says: [/tag/, new RegExp(`--> ${FILE}:2:5`), /help: .*tag/],
    remedy: rewrite(...RIGHT),
  },
  {
    title: 'an entry without a source',
    given: (scene) => scene.entry("tag: '1.0'"),
    command: 'plan',
    says: [/src_build_tag/, new RegExp(`--> ${FILE}:2:5`), /help: /],
    remedy: rewrite(...RIGHT),
  },
  {
    title: 'an image name in upper case',
    given: (scene) =>
      scene.file(
        '.github/image-tags.yaml',
        "images:\n  - name: HOST/Org/App\n    src_build_tag: build-7\n    tag: '1.0'\n",
      ),
    command: 'plan',
    says: [/Org\/App/, new RegExp(`--> ${FILE}:2:11`), /help: .*lower/],
    remedy: rewrite(...RIGHT),
  },
  {
    title: 'a tag in the name of the image',
    given: (scene) =>
      scene.file(
        '.github/image-tags.yaml',
        "images:\n  - name: HOST/org/app:1.0\n    src_build_tag: build-7\n    tag: '1.0'\n",
      ),
    command: 'plan',
    says: [/org\/app:1\.0/, new RegExp(`--> ${FILE}:2:11`), /help: give the name alone/],
    remedy: rewrite(...RIGHT),
  },
  {
    title: 'a digest that lost a character',
    given: (scene) => scene.entry(...RIGHT, `src_digest: sha256:${'a'.repeat(63)}`),
    command: 'plan',
    says: [/src_digest/, new RegExp(`--> ${FILE}:5:17`), /help: .*64/],
    remedy: (scene) => {
      const { digest = '' } = scene.registry.manifest('org/app', 'build-7') ?? {};
      scene.entry(...RIGHT, `src_digest: ${digest}`);
      return undefined;
    },
  },
  {
    title: 'a platform by the name that uname gives it',
    given: (scene) => scene.entry(...RIGHT, 'platforms: [linux/x86_64]'),
    command: 'plan',
    says: [/x86_64/, new RegExp(`--> ${FILE}:5:17`), /help: .*linux\/amd64/],
    remedy: rewrite(...RIGHT, 'platforms: [linux/amd64]'),
  },
  {
    title: 'a character that no tag may have',
    given: (scene) => scene.entry('src_build_tag: build-7', "tag: '1.0+build'"),
    command: 'plan',
    says: [/1\.0\+build/, new RegExp(`--> ${FILE}:4:10`), /help: /],
    remedy: rewrite('src_build_tag: build-7', "tag: '1.0_build'"),
  },
  {
    title: 'a preset with a typo',
    given: (scene) => scene.file('.github/image-tags.yaml', 'policy: semvr\n'),
    command: 'classify v1.2.3',
    says: [/semvr/, new RegExp(`--> ${FILE}:1:9`), /help: did you mean "semver"/],
    remedy: replaced('policy: semver\n'),
  },
  {
    title: 'a regular expression as a pattern',
    given: (scene) =>
      scene.file(
        '.github/image-tags.yaml',
        "policy: { rules: [{ class: final, git_tag: '^v[0-9]+$', tag: '{git_tag}' }] }\n",
      ),
    command: 'validate',
    says: [/\^v\[0-9\]\+\$/, new RegExp(`--> ${FILE}:1:45`), /help: .*\{major\}/],
    remedy: replaced("policy: { rules: [{ class: final, git_tag: 'v{major}', tag: '{git_tag}' }] }\n"),
  },
  {
    title: 'a template with a field that the pattern does not give',
    given: (scene) =>
      scene.file(
        '.github/image-tags.yaml',
        "policy: { rules: [{ class: final, git_tag: 'v{major}', tag: '{version}' }] }\n",
      ),
    command: 'validate',
    says: [/version/, new RegExp(`--> ${FILE}:1:\\d+`), /help: .*major/],
    remedy: replaced("policy: { rules: [{ class: final, git_tag: 'v{major}', tag: '{major}' }] }\n"),
  },
  {
    title: 'two entries for one tag',
    given: (scene) =>
      scene.file(
        '.github/image-tags.yaml',
        "images:\n  - { name: HOST/org/app, src_build_tag: build-7, tag: '1.0' }\n  - { name: HOST/org/app, src_build_tag: build-8, tag: '1.0' }\n",
      ),
    command: 'plan',
    code: 1,
    says: [/1\.0/, new RegExp(`${FILE}:2:5`), new RegExp(`${FILE}:3`), /help: /],
    remedy: rewrite(...RIGHT),
  },
  {
    title: 'a tag file in the wrong place',
    given: (scene) =>
      scene.file(
        'image-tags.yaml',
        "images:\n  - { name: HOST/org/app, src_build_tag: build-7, tag: '1.0' }\n",
      ),
    command: 'plan',
    says: [/there is no tag file \.github\/image-tags\.yaml/, /help: .*retag plan image-tags\.yaml/],
    remedy: next('plan image-tags.yaml'),
  },
  {
    title: 'a tag file that ends in .yml',
    given: (scene) =>
      scene.file(
        '.github/image-tags.yml',
        "images:\n  - { name: HOST/org/app, src_build_tag: build-7, tag: '1.0' }\n",
      ),
    command: 'plan',
    says: [/there is no tag file \.github\/image-tags\.yaml/, /help: .*\.github\/image-tags\.yml/],
    remedy: next('plan .github/image-tags.yml'),
  },
  {
    title: 'no tag file yet',
    command: 'plan',
    given: (scene) => scene.file('Dockerfile', 'FROM scratch\n'),
    says: [/there is no tag file/, /help: .*retag init/],
    remedy: async (scene) => {
      await scene.retag('init');
      return 'plan --registry-map ghcr.io=HOST';
    },
  },
];
