import { readFileSync, writeFileSync } from 'node:fs';
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
  /** PEM file of the authority of a registry with TLS; absent: plain http */
  readonly caFile?: string;
}

/** The tools that take many tags in one call or are quick enough for one call a tag, at several settings. */
export function networkPeers(world: World): readonly Peer[] {
  return [
    ...[8, 32, 64, 128].map((parallel) => regsync(world, parallel)),
    ...[8, 32].map((parallel) => crane(world, parallel)),
    regctl(world, 32),
  ];
}

/** The tools that people use for this today, each in its quickest usual way; those of one tag a call under `xargs -P8`. */
export function peers(world: World): readonly Peer[] {
  return [
    crane(world, 8),
    regctl(world, 8),
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
  options: { readonly env?: NodeJS.ProcessEnv; readonly command?: string; readonly parallel?: number } = {},
): Peer {
  const { parallel = 8 } = options;
  const path = findBinary(options.command ?? tool);
  const id = `${tool}${parallel === 8 ? '' : parallel}`;
  if (path === null) return { id, name, run: null };
  const env = options.env ?? {};
  const run = (suffix: string): Run => ({
    command: 'xargs',
    args: [`-P${parallel}`, '-L1', path],
    input: world.entries.map((entry) => argsFor(names(world, entry, suffix)).join(' ')).join('\n'),
    env,
  });
  return { id, name, run };
}

function crane(world: World, parallel: number): Peer {
  const plain = world.caFile === undefined ? ['--insecure'] : [];
  const env = world.caFile === undefined ? {} : { SSL_CERT_FILE: world.caFile };
  const args = ({ source, tag }: Names): string[] => ['tag', ...plain, source, tag];
  return perTag(world, 'crane', `\`crane tag\`, xargs -P${parallel}`, args, { env, parallel });
}

/** How regclient's tools are told of the registry's TLS. */
function regclientTls({ caFile }: World): object {
  return caFile === undefined
    ? { tls: 'disabled' }
    : { tls: 'enabled', regcert: readFileSync(caFile, 'utf8') };
}

function regctl(world: World, parallel: number): Peer {
  const config = join(world.directory, 'regctl.json');
  writeFileSync(config, JSON.stringify({ hosts: { [world.host]: regclientTls(world) } }));
  const args = ({ source, target }: Names): string[] => ['image', 'copy', source, target];
  const name = `\`regctl image copy\`, xargs -P${parallel}`;
  return perTag(world, 'regctl', name, args, { env: { REGCTL_CONFIG: config }, parallel });
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
    // Without it three requests are in flight at a host, whatever `parallel` says.
    const most = parallel === null ? {} : { reqConcurrent: parallel };
    const creds = [{ registry: world.host, ...regclientTls(world), ...most }];
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
