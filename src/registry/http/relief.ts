/** Frees the memory of what streams have passed on. */

/** So much may gather. A collection takes less than a millisecond, since hardly anything lives. */
const EVERY = 8 * 1024 * 1024;

/**
 * @param collect frees short-lived memory; null where the engine does well by itself
 * @returns to be told of the bytes of each piece of a stream
 */
export function createRelief(collect: (() => void) | null): (bytes: number) => void {
  let passed = 0;
  return (bytes) => {
    passed += bytes;
    if (passed < EVERY) return;
    passed = 0;
    collect?.();
  };
}
