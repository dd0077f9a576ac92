/** The files of other tools in `__tests__/fixtures/other-tools`, and the registries that they are about. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { OtherToolOptions, TagFile } from '../../src/config/config.js';
import type { Report } from '../../src/report/model.js';
import { image, seed } from '../../testing/registry/image.js';
import { type EmbeddedRegistry, startRegistry } from '../../testing/registry/server.js';

export const FIXTURES = join(import.meta.dirname, '../fixtures/other-tools');

const SIGNATURE = `sha256-${'5'.repeat(64)}.sig`;

/** What the source has. */
export const SEEDS: Readonly<Record<string, readonly string[]>> = {
  app: [
    ...['0.9.1', '0.9.2', '1.0.0', '1.0.1', '1.1.0', '1.1.0-alpine', '1.2.0-rc1', '2.0.0', '2.1.0'],
    ...['3.0.0-alpha', '3.0.0-alpha.1', 'edge', 'latest', 'sha-0123abc', 'v1', 'v2.5.0'],
  ],
  'lib/deep/secret': ['1'],
  'lib/tool': ['0.1', 'latest'],
  numbers: ['2021-11-01', '3', '3.1', '3.10', 'latest'],
  signed: ['1.0', SIGNATURE],
};

export interface Registries {
  readonly source: EmbeddedRegistry;
  readonly mirror: EmbeddedRegistry;
  close(): Promise<void>;
}

/** A source with all tags and a catalog, and a mirror with one image of its own. */
export async function startRegistries(): Promise<Registries> {
  const source = await startRegistry({ behaviour: { catalog: true } });
  const mirror = await startRegistry();
  for (const [repository, tags] of Object.entries(SEEDS)) {
    for (const tag of tags) seed(source, repository, tag, madeFor(`${repository}:${tag}`));
  }
  seed(mirror, 'own/image', '1', madeFor('own'));
  return {
    source,
    mirror,
    close: async () => {
      await source.close();
      await mirror.close();
    },
  };
}

function madeFor(content: string) {
  return image({ layers: [{ files: { content } }] });
}

/** The names of the fixtures of a tool, in order. */
export function fixturesOf(tool: string): string[] {
  return readdirSync(join(FIXTURES, tool)).sort();
}

/** The text of a fixture with the hosts of these registries. */
export function fixtureText(
  tool: string,
  name: string,
  { source, mirror }: Pick<Registries, 'source' | 'mirror'>,
): string {
  const text = readFileSync(join(FIXTURES, tool, name), 'utf8');
  const creds = [source, mirror].map(({ host }) => `  - registry: ${host}\n    tls: disabled\n`).join('');
  const hosts = (
    tool === 'skopeo' ? text.replace(/^(source\.example:.*)\n(?! +tls)/m, '$1\n  tls-verify: false\n') : text
  )
    .replaceAll('source.example', source.host)
    .replaceAll('mirror.example', mirror.host)
    .replaceAll('DIGEST_OF_APP_1.0.0', madeFor('app:1.0.0').digest);
  return tool === 'regsync' && !/^creds:/m.test(hosts) ? `creds:\n${creds}${hosts}` : hosts;
}

/** Variables that the fixtures name. */
export const VARIABLES = { FIXTURE_REPOSITORY: 'lib/tool' };

export function fixtureFile(
  tool: string,
  name: string,
  registries: Pick<Registries, 'source' | 'mirror'>,
): TagFile {
  const options: OtherToolOptions = {
    env: VARIABLES,
    destination: `${registries.mirror.host}/copies`,
    scoped: isScoped(name),
    needsDestination: true,
  };
  return { path: name, bytes: new TextEncoder().encode(fixtureText(tool, name, registries)), options };
}

export function isScoped(name: string): boolean {
  return name.includes('scoped');
}

/** `SOURCE -> TARGET` of each wanted tag, sorted, with the names of the fixtures. */
export function wantedIn({ actions }: Report, registries: Pick<Registries, 'source' | 'mirror'>): string[] {
  const pairs = actions.map(
    ({ source, image: name, tag }) => `${source ?? ''} -> ${name}${tag.includes(':') ? '@' : ':'}${tag}`,
  );
  return named(pairs, registries);
}

export function named(
  pairs: readonly string[],
  { source, mirror }: Pick<Registries, 'source' | 'mirror'>,
): string[] {
  const plain = pairs.map((pair) =>
    pair.replaceAll(source.host, 'source.example').replaceAll(mirror.host, 'mirror.example'),
  );
  return [...new Set(plain)].sort();
}
