import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { dockerConfigWithBuildx, findBinary } from '../e2e/support/stack.js';
import type { BenchEntry } from './world.js';

/** How one tool creates every tag with a suffix; null when the tool is not there. */
export interface Peer {
  readonly id: string;
  readonly name: string;
  readonly run: ((suffix: string) => Run) | null;
}

export interface Run {
  readonly command: string;
  readonly args: readonly string[];
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
}

interface World {
  readonly host: string;
  readonly directory: string;
  readonly entries: readonly BenchEntry[];
}

/** The tools that people use for this today, each in its quickest usual way; those of one tag a call under `xargs -P8`. */
export function peers(world: World): readonly Peer[] {
  return [
    perTag(world, 'crane', '`crane tag`, xargs -P8', ({ source, tag }) => ['tag', '--insecure', source, tag]),
    regctl(world),
    regsync(world, null),
    regsync(world, 8),
    imagetools(world),
    perTag(world, 'skopeo', '`skopeo copy --all`, xargs -P8', ({ source, target }) =>
      [
        'copy',
        '--all',
        '--quiet',
        '--insecure-policy',
        '--src-tls-verify=false',
        '--dest-tls-verify=false',
      ].concat(`docker://${source}`, `docker://${target}`),
    ),
    perTag(world, 'oras', '`oras tag`, xargs -P8', ({ source, tag }) => ['tag', '--plain-http', source, tag]),
  ];
}

interface Names {
  readonly source: string;
  readonly target: string;
  readonly tag: string;
}

function names({ host }: World, entry: BenchEntry, suffix: string): Names {
  const repository = `${host}/${entry.repository}`;
  const tag = `${entry.tag}${suffix}`;
  return { source: `${repository}:${entry.sourceTag}`, target: `${repository}:${tag}`, tag };
}

function perTag(
  world: World,
  tool: string,
  name: string,
  argsFor: (names: Names) => readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly command?: string } = {},
): Peer {
  const path = findBinary(options.command ?? tool);
  if (path === null) return { id: tool, name, run: null };
  const env = options.env ?? {};
  const run = (suffix: string): Run => ({
    command: 'xargs',
    args: ['-P8', '-L1', path],
    input: world.entries.map((entry) => argsFor(names(world, entry, suffix)).join(' ')).join('\n'),
    env,
  });
  return { id: tool, name, run };
}

function regctl(world: World): Peer {
  const config = join(world.directory, 'regctl.json');
  writeFileSync(config, JSON.stringify({ hosts: { [world.host]: { tls: 'disabled' } } }));
  const args = ({ source, target }: Names): string[] => ['image', 'copy', source, target];
  return perTag(world, 'regctl', '`regctl image copy`, xargs -P8', args, { env: { REGCTL_CONFIG: config } });
}

/** `parallel`: null for regsync's own setting, which is one image after the other. */
function regsync(world: World, parallel: number | null): Peer {
  const name = parallel === null ? '`regsync once`' : `\`regsync once\`, parallel ${parallel}`;
  const id = `regsync${parallel ?? ''}`;
  const path = findBinary('regsync');
  if (path === null) return { id, name, run: null };
  const run = (suffix: string): Run => {
    const file = join(world.directory, `regsync${suffix}.yaml`);
    const sync = world.entries.map((entry) => {
      const { source, target } = names(world, entry, suffix);
      return { source, target, type: 'image' };
    });
    const creds = [{ registry: world.host, tls: 'disabled' }];
    writeFileSync(
      file,
      JSON.stringify({ version: 1, creds, defaults: parallel === null ? {} : { parallel }, sync }),
    );
    return { command: path, args: ['once', '-c', file] };
  };
  return { id, name, run };
}

function imagetools(world: World): Peer {
  const name = '`docker buildx imagetools create`, xargs -P8';
  if (findBinary('buildx') === null) return { id: 'imagetools', name, run: null };
  const { config } = dockerConfigWithBuildx(world.directory);
  const args = ({ source, target }: Names): string[] => [
    'buildx',
    'imagetools',
    'create',
    '--tag',
    target,
    source,
  ];
  return perTag(world, 'imagetools', name, args, { command: 'docker', env: { DOCKER_CONFIG: config } });
}
