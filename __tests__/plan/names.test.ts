import { describe, expect, test } from '@jest/globals';

import { UserError } from '../../src/errors.js';
import {
  commitOf,
  isForced,
  mapRepository,
  parseForce,
  parseRegistryMap,
  shownName,
} from '../../src/plan/names.js';

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
      new UserError({ what: `registry-map: ${what}`, mend: 'give one of them' }),
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
    let problems: readonly { what: string; mend?: string }[] = [];
    try {
      parseRegistryMap(wrong);
    } catch (error) {
      problems = (error as UserError).problems;
    }
    expect(problems.map(({ what }) => what)).toEqual(
      wrong.map((line) => expect.stringContaining(`"${line}"`)),
    );
    expect(new Set(problems.map(({ mend }) => mend))).toEqual(
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

describe('the commit that src_ref names', () => {
  const id = 'dac417bd31ed36d455e94db4aabe5916367654d4';
  test.each([
    [`https://opendev.org/starlingx/integ/commit/${id}`, id],
    [`https://github.com/o/r/commit/${id}/`, id],
    [`https://git.example/cgit/r/commit/?id=${id}`, id],
    [id, id],
    [id.slice(0, 12), id.slice(0, 12)],
    ['https://github.com/o/r/tree/main', null],
    ['refs/heads/deadbeef', null],
    [`https://example.org/r/commit/${'A'.repeat(40)}`, 'a'.repeat(40)],
    ['f'.repeat(64), 'f'.repeat(64)],
    ['a'.repeat(41), null],
    ['v1.2.3', null],
    [` https://github.com/o/r/commit/${id}//# `, id],
    [`https://github.com/o/r/tree/v1-${id.slice(0, 12)}`, null],
    [`https://github.com/o/r/tree/${id.slice(0, 12)}-v1`, null],
    ['', null],
    [`https://github.com/o/r/commit/${id}#diff-0123456789`, id],
    [`https://github.com/o/r/commit/${id}?diff=split`, id],
    [`https://github.com/o/r/commit/${id}.patch`, id],
    [`https://github.com/o/r/commit/${id}.diff?full_index=1`, id],
    [`https://github.com/o/r/tree/${id}/charts/1234567`, id],
    [`https://gitlab.example/o/r/-/commit/${id}?view=parallel`, id],
    [`https://gitlab.example/o/r/-/tree/${id}/charts?ref_type=heads`, id],
    [`https://bitbucket.example/projects/o/repos/r/commits/${id}#1234567`, id],
    [`https://git.example/cgit/r/commit/?h=main&id=${id}&dt=2`, id],
    [`https://git.example/cgit/r/commit/?id=${'f'.repeat(64)}#n1234567`, 'f'.repeat(64)],
    [`https://github.com/o/r/tree/${id}-fixes/charts`, null],
    [`https://github.com/o/r/tree/v1/${'a'.repeat(41)}/charts`, null],
    [`https://github.com/o/r/pull/1/files?w=1#${id}x`, null],
  ])('%s', (text, expected) => {
    expect(commitOf(text)).toBe(expected);
  });
});
