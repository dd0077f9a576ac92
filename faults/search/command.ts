/** `npm run search [-- --seed N] [--runs N] [--processes N]`: the random search over policies, refs and registries. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { LEAST_LOADED, SEED, searchInParts, searchPart } from './search.js';

export async function searchCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: String(SEED) },
      runs: { type: 'string', default: '100000' },
      processes: { type: 'string', default: String(availableParallelism()) },
      // one of the processes
      part: { type: 'string' },
    },
  });
  if (values.part !== undefined) {
    await searchPart(values.part);
    return 0;
  }
  const [seed, cases, parts] = [Number(values.seed), Number(values.runs), Number(values.processes)];
  console.log(`Search: ${cases} cases, seed ${seed}, ${parts} processes`);
  const started = performance.now();
  const tally = await searchInParts({ seed, cases, parts });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const { drawn, loaded } = tally;
  console.log(
    `${tally.cases} cases: ${loaded} of ${drawn} policies load, ${tally.runs} runs, ${tally.moves} moves, ${tally.taken} names refused as taken; ${seconds} s`,
  );
  if (tally.failure !== null) {
    console.log(tally.failure);
    return 1;
  }
  if (loaded >= drawn * LEAST_LOADED) return 0;
  console.log(`too few of the policies load; at least ${LEAST_LOADED * 100} % must`);
  return 1;
}
