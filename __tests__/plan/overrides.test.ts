import { describe, expect, test } from '@jest/globals';
import { formatProblem, UserError } from '../../src/errors.js';
import {
  isForced,
  mapRepository,
  parseForce,
  parseRegistryMap,
  shownName,
  unusedForces,
} from '../../src/plan/overrides.js';
import { wantedTag } from '../support/wanted.js';

const hub = { registry: 'docker.io', repository: 'starlingx/k8s-cni-sriov' };

describe('registry-map', () => {
  test.each([
    ['docker.io=localhost:5000', 'localhost:5000/starlingx/k8s-cni-sriov'],
    ['docker.io=127.0.0.1:5000', '127.0.0.1:5000/starlingx/k8s-cni-sriov'],
    ['index.docker.io=localhost:5000', 'localhost:5000/starlingx/k8s-cni-sriov'],
    ['docker.io=quay.io/mirror', 'quay.io/mirror/starlingx/k8s-cni-sriov'],
    ['docker.io=quay.io/a/b', 'quay.io/a/b/starlingx/k8s-cni-sriov'],
    ['registry-1.docker.io=localhost:5000', 'localhost:5000/starlingx/k8s-cni-sriov'],
    ['docker.io=index.docker.io/mirror', 'docker.io/mirror/starlingx/k8s-cni-sriov'],
    ['docker.io=docker.io', 'docker.io/starlingx/k8s-cni-sriov'],
    ['quay.io=localhost:5000', 'docker.io/starlingx/k8s-cni-sriov'],
  ])('%s', (line, expected) => {
    const map = parseRegistryMap([line]);
    const mapped = mapRepository(hub, map);
    expect(`${mapped.registry}/${mapped.repository}`).toBe(expected);
  });

  test('a name without a mapping is shown as in the tag file, a mapped one in full', () => {
    const ubuntu = { registry: 'docker.io', repository: 'library/ubuntu' };
    expect(shownName('ubuntu', ubuntu, parseRegistryMap([]))).toBe('ubuntu');
    expect(shownName('ubuntu', ubuntu, parseRegistryMap(['docker.io=localhost:5000']))).toBe(
      'localhost:5000/library/ubuntu',
    );
  });

  test.each([
    ['quay.io=a.example', 'quay.io=b.example', 'quay.io is mapped to a.example and to b.example'],
    ['quay.io=a.example', 'quay.io=a.example/x', 'quay.io is mapped to a.example and to a.example/x'],
    ['docker.io=a.example', 'INDEX.docker.io=b.example', 'docker.io is mapped to a.example and to b.example'],
  ])('%s and %s contradict each other', (one, other, what) => {
    expect(() => parseRegistryMap([one, other])).toThrow(
      new UserError({ what: `registry-map: ${what}`, hint: 'give one of them' }),
    );
  });

  test('the same mapping twice is one', () => {
    const map = parseRegistryMap([
      'docker.io=a.example/x',
      'index.docker.io=a.example/x',
      'quay.io=b.example',
    ]);
    expect([...map.keys()]).toEqual(['docker.io', 'quay.io']);
  });

  test('every wrong line is named', () => {
    const wrong = [
      'docker.io',
      'docker.io=',
      '=localhost:5000',
      'a=b=c',
      'quay.io=localhost:5000=x',
      'quay.io=x/docker.io',
      'docker.io/x=localhost',
      'docker.io=Not A Host',
      'quay.io=mirror',
    ];
    let problems: readonly { what: string; hint?: string }[] = [];
    try {
      parseRegistryMap(wrong);
    } catch (error) {
      problems = (error as UserError).problems;
    }
    expect(problems.map(({ what }) => what)).toEqual(
      wrong.map((line) => expect.stringContaining(`"${line}"`)),
    );
    expect(new Set(problems.map(({ hint }) => hint))).toEqual(
      new Set(['write it as "docker.io=localhost:5000"']),
    );
  });
});

describe('force', () => {
  const forces = parseForce(['starlingx/k8s-cni-sriov:1.0', 'quay.io/org/app', 'localhost:5000/x']);
  test.each([
    [hub, '1.0', true],
    [hub, '1.1', false],
    [{ registry: 'quay.io', repository: 'org/app' }, 'anything', true],
    [{ registry: 'localhost:5000', repository: 'x' }, 'v1', true],
    [{ registry: 'quay.io', repository: 'org/other' }, 'v1', false],
    [{ registry: 'ghcr.io', repository: 'org/app' }, 'anything', false],
  ])('%j %s: %s', (name, tag, expected) => {
    expect(isForced(forces, [name], tag)).toBe(expected);
  });

  test.each(['UPPER/x', 'x:', 'x:a b', ''])('"%s" is a UserError', (text) => {
    expect(() => parseForce([text])).toThrow(UserError);
  });
});

const at = (repository: string, tag: string) =>
  wantedTag({
    image: `reg.example/${repository}`,
    destination: { registry: 'reg.example', repository, tag },
  });
const WANTED = [at('team/app', '2.3.4'), at('team/app', '2.3.4-stable'), at('team/tool', '1.0')];

const idle = (force: string, wanted = WANTED, map: string[] = []): string[] =>
  unusedForces(parseForce([force]), wanted, parseRegistryMap(map)).map(formatProblem);

describe('a line of force', () => {
  test.each(['reg.example/team/app', 'reg.example/team/app:2.3.4', 'reg.example/team/tool:1.0'])(
    '%s names what is wanted: nothing is said',
    (force) => expect(idle(force)).toEqual([]),
  );

  test.each([
    ['reg.example/team/ap', 'did you mean "reg.example/team/app"?'],
    ['reg.example/team/tol:1.0', 'did you mean "reg.example/team/tool:1.0"?'],
    ['reg.example/team/app:2.3.5', 'did you mean "reg.example/team/app:2.3.4"?'],
    ['reg.example/team/app:latest', 'of reg.example/team/app are wanted: 2.3.4, 2.3.4-stable'],
    ['quay.io/other/thing', 'give the name of an image as in the tag file, or name:tag'],
  ])('%s names nothing: %s', (force, hint) => {
    expect(idle(force)).toEqual([`force: "${force}" matches nothing that is wanted in this run; ${hint}`]);
  });

  test('may name an image as the tag file does, or as registry-map makes it', () => {
    const map = ['docker.io=reg.example'];
    expect(idle('docker.io/team/app:2.3.4', WANTED, map)).toEqual([]);
    expect(idle('team/app', WANTED, map)).toEqual([]);
    expect(idle('reg.example/team/app', WANTED, map)).toEqual([]);
  });

  test('names nothing where nothing is wanted', () => {
    expect(idle('reg.example/team/app', [])).toHaveLength(1);
  });
});
