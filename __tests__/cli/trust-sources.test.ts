import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import type { CiRun } from '../../src/ci/model.js';
import { trustOf } from '../../src/cli/trust-sources.js';
import { OperationError } from '../../src/errors.js';
import type { GitHub } from '../../src/github/client.js';
import { recordedLog } from '../support/memory-registry.js';
import { GIT_ENV, sandbox, type Sandbox } from '../support/repository.js';

const FILE = '.github/image-tags.yaml';
const text = (content: Uint8Array | null | undefined): string | null =>
  content == null ? null : Buffer.from(content).toString();

let box: Sandbox;
let base: string;

beforeAll(() => {
  box = sandbox();
  mkdirSync(box.at('.github'));
  mkdirSync(box.at('keys'));
  box.git('.', 'init', '--quiet', '--initial-branch=main');
  writeFileSync(box.at(FILE), 'trust: [] # before\n');
  writeFileSync(box.at('keys/release.pub'), 'the key before\n');
  box.git('.', 'add', '.');
  base = box.commit('.', 1);
  writeFileSync(box.at(FILE), 'trust: [] # after\n');
  writeFileSync(box.at('keys/release.pub'), 'the key after\n');
  writeFileSync(box.at('keys/new.pub'), 'a new key\n');
  symlinkSync('/etc/hostname', box.at('keys/link.pub'));
});
afterAll(() => box.remove());

function trust(options: {
  readonly write?: boolean;
  readonly base?: string | null;
  readonly github?: GitHub;
}) {
  const log = recordedLog();
  const run = options.base === null ? null : ({ base: options.base ?? base } as CiRun);
  const files = [{ path: FILE, bytes: Buffer.from('trust: [] # after\n') }];
  const github = (): Promise<GitHub> =>
    options.github === undefined
      ? Promise.reject(new OperationError('denied', 'there is no GitHub token'))
      : Promise.resolve(options.github);
  const asked = trustOf({
    env: { ...GIT_ENV },
    run,
    workspace: box.path,
    files,
    write: options.write ?? false,
    log,
    github,
  });
  return asked.then((found) => ({ ...found, log }));
}

describe('on an event that only plans', () => {
  test('rules and keys are those of the base', async () => {
    const { trust: sources, trustFiles, log } = await trust({});
    expect(trustFiles?.map(({ bytes }) => text(bytes))).toEqual(['trust: [] # before\n']);
    expect(text(await sources.file('keys/release.pub'))).toBe('the key before\n');
    expect(text(await sources.file('./keys/../keys/release.pub'))).toBe('the key before\n');
    expect(await sources.file('keys/new.pub')).toBeNull();
    expect(log.warnings).toEqual([]);
  });

  test('a shallow clone asks GitHub', async () => {
    const asked: string[] = [];
    const github = {
      home: { owner: 'o', repo: 'r' },
      find: (_route: string, { path, ref }: { path: string; ref: string }) => {
        asked.push(`${path} ${ref}`);
        const content = Buffer.from('trust: [] # at GitHub\n').toString('base64');
        return Promise.resolve({ content, encoding: 'base64' });
      },
    } as unknown as GitHub;
    const elsewhere = 'f'.repeat(40);
    const { trustFiles } = await trust({ base: elsewhere, github });
    expect(trustFiles?.map(({ bytes }) => text(bytes))).toEqual(['trust: [] # at GitHub\n']);
    expect(asked).toEqual([`${FILE} ${elsewhere}`]);
  });

  test('without GitHub it warns that the rules are those of the change', async () => {
    const { trustFiles, log } = await trust({ base: 'f'.repeat(40) });
    expect(trustFiles).toBeUndefined();
    expect(log.warnings).toEqual([
      expect.stringMatching(/with the trust rules of the change: there is no GitHub token/),
    ]);
  });
});

test.each([{ write: true }, { base: null }])(
  'with %j rules and keys are those of the work tree',
  async (options) => {
    const { trust: sources, trustFiles } = await trust(options);
    expect(trustFiles).toBeUndefined();
    expect(text(await sources.file('keys/release.pub'))).toBe('the key after\n');
    expect(await sources.file('keys')).toBeNull();
    expect(await sources.file('keys/none.pub')).toBeNull();
  },
);

test('a link that leads out of the workspace is no file of it', async () => {
  const { trust: sources } = await trust({ write: true });
  expect(await sources.file('keys/link.pub')).toBeNull();
});
