/** Where the matrix runs: the embedded registry, and real ones behind a faulty proxy. */
import { startDockerRegistry282, startRegistryV3, type RealRegistry } from '../../e2e/support/registries.js';
import { findBinary } from '../../e2e/support/binaries.js';
import { embedded, embeddedHttp2, realBackend, type Backend } from '../world/backend.js';

export interface Place {
  readonly key: string;
  /** starts what is needed, once for all processes; `url` is empty when that is nothing */
  start(): Promise<{ readonly url: string; stop(): Promise<void> }>;
  backend(url: string): Backend;
}

const real = (key: string, name: string, binary: string, start: () => Promise<RealRegistry>): Place => ({
  key,
  async start() {
    if (findBinary(binary) === null)
      throw new Error(`${name} is not installed; run scripts/stack/install.sh`);
    const registry = await start();
    return { url: registry.base, stop: () => registry.stop() };
  },
  backend: (url) => realBackend(`${name}, through the proxy`, url),
});

export const PLACES: readonly Place[] = [
  {
    key: 'embedded',
    start: () => Promise.resolve({ url: '', stop: () => Promise.resolve() }),
    backend: () => embedded,
  },
  {
    key: 'embedded-h2',
    start: () => Promise.resolve({ url: '', stop: () => Promise.resolve() }),
    backend: () => embeddedHttp2,
  },
  real('2.8', 'docker-registry 2.8', 'docker-registry', () => startDockerRegistry282()),
  real('v3', 'distribution v3', 'registry', () => startRegistryV3()),
];

/** @throws Error that names the places there are */
export function placeOf(key: string): Place {
  const place = PLACES.find((each) => each.key === key);
  if (place === undefined) {
    throw new Error(`--on ${key}: one of ${PLACES.map((each) => each.key).join(', ')}, all`);
  }
  return place;
}
