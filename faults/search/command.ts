/** `npm run search [-- --seed N] [--runs N]`: the random search over policies, refs and registries. */
import { parseArgs } from 'node:util';

import { LEAST_LOADED, search, SEED } from './search.js';

export async function searchCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: String(SEED) },
      runs: { type: 'string', default: '100000' },
    },
  });
  const [seed, runs] = [Number(values.seed), Number(values.runs)];
  console.log(`Search: ${runs} cases, seed ${seed}`);
  const started = performance.now();
  const tally = await search(seed, runs);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const { cases, drawn, loaded } = tally;
  console.log(
    `${cases} cases: ${loaded} of ${drawn} policies load, ${tally.runs} runs, ${tally.moves} moves, ${tally.taken} names refused as taken; ${seconds} s`,
  );
  if (tally.failure !== null) {
    console.log(tally.failure);
    return 1;
  }
  if (loaded >= drawn * LEAST_LOADED) return 0;
  console.log(`too few of the policies load; at least ${LEAST_LOADED * 100} % must`);
  return 1;
}
