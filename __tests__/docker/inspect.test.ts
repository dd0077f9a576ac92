import { describe, expect, test } from '@jest/globals';
import { findBuilder, parseBuildxVersion, parseInspect } from '../../src/docker/inspect.js';
import { cleanLine, lineSplitter, secretTexts } from '../../src/docker/output.js';
import { build, definition } from '../support/builds.js';
import { INSPECT } from '../support/docker.js';
import { recordedLog } from '../support/memory-registry.js';

test.each([
  ['github.com/docker/buildx v0.29.1 a32761aeb3debd39be1eca514af3693af0db334b', '0.29.1'],
  ['github.com/docker/buildx 0.13.1-desktop.1 abc', '0.13.1-desktop.1'],
  ['github.com/docker/buildx v0.0.0+unknown ', null],
  ['github.com/docker/buildx 4b3c1d2', null],
  ['', null],
])('version in %j', (text, version) => expect(parseBuildxVersion(text)).toBe(version));

test.each([
  ['0.13.1-desktop.1', true],
  ['0.13.0-rc1', true],
  ['0.12.1', false],
  ['v0.0.0+unknown', true],
])('buildx %s is new enough for 0.13.0: %s', async (version, enough) => {
  const ask = ([, verb]: readonly string[]) =>
    Promise.resolve({ exitCode: 0, stdout: verb === 'version' ? version : INSPECT, stderr: '' });
  const made = { ...definition(build('q.io/a')), needs: [{ version: '0.13.0', what: 'x' }] };
  const found = findBuilder(made, new Map(), {
    ask,
    askLong: ask,
    builder: null,
    insecure: [],
    temporary: '',
    token: '',
    log: recordedLog(),
  });
  if (enough) await expect(found).resolves.toMatchObject({ name: 'one' });
  else await expect(found).rejects.toThrow(/too old/);
});

describe('docker buildx inspect', () => {
  test('platforms, those that the node was created for among them', () => {
    const [node] = parseInspect(INSPECT).nodes;
    expect(node?.platforms).toEqual(['linux/amd64', 'linux/arm64', 'linux/386']);
  });

  test('several nodes, one of them in error, with labels and rules that are passed over', () => {
    const text = [
      'Name:          two',
      'Driver:        kubernetes',
      'Last Activity: 2026-01-01 00:00:00 +0000 UTC',
      '',
      'Nodes:',
      'Name:             two0',
      'Endpoint:         unix:///a',
      'Status:           running',
      'Platforms:        linux/amd64*, linux/amd64/v2',
      'Labels:',
      ' org.mobyproject.buildkit.worker.executor: oci',
      'GC Policy rule#0:',
      ' All:            false',
      '',
      'Name:             two1',
      'Error:            connection refused',
      '',
    ].join('\n');
    expect(parseInspect(text)).toEqual({
      name: 'two',
      driver: 'kubernetes',
      error: null,
      nodes: [
        { platforms: ['linux/amd64', 'linux/amd64/v2'], error: null },
        { platforms: [], error: 'connection refused' },
      ],
    });
  });

  test('nothing', () => expect(parseInspect('')).toEqual({ name: '', driver: '', error: null, nodes: [] }));
});

describe('output', () => {
  test('lines over several pieces, with carriage returns', () => {
    const lines: string[] = [];
    const splitter = lineSplitter((line) => lines.push(line));
    for (const piece of ['a', 'b\nc\r', '\nd\re', '']) splitter.push(piece);
    splitter.flush();
    expect(lines).toEqual(['ab', 'c', 'd', 'e']);
  });

  test('a line that never ends is cut', () => {
    const lines: string[] = [];
    lineSplitter((line) => lines.push(line)).push('x'.repeat(70_000));
    expect(lines).toHaveLength(1);
    expect(cleanLine(lines[0]!, [])).toHaveLength(4097);
  });

  test.each([
    ['\u001b[1;31mred\u001b[0m', 'red'],
    ['a\u0007b\u0000', 'ab'],
    ['tab\tstays', 'tab\tstays'],
  ])('%j', (text, clean) => expect(cleanLine(text, [])).toBe(clean));

  test('a secret is hidden in each of its lines, the longest first', () => {
    const made = definition(build('q.io/a', { secrets: ['id=a,env=KEY'] }));
    const texts = secretTexts({ KEY: 'first line\nsecond-line\nab' }, made, ['from a file\r\nits line\n']);
    expect(cleanLine('x second-line y ab', texts)).toBe('x *** y ab');
    expect(cleanLine('from a file, its line', texts)).toBe('***, ***');
  });
});
