/**
 * Every block of shell in README and docs is run as a reader would run it, and what it is shown to print is what it prints.
 * `UPDATE_GOLDEN=1` writes the output of transcripts into the pages; read it before you commit it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { openShell, type Ran, type Shell } from '../support/shell.js';

let shell: Shell;

const COMMIT = 'dac417bd31ed36d455e94db4aabe5916367654d4';
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'bench/README.md',
  ...['docs', 'examples'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.md'))
      .map((path) => join(folder, path)),
  ),
].sort();

interface Block {
  readonly page: string;
  /** as it stands between the fences */
  readonly body: string;
  readonly first: string;
}

const BLOCKS: readonly Block[] = PAGES.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(/^```(?:console|sh|bash)\n([\s\S]*?)^```/gm)].map(
    ([, body = '']) => {
      const [line = ''] = body.split('\n');
      return { page, body, first: line.replace(/^\$ /, '').replace(/\s+#.*$/, '') };
    },
  ),
);

/** Blocks that a test cannot run, by page and first command, with what holds them instead. */
const NOT_RUN: Readonly<Record<string, string>> = {
  "README.md: git clone --depth 1 --branch v1 https://github.com/retag/retag ~/.retag && alias retag='node ~/.retag/dist/cli.cjs'":
    'fetches a release from GitHub',
  'CONTRIBUTING.md: npm ci': 'is what CI runs; the scripts are checked by name',
  'SECURITY.md: for file in dist/*.cjs; do gh attestation verify "$file" --repo retag/retag || exit 1; done':
    'asks GitHub for the attestations of a release',
  'SECURITY.md: gh attestation verify retag-linux-x64 --repo retag/retag':
    'asks GitHub, a registry and npm for the attestations of a release',
  'docs/install.md: npx retag demo':
    'fetches the package; __tests__/scripts/bundle/package.test.ts starts the packed file with npx',
  'docs/install.md: gh release download --repo retag/retag --pattern retag-linux-x64':
    'fetches a release from GitHub; e2e/executable.test.ts makes and starts the file',
  'docs/install.md: docker run --rm --volume "$PWD:/workspace:ro" ghcr.io/retag/retag:1 plan --config image-tags.yaml':
    'fetches the image; e2e/image.test.ts makes it and plans in it',
  'docs/install.md: git clone --depth 1 --branch v1 https://github.com/retag/retag ~/.retag':
    'fetches a release from GitHub',
  'bench/README.md: scripts/stack/install.sh':
    'takes ten minutes and other tools; the scripts are checked by name',
  'docs/reliability.md: npm run faults': 'takes eight minutes; the scripts are checked by name',
  'docs/reliability.md: npm run faults:kill': 'takes minutes; the scripts are checked by name',
  'docs/reliability.md: npm run faults:races': 'takes minutes; the scripts are checked by name',
  'docs/reliability.md: npm run search': 'takes minutes; the scripts are checked by name',
  'docs/reliability.md: npm run mutation': 'takes hours; the scripts are checked by name',
  'docs/builds.md: docker buildx create --name k8s --driver kubernetes --driver-opt replicas=2':
    'needs a cluster and a remote BuildKit',
  'docs/commands.md: source <(retag completion bash)':
    'one line a shell; __tests__/cli/completion.test.ts loads the script',
  'docs/follow-ups-and-tracking.md: retag tracking': 'asks GitHub; __tests__/github/tracking has the issues',
  'docs/stages.md: retag stages': 'asks GitHub for workflow runs; __tests__/gates has them',
  'docs/registries.md: retag plan --config image-tags.yaml --registry-map docker.io=localhost:5000':
    'needs a registry on port 5000; __tests__/examples/starlingx.test.ts maps to one on another port',
  'docs/report.md: retag plan --config image-tags.yaml --json | jq -r \'.actions[] | select(.action == "refuse") | "\\(.image):\\(.tag) \\(.reason.code)"\'':
    'needs jq; the keys are those of schema/report.schema.json',
  'examples/starlingx/README.md: node examples/starlingx/stand-ins.mjs examples/starlingx/image-tags.yaml 127.0.0.1:5000':
    'needs a registry on port 5000; __tests__/examples/starlingx.test.ts runs the same',
  'examples/starlingx/README.md: node dist/cli.cjs apply --config examples/starlingx/image-tags.yaml --registry-map docker.io=127.0.0.1:5000':
    'as above',
  'examples/starlingx/README.md: node examples/starlingx/stand-ins.mjs examples/starlingx/image-tags.yaml 127.0.0.1:5000 k8s-cni-sriov':
    'as above',
  'docs/commands.md: retag verify ghcr.io/example/app:1.2.3':
    'needs trust rules and a signature; __tests__/trust has them',
  'docs/trust.md: cosign verify-attestation ghcr.io/example/app:1.2.3 \\': 'needs cosign; e2e runs it',
  'docs/coming-from-other-tools.md: retag plan regsync.yml':
    'needs the files of those tools; __tests__/config/other-tools has them',
  'examples/wmcore/README.md: git submodule add https://github.com/dmwm/CMSKubernetes':
    'fetches a repository',
};

/** Pages whose blocks follow each other, from an empty directory on. */
const isStory = ({ page }: Block): boolean => page.startsWith('docs/ways/');
const keyOf = ({ page, first }: Block): string => `${page}: ${first}`;

const ENTRY = `  - name: docker.io/starlingx/k8s-cni-sriov
    src_build_tag: master-centos-stable-20191203T153530Z.0
    src_ref: https://opendev.org/starlingx/integ/commit/${COMMIT}
`;
const TAG_FILE = `policy: semver
builds:
  - name: ghcr.io/example/app
images:
${ENTRY}    tag: stx.4.0-v2.2
`;

/** The checkout in which a block is run, where it is not the usual one; given as the files that differ. */
const FILES: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  'README.md: retag init': { '.github/image-tags.yaml': null },
  'docs/commands.md: retag init': { '.github/image-tags.yaml': null },
  'docs/commands.md: retag follow-up': {
    '.github/image-tags.yaml': `images:
  - name: quay.io/org/app
    src_build_tag: build-7
    tag: build-7
    references: [{ file: values.yaml, path: image }]
`,
    'values.yaml': 'image: quay.io/org/app:build-6\n',
  },
  'docs/tag-file.md: retag validate --config image-tags.yaml': {
    'image-tags.yaml': `images:
  - name: docker.io/starlingx/k8s-cni-sriov
    src_buildtag: master-centos-stable-20191203T153530Z.0
    tag: 4.10
`,
  },
  'docs/tag-file.md: retag pin --config image-tags.yaml': {
    'image-tags.yaml': `images:\n${ENTRY}    tag: stx.4.0-v2.2\n`,
  },
};

async function checkout(block: Block): Promise<void> {
  shell.fresh();
  if (isStory(block)) return;
  const files: Readonly<Record<string, string | null>> = {
    Dockerfile: 'FROM scratch\nCOPY README.md /\n',
    'README.md': '# app\n',
    '.github/image-tags.yaml': TAG_FILE,
    'image-tags.yaml': TAG_FILE,
    ...FILES[keyOf(block)],
  };
  for (const [name, text] of Object.entries(files)) if (text !== null) shell.file(name, text);
  await shell.run([
    'git init --quiet',
    'git remote add origin https://github.com/example/app',
    'git add .',
    'git commit --quiet --message start',
    'git tag v1.2.3 && git tag 1.2.3',
  ]);
}

/** The commands of a block; of a transcript those behind a prompt. */
function commandsIn({ body }: Block): { readonly commands: string[]; readonly isTranscript: boolean } {
  const lines = body.split('\n').filter((line) => line !== '');
  const prompts = lines.filter((line) => line.startsWith('$ '));
  return prompts.length === 0
    ? { commands: lines, isTranscript: false }
    : { commands: prompts.map((line) => line.slice(2)), isTranscript: true };
}

/** What differs from run to run, how long it took and the day, and from one starter file to the next, the commit. */
function steady(text: string): string {
  return text
    .replace(/\b\d+\.\d s\b/g, '0.4 s')
    .replace(/\bv0\.0\.20\d{6}(?=\d\d\b)/g, 'v0.0.20240102')
    .replace(/\bmain-[0-9a-f]{12}\b/g, 'main-0123456789ab')
    .trimEnd();
}

const transcript = (commands: readonly string[], ran: readonly Ran[]): string =>
  commands
    .flatMap((command, i) => [`$ ${command}`, steady(ran[i]?.text ?? '')])
    .filter((text) => text !== '')
    .join('\n');

const shown = new Map<Block, string>();
afterAll(() => {
  if (process.env['UPDATE_GOLDEN'] !== '1') return;
  for (const [{ page, body }, text] of shown) {
    const before = readFileSync(page, 'utf8');
    writeFileSync(
      page,
      before.replace(`\n${body}\`\`\``, () => `\n${text}\n\`\`\``),
    );
  }
});

const RUN = BLOCKS.filter((block) => !(keyOf(block) in NOT_RUN));
describe.each([...new Set(RUN.map(({ page }) => page))])('%s', (page) => {
  beforeAll(async () => {
    shell = await openShell();
    for (const repository of ['org/app', 'example/app', 'starlingx/k8s-cni-sriov']) {
      shell.push(repository, 'build-7');
      shell.push(repository, 'master-centos-stable-20191203T153530Z.0', COMMIT);
    }
  });
  afterAll(() => shell.close());

  const own = RUN.filter((block) => block.page === page);
  test.each(own.map((block, at): [string, number, Block] => [block.first, at, block]))(
    '%s',
    async (_, at, block) => {
      const { commands, isTranscript } = commandsIn(block);
      if (at === 0 || !isStory(block)) await checkout(block);
      const ran = await shell.run(commands);
      if (isTranscript) {
        shown.set(block, transcript(commands, ran));
        if (process.env['UPDATE_GOLDEN'] !== '1') expect(transcript(commands, ran)).toBe(steady(block.body));
        return;
      }
      const failed = ran
        .map(({ code, text }, i) => ({ command: commands[i], code, text }))
        .filter(({ code }) => code !== 0);
      expect(failed).toEqual([]);
    },
  );
});

test('twenty-seven blocks are not run, each for a reason', () => {
  const keys = new Set(BLOCKS.map(keyOf));
  expect(Object.keys(NOT_RUN).filter((key) => !keys.has(key))).toEqual([]);
  expect(BLOCKS.length - RUN.length).toBe(27);
});

test('every script of npm that a page names exists', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const named = PAGES.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/\bnpm run (?:-s )?([a-z][a-z0-9:]*)/g)].map(
      ([, name = '']) => name,
    ),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
