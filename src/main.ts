/** Action entry: says who it is at once, then loads the rest. No decisions. */
import { VERSION } from './version.js';

process.stdout.write(`Retag ${VERSION}\n`);
void import('./commands/action.js').then(async ({ runAction }) => {
  process.exitCode = await runAction(process.env, process.cwd());
});
