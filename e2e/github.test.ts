import { startDockerRegistry282, recordingProxy } from './support/stack.js';
import { afterStories } from '../__tests__/support/github/stories/after.js';
import { driftStories } from '../__tests__/support/github/stories/drift.js';
import { gateStories } from '../__tests__/support/github/stories/gates.js';
import { reviewStories } from '../__tests__/support/github/stories/review.js';
import type { TestRegistry } from '../__tests__/support/github/world.js';

/** The stories of gates, review and what follows, on the registry that Debian ships. */
async function real(): Promise<TestRegistry> {
  const registry = await startDockerRegistry282();
  const proxy = await recordingProxy(registry.base);
  return {
    host: proxy.host,
    url: proxy.base,
    writes: () => proxy.count('PUT', 'POST', 'PATCH', 'DELETE'),
    close: async () => {
      await proxy.stop();
      await registry.stop();
    },
  };
}

gateStories(real);
reviewStories(real);
afterStories(real);
driftStories(real);
