import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, test } from '@jest/globals';

import { createBuilder } from '../../src/docker/builder.js';
import { OperationError } from '../../src/errors.js';
import type { BakeDefinition } from '../../src/builds/model.js';
import { build, definition } from '../support/builds.js';
import { fakeDocker, INSPECT, type FakeDocker, type Script } from '../support/docker.js';

const DIGEST = `sha256:${'1'.repeat(64)}`;
const METADATA = JSON.stringify({ app: { 'containerimage.digest': DIGEST } });
const DOCKER_DRIVER =
  'Name:   default\nDriver: docker\n\nNodes:\nName:      default\nEndpoint:  default\nStatus:    running\nPlatforms: linux/amd64\n';

let docker: FakeDocker;
afterEach(() => docker.remove());

function app(over: Parameters<typeof build>[1] = {}): BakeDefinition {
  return definition(build('quay.io/o/app', { context: 'app', platforms: ['linux/amd64'], ...over }));
}

async function failure(work: Promise<unknown>): Promise<OperationError> {
  const error: unknown = await work.then(
    () => new Error('no failure'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(OperationError);
  return error as OperationError;
}

/** Prepares, bakes and closes, as a run does. */
async function bake(script: Script, made = app(), over: Parameters<FakeDocker['options']>[0] = {}) {
  docker = fakeDocker(script);
  const builder = createBuilder(docker.options(over));
  try {
    await builder.prepare(made);
    return await builder.bake(made);
  } finally {
    await builder.close();
  }
}

describe('a build', () => {
  test('one bake with the definition as shown; its digest', async () => {
    const built = await bake({ bake: { metadata: METADATA, stderr: '#1 building\n' } });
    expect(built).toMatchObject([{ digest: DIGEST, target: { image: 'quay.io/o/app' } }]);
    expect(docker.verbs().sort()).toEqual(['bake', 'inspect', 'version']);
    const call = docker.calls().find(({ words }) => words[1] === 'bake');
    expect(call?.words).toEqual([
      'buildx',
      'bake',
      '--builder=one',
      expect.stringMatching(/^--file=.*bake\.json$/),
      expect.stringMatching(/^--metadata-file=/),
      '--progress=plain',
      'default',
    ]);
    expect(call?.definition).toBe(app().text);
    expect(docker.said).toEqual(['#1 building']);
    expect(readdirSync(docker.temporary)).toEqual([]);
  });

  test('what may be reached outside the workspace is allowed by name', async () => {
    const made = app({ ssh: ['default'] });
    await bake({ bake: { metadata: METADATA } }, made);
    expect(docker.calls().at(-1)?.words).toContain('--allow=ssh');
  });

  test('a buildx that does not know --allow does not get it', async () => {
    const made = app({ ssh: ['default'] });
    await bake(
      { version: { stdout: 'github.com/docker/buildx v0.13.1' }, bake: { metadata: METADATA } },
      made,
    );
    expect(docker.calls().at(-1)?.words.join(' ')).not.toContain('--allow');
  });

  test('the environment without inputs and tokens, with the secrets that are named', async () => {
    const environment = {
      INPUT_GITHUB_TOKEN: 'x',
      GITHUB_TOKEN: 'y',
      GH_TOKEN: 'z',
      GITHUB_OUTPUT: '/o',
      BUILDX_BAKE_FILE: 'evil',
      KEPT: '1',
    };
    await bake({ bake: { metadata: METADATA } }, app({ secrets: ['id=t,env=GH_TOKEN'] }), { environment });
    const env = docker.calls().at(-1)?.env ?? {};
    expect(env).toMatchObject({ KEPT: '1', GH_TOKEN: 'z' });
    for (const name of ['INPUT_GITHUB_TOKEN', 'GITHUB_TOKEN', 'GITHUB_OUTPUT', 'BUILDX_BAKE_FILE'])
      expect(env).not.toHaveProperty(name);
  });

  test('secrets and colours in the output are hidden; the writer makes workflow commands harmless (seam 17)', async () => {
    const stderr = '::error::evil\n##[error]x\ntoken is hunter22\n\u001b[31mred\u001b[0m\n';
    const environment = { TOKEN: 'hunter22' };
    await bake({ bake: { metadata: METADATA, stderr } }, app({ secrets: ['id=t,env=TOKEN'] }), {
      environment,
    });
    expect(docker.said).toEqual(['::error::evil', '##[error]x', 'token is ***', 'red']);
  });
});

test('the lines of a file that a secret names are hidden in the output and in the error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'retag-secret-'));
  const file = join(folder, 'npmrc');
  writeFileSync(file, '//r.example/:_authToken=hunter22\nhunter33\nab\n');
  try {
    const stderr = '//r.example/:_authToken=hunter22\nERROR: ab hunter33\n';
    const made = definition(build('quay.io/o/app', { context: 'app', platforms: ['linux/amd64'] }), {
      inputSecrets: [`id=n,src=${file}`],
    });
    const error = await failure(bake({ bake: { stderr, exit: 1 } }, made, { terminal: true }));
    expect(docker.said).toEqual(['***', 'ERROR: ab ***']);
    expect(error.message).not.toContain('hunter');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('a build that fails', () => {
  test('row 88: exit status 1 although a digest was pushed', async () => {
    const stderr =
      '#9 pushing\nERROR: target app: failed to solve: process "/bin/sh -c x" did not complete\n';
    const error = await failure(bake({ bake: { metadata: METADATA, stderr, exit: 1 } }));
    expect(error.code).toBe('rejected');
    expect(error.message).toBe(
      'the build of quay.io/o/app (linux/amd64) failed (docker buildx bake, exit status 1): failed to solve: process "/bin/sh -c x" did not complete',
    );
    expect(readdirSync(docker.temporary)).toEqual([]);
  });

  test('the reason is the last line ERROR, on one line, whatever was printed before and after', async () => {
    const stderr = [
      '#9 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2',
      '#9 0.401 compiled 403 files',
      'Dockerfile:2',
      'ERROR: target app: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 2',
      'View build details: x',
      '',
    ].join('\n');
    const { message } = await failure(bake({ bake: { stderr, exit: 1 } }));
    expect(message).toMatch(
      /exit status 1\): failed to solve: process "\/bin\/sh -c make" did not complete successfully: exit code: 2$/,
    );
  });

  test('a long reason keeps its beginning and its end; without one the last line stands for it', async () => {
    const stderr = `ERROR: failed to solve: ${'x'.repeat(1000)}: exit code: 2\n`;
    const { message } = await failure(bake({ bake: { stderr, exit: 1 } }));
    expect(message).toMatch(/: failed to solve: x+ … x+: exit code: 2$/);
    expect(message.length).toBeLessThan(400);
    const other = await failure(bake({ bake: { stderr: 'no builder here\n\n', exit: 1 } }));
    expect(other.message).toMatch(/exit status 1\): no builder here$/);
  });

  test('a push that is denied: says to log in', async () => {
    const stderr = 'ERROR: failed to solve: failed to push quay.io/o/app: 401 Unauthorized\n';
    expect((await failure(bake({ bake: { stderr, exit: 1 } }))).message).toContain('log in before this step');
  });

  test('on a terminal buildx draws its own progress, and the error points at it', async () => {
    const error = await failure(bake({ bake: { exit: 1 } }, app(), { terminal: true }));
    expect(error.message).toMatch(/exit status 1\); its output is above$/);
    expect(docker.calls().at(-1)?.words).toContain('--progress=auto');
  });

  test('with secrets it is plain there too, so that they can be hidden', async () => {
    const environment = { TOKEN: 'hunter22' };
    await failure(
      bake({ bake: { exit: 1 } }, app({ secrets: ['id=t,env=TOKEN'] }), { environment, terminal: true }),
    );
    expect(docker.calls().at(-1)?.words).toContain('--progress=plain');
  });

  test('no emulation: says what to add', async () => {
    const error = await failure(bake({ bake: { stderr: 'exec /bin/sh: exec format error\n', exit: 1 } }));
    expect(error.message).toContain('docker/setup-qemu-action');
  });

  test.each([
    ['row 89: no metadata file', undefined, /wrote no metadata file/],
    ['row 89: a metadata file that is no JSON', '{', /wrote no metadata file/],
    ['row 89: no containerimage.digest', '{"app":{}}', /gave no digest for quay\.io\/o\/app/],
    ['a digest that is none', '{"app":{"containerimage.digest":"sha256:1"}}', /gave no digest/],
  ])('%s', async (_name, metadata, message) => {
    const error = await failure(bake({ bake: { ...(metadata === undefined ? {} : { metadata }) } }));
    expect(error.code).toBe('protocol');
    expect(error.message).toMatch(message);
  });

  test('secrets are hidden in the error too', async () => {
    const work = bake(
      { bake: { stderr: 'ERROR: hunter22\n', exit: 1 } },
      app({ secrets: ['id=t,env=TOKEN'] }),
      { environment: { TOKEN: 'hunter22' } },
    );
    expect((await failure(work)).message).not.toContain('hunter22');
  });
});

describe('before anything is built', () => {
  const prepare = (script: Script, made = app(), over: Parameters<FakeDocker['options']>[0] = {}) => {
    docker = fakeDocker(script);
    return createBuilder(docker.options(over)).prepare(made);
  };

  test('row 87: no buildx', async () => {
    const error = await failure(
      prepare({
        version: { stderr: "docker: unknown command: docker buildx\n\nRun 'docker --help'\n", exit: 1 },
        inspect: { exit: 1 },
      }),
    );
    expect(error.message).toMatch(/docker buildx is not installed.*docker\/setup-buildx-action/);
  });

  test('row 87: no docker at all', async () => {
    docker = fakeDocker({});
    const options = docker.options();
    const error = await failure(
      createBuilder({ ...options, environment: { PATH: docker.temporary } }).prepare(app()),
    );
    expect(error.code).toBe('unavailable');
    expect(error.message).toMatch(/no docker command on the PATH/);
  });

  test.each([
    [
      'row 87: a buildx that is too old',
      'v0.10.4',
      {},
      /buildx 0\.10\.4 is too old: 0\.13\.0 or newer is needed for annotations/,
    ],
    [
      'too old for one feature',
      'v0.24.0',
      { addHosts: ['db:10.0.0.1'] },
      /buildx 0\.24\.0 is too old: 0\.25\.0 or newer is needed for add_hosts/,
    ],
  ])('%s', async (_name, version, over, message) => {
    const error = await failure(
      prepare({ version: { stdout: `github.com/docker/buildx ${version} abc` } }, app(over)),
    );
    expect(error.code).toBe('rejected');
    expect(error.message).toMatch(message);
  });

  test('a buildx built from source says no version and is taken to be new', async () => {
    const state = await prepare({ version: { stdout: 'github.com/docker/buildx v0.0.0+unknown \n' } });
    expect(state).toMatchObject({ version: null, name: 'one', nodes: 1, driver: 'remote' });
  });

  test('no daemon', async () => {
    const stdout =
      'Name:   default\nDriver: \nError:  failed to connect to the docker API at unix:///var/run/docker.sock\n\nNodes:\n';
    const error = await failure(prepare({ inspect: { stdout } }));
    expect(error.message).toMatch(/"default" cannot be reached: failed to connect.*start the Docker daemon/);
  });

  test('a builder that does not exist', async () => {
    const error = await failure(
      prepare({ inspect: { stderr: 'ERROR: no builder "x" found\n', exit: 1 } }, app(), { builder: 'x' }),
    );
    expect(error.message).toMatch(/the builder "x" cannot be used: no builder "x" found/);
  });

  test('a builder name that would be a flag', async () => {
    const error = await failure(prepare({}, app(), { builder: '--help' }));
    expect(error.message).toMatch(/not the name of a builder/);
    expect(docker.calls()).toEqual([]);
  });

  test('a platform that the builder lacks, for a Dockerfile that runs programs', async () => {
    const error = await failure(
      prepare({}, app({ context: 'run', platforms: ['linux/amd64', 'linux/s390x'] })),
    );
    expect(error.code).toBe('rejected');
    expect(error.message).toMatch(/"one" lacks linux\/s390x.*docker\/setup-qemu-action.*native node/);
    expect(docker.verbs()).not.toContain('bake');
  });

  test('a platform that the builder lacks, for a Dockerfile that only copies', async () => {
    await expect(prepare({}, app({ platforms: ['linux/s390x'] }))).resolves.toMatchObject({ name: 'one' });
  });
});

describe('row 86: the docker driver', () => {
  const replaced = (): Script => ({
    inspect: {
      '': { stdout: DOCKER_DRIVER },
      'retag-0123456789ab': {
        stdout: INSPECT.replaceAll('one', 'retag-0123456789ab').replace('remote', 'docker-container'),
      },
    },
    create: {},
    rm: {},
    bake: { metadata: METADATA },
  });

  test('is replaced by a temporary builder, which is said, and removed', async () => {
    await bake(replaced());
    expect(docker.said[0]).toMatch(
      /"default" uses the docker driver.*temporary builder "retag-0123456789ab"/,
    );
    expect(docker.verbs().slice(-3)).toEqual(['inspect', 'bake', 'rm']);
    expect(docker.calls().at(-2)?.words).toContain('--builder=retag-0123456789ab');
    expect(docker.calls().at(-1)?.words).toEqual(['buildx', 'rm', '--force', 'retag-0123456789ab']);
  });

  test('is removed when the build fails', async () => {
    await failure(bake({ ...replaced(), bake: { exit: 1 } }));
    expect(docker.verbs().at(-1)).toBe('rm');
  });

  test('is removed when it lacks a platform', async () => {
    await failure(bake(replaced(), app({ context: 'run', platforms: ['linux/s390x'] })));
    expect(docker.verbs().at(-1)).toBe('rm');
  });

  test('registries over http are made known to it', async () => {
    await bake(replaced(), app(), { insecure: ['localhost:5000'] });
    const create = docker.calls().find(({ words }) => words[1] === 'create');
    expect(create?.words).toContain('--driver-opt=network=host');
    expect(create?.words.some((word) => word.startsWith('--buildkitd-config='))).toBe(true);
  });

  test('reaches a registry on loopback without being told of it', async () => {
    await bake(
      replaced(),
      definition(build('127.0.0.1:5000/o/app', { context: 'app', platforms: ['linux/amd64'] })),
    );
    const create = docker.calls().find(({ words }) => words[1] === 'create');
    expect(create?.words.filter((word) => /config|network/.test(word))).toEqual([
      '--driver-opt=network=host',
    ]);
  });

  test('that does not boot shows what its container printed last', async () => {
    const logs = { stdout: 'starting\nbuildkitd: no space left on device\n' };
    const create = { stderr: 'ERROR: timed out\n', exit: 1 };
    const error = await failure(bake({ ...replaced(), create, logs }));
    expect(error.message).toContain(
      'timed out; its container printed: starting | buildkitd: no space left on device',
    );
    expect(docker.calls().find(({ words }) => words[0] === 'logs')?.words).toEqual([
      'logs',
      '--tail=3',
      'buildx_buildkit_retag-0123456789ab0',
    ]);
  });

  test('cannot be replaced: names the builder and the fix', async () => {
    const error = await failure(
      bake({ ...replaced(), create: { stderr: 'ERROR: no space left\n', exit: 1 } }),
    );
    expect(error.message).toMatch(
      /"default" uses the docker driver.*could not be made: no space left.*docker buildx create --driver docker-container/,
    );
  });

  test('cannot be removed: a warning, and the build stands', async () => {
    const built = await bake({ ...replaced(), rm: { stderr: 'ERROR: busy\n', exit: 1 } });
    expect(built).toHaveLength(1);
    expect(docker.said.at(-1)).toMatch(/^warning: the temporary builder .* could not be removed: busy/);
  });
});

describe('row 95: the run is stopped during the build', () => {
  const gone = (pid: number | null): boolean => {
    try {
      process.kill(pid ?? 0, 0);
      return false;
    } catch {
      return true;
    }
  };
  const until = async (holds: () => boolean): Promise<void> => {
    for (let i = 0; i < 200 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 25));
    expect(holds()).toBe(true);
  };

  test.each([
    ['the child and its children end', false],
    ['also when the child does not listen', true],
  ])('%s', async (_name, deaf) => {
    const stop = new AbortController();
    const work = failure(bake({ bake: { hang: true, deaf } }, app(), { signal: stop.signal }));
    await until(() => docker.pid('started') !== null);
    const reason = new OperationError('cancelled', 'stopped by SIGTERM');
    stop.abort(reason);
    expect(await work).toBe(reason);
    await until(() => gone(docker.pid('started')) && gone(docker.pid('child')));
    expect(readdirSync(docker.temporary)).toEqual([]);
  });

  test('nothing is started once the run is stopped', async () => {
    const reason = new OperationError('timeout', 'too long');
    const error = await failure(bake({}, app(), { signal: AbortSignal.abort(reason) }));
    expect(error).toBe(reason);
    expect(docker.verbs()).not.toContain('bake');
  });
});
