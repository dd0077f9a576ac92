import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/errors.js';
import {
  isForced,
  mapRepository,
  parseForce,
  parseRegistryMap,
  shownName,
} from '../../src/plan/overrides.js';

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
