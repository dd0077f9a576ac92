/** `node faults/run.mjs replay FILE...`: lists of git tags, one a line, through the policies of the oracle. */
import { readFileSync } from 'node:fs';

import { ORACLES } from './oracle.js';
import { replay, schedules, spread } from './replay.js';

export async function replayCommand(files: readonly string[]): Promise<number> {
  let [decisions, different] = [0, 0];
  for (const file of files) {
    const names = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    for (const policy of ORACLES) {
      for (const [order, list] of Object.entries(schedules(spread(names, 500)))) {
        const result = await replay(policy, list);
        decisions += result.decisions;
        different += result.different.length;
        for (const line of result.different.slice(0, 3)) console.log(`${file}, ${order}: ${line}`);
      }
    }
  }
  console.log(`${decisions} decisions, ${different} refs on which Retag and the oracle do not agree`);
  return different === 0 ? 0 : 1;
}
