/** Looks that are made once: while a plan is made, one answer about a tag counts for whoever asks. */
import type { Existence, Registry } from './ports.js';
import { once } from './shared/concurrency.js';
import { formatReference } from './oci/reference.js';

/**
 * The registry as a plan sees it. Building and planning ask for the same tags, and two answers to one question would
 * make a plan that contradicts itself. Not for writing: what is about to be written is looked at anew (`lookAgain`).
 */
export function rememberLooks(registry: Registry): Registry {
  const looks = once<Existence>(true);
  const confirmed = once<Existence>(true);
  const look: Registry['look'] = async (ref, absence) => {
    const key = formatReference(ref);
    const seen = await looks.run(key, () => registry.look(ref, absence));
    if (absence === 'unconfirmed' || seen.state !== 'absent' || seen.unconfirmed !== true) return seen;
    return confirmed.run(key, () => registry.lookAgain(ref));
  };
  return { ...registry, look };
}
