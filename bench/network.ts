import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';

import { CLI } from '../e2e/support/retag.js';
import { recordingProxy, startRegistryV3, temporaryDirectory } from '../e2e/support/stack.js';
import { startRelay } from '../testing/registry/relay.js';
import { networkPeers, type Peer } from './peers.js';
import { cleanEnvironment, measureOk, median, ratio, table, time } from './support.js';
import { ENTRIES, fill, REPOSITORIES, writeTagFile } from './world.js';

const ROUND_TRIP_MS = 40;
const ROUNDS = 3;
const PER_SECOND = 50;

/** The promotions of StarlingX over networks as users have them: near, far with TLS, and with a rate limit. */
export async function benchNetwork(): Promise<string> {
  return [
    `### ${ENTRIES} promotions over ${REPOSITORIES} repositories, by network (distribution v3)`,
    await near(),
    await far(),
    await limited(),
  ].join('\n\n');
}

interface Place {
  readonly host: string;
  readonly directory: string;
  readonly entries: Awaited<ReturnType<typeof fill>>;
  readonly caFile?: string;
}

async function near(): Promise<string> {
  const registry = await startRegistryV3();
  const directory = temporaryDirectory('bench-near');
  try {
    const place = { host: registry.host, directory: directory.path, entries: await fill(registry.base) };
    return await againstPeers(`loopback, http, ${ROUNDS} rounds, medians`, place);
  } finally {
    await registry.stop();
    directory.remove();
  }
}

/** Loopback is guessed to be http at first, which users' registries are not: the relay has an address of its own. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';
}

async function far(): Promise<string> {
  const address = ownAddress();
  const registry = await startRegistryV3({ tls: true, address });
  const directory = temporaryDirectory('bench-far');
  const port = Number(new URL(registry.base).port);
  const relay = await startRelay(port, { address, roundTripMs: ROUND_TRIP_MS });
  try {
    const caFile = registry.caFile ?? '';
    const entries = await fill(registry.base, ENTRIES, REPOSITORIES, { ca: readFileSync(caFile, 'utf8') });
    const place = { host: relay.host, directory: directory.path, entries, caFile };
    return await againstPeers(`TLS, ${ROUND_TRIP_MS} ms a round trip, ${ROUNDS} rounds, medians`, place);
  } finally {
    await relay.close();
    await registry.stop();
    directory.remove();
  }
}

async function againstPeers(title: string, place: Place): Promise<string> {
  const peers: readonly (Peer | null)[] = [null, ...networkPeers(place)];
  const taken = new Map(peers.map((peer) => [peer, { create: [] as number[], keep: [] as number[] }]));
  const [settleless, pinned]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    // interleaved, so that what else the machine does falls on all alike
    for (const peer of peers) {
      const suffix = `-${peer?.id ?? 'retag'}r${round}`;
      const once = peer === null ? () => retag(place, suffix) : () => run(peer, suffix);
      if (peer?.run === null) continue;
      taken.get(peer)?.create.push(await once());
      taken.get(peer)?.keep.push(await once());
    }
    pinned.push(await retag(place, `-retagr${round}`, { pinned: true }));
    settleless.push(await retag(place, `-settler${round}`, { settle: '0' }));
  }
  const own = taken.get(null) ?? { create: [], keep: [] };
  const row = (name: string, create: readonly number[], keep: readonly number[]): string[] => {
    const cells = (mine: readonly number[], ours: readonly number[]): string[] =>
      mine.length === 0 ? ['', ''] : [time(median(mine)), ratio(median(mine), median(ours))];
    return [name, ...cells(create, own.create), ...cells(keep, own.keep)];
  };
  return table(
    [title, 'all to create', 'against Retag', 'all there', 'against Retag'],
    [
      row('`retag apply`', own.create, own.keep),
      row('`retag apply --settle 0`', settleless, []),
      row('`retag apply`, entries with `src_digest`', [], pinned),
      ...networkPeers(place).flatMap(({ id, name, run }) => {
        const mine = [...taken].find(([peer]) => peer?.id === id)?.[1];
        return run === null || mine === undefined
          ? [[name, 'missing', '', '', '']]
          : [row(name, mine.create, mine.keep)];
      }),
    ],
  );
}

async function retag(
  { directory, host, entries, caFile }: Place,
  suffix: string,
  { settle, pinned = false }: { readonly settle?: string; readonly pinned?: boolean } = {},
): Promise<number> {
  const file = writeTagFile(directory, host, entries, suffix, pinned);
  const args = [
    CLI,
    'apply',
    '--config',
    file,
    '--quiet',
    ...(settle === undefined ? [] : ['--settle', settle]),
  ];
  const env = cleanEnvironment(caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: caFile });
  return (await measureOk(process.execPath, args, { env })).duration;
}

async function run({ run: runOf, name }: Peer, suffix: string): Promise<number> {
  if (runOf === null) throw new Error(`${name} is missing`);
  const { command, args, input, env } = runOf(suffix);
  const options = { env: cleanEnvironment(env), ...(input === undefined ? {} : { input }) };
  return (await measureOk(command, args, options)).duration;
}

/** A registry that takes so many requests in each second and answers 429 to the others. */
async function limited(): Promise<string> {
  const registry = await startRegistryV3();
  const directory = temporaryDirectory('bench-limited');
  let [second, taken] = [0, 0];
  const proxy = await recordingProxy(registry.base, {
    intercept() {
      const now = Math.floor(Date.now() / 1000);
      if (now !== second) [second, taken] = [now, 0];
      taken += 1;
      return taken <= PER_SECOND ? null : { status: 429, headers: { 'retry-after': '1' } };
    },
  });
  try {
    const place = { host: proxy.host, directory: directory.path, entries: await fill(registry.base) };
    const rows: string[][] = [];
    for (const what of ['all to create', 'all there']) {
      proxy.reset();
      const duration = await retag(place, '-limited');
      const refused = proxy.requests.filter(({ status }) => status === 429).length;
      const done = proxy.count() - refused;
      const least = (done / PER_SECOND - 1) * 1000;
      rows.push([what, String(done), String(refused), time(duration), time(least), ratio(duration, least)]);
    }
    const header = [
      `${PER_SECOND} requests a second, one run each`,
      'requests',
      'refused (429)',
      '`retag apply`',
    ];
    return table([...header, 'least that is possible', 'ratio'], rows);
  } finally {
    await proxy.stop();
    await registry.stop();
    directory.remove();
  }
}
