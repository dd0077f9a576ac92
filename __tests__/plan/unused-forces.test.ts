import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../../src/errors.js';
import { unusedForces, parseForce, parseRegistryMap } from '../../src/plan/overrides.js';
import { wantedTag } from '../support/wanted.js';

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
