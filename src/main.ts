/** Action entry: says who it is at once, then loads the rest from the file beside it. No decisions. */
import { VERSION } from './version.js';

process.stdout.write(`Retag ${VERSION}\n`);
void import('./cli/start.js').then(({ action }) => action());
