import { type EmbeddedRegistry, startRegistry } from '../../../testing/registry/server.js';
import type { TestRegistry } from './world.js';

/** The registry inside this process, with its door for faults. */
export interface EmbeddedTestRegistry extends TestRegistry {
  readonly inside: EmbeddedRegistry;
}

export async function embedded(): Promise<EmbeddedTestRegistry> {
  const inside = await startRegistry();
  return {
    inside,
    host: inside.host,
    url: inside.url,
    writes: () => inside.requests.filter(({ method }) => !['GET', 'HEAD'].includes(method)).length,
    close: () => inside.close(),
  };
}
