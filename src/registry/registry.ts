import type { Existence, Registry } from '../ports.js';
import { formatReference, formatRepository } from '../reference.js';
import { look, lookByBody } from './existence.js';
import { readFacts } from './facts.js';
import type { Transport } from './http/types.js';
import { once } from './once.js';
import { putByDigest, putTag } from './put.js';
import { createReader } from './reader.js';
import { listTags } from './tags.js';
import type { Context } from './wire.js';

/** Time, chance and the log; none of them is taken from the surroundings. */
export type RegistryOptions = Omit<Context, 'transport'>;

/** The one door to container registries: the operations of ports.ts on a transport. */
export function createRegistry(transport: Transport, options: RegistryOptions): Registry {
  const context: Context = { transport, clock: options.clock, log: options.log };
  const reader = createReader(context);
  const looks = once<Existence>(false);
  const lists = once<readonly string[]>(false);
  return {
    look: (ref) => looks.run(formatReference(ref), () => look(context, ref)),
    lookAgain: (ref) => lookByBody(context, ref),
    manifest: (ref) => reader.manifest(ref),
    facts: (source, manifest, need) => readFacts(reader, source, manifest, need),
    transfer: () => Promise.reject(new Error('not yet')),
    async put(ref, manifest, previous) {
      try {
        await ('digest' in ref
          ? putByDigest(context, ref, manifest)
          : putTag(context, ref, manifest, previous));
      } finally {
        // A look that began before the write must not answer one that is asked for after it.
        looks.forget(formatReference(ref));
      }
    },
    tags: (repository) => lists.run(formatRepository(repository), () => listTags(context, repository)),
    usage: () => transport.usage(),
    close: () => transport.close(),
  };
}
