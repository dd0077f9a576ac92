/** The commands of this folder: `matrix` (default), `kill`, `races`, `replay`, `search`, `trust`. */
import { killCommand } from './kill/command.js';
import { matrixCommand } from './matrix/command.js';
import { partCommand } from './matrix/part.js';
import { racesCommand } from './races/command.js';
import { replayCommand } from './replay/command.js';
import { searchCommand } from './search/command.js';

/** @returns the exit status: 0 when nothing is broken */
export async function main(args: readonly string[]): Promise<number> {
  const [first = 'matrix', ...rest] = args;
  switch (first) {
    case 'matrix':
      return matrixCommand(rest);
    case 'part':
      // one of the processes of `matrix`
      return partCommand(rest[0] ?? '');
    case 'kill':
      return killCommand(rest);
    case 'races':
      return racesCommand(rest);
    case 'replay':
      return replayCommand(rest);
    case 'search':
      return searchCommand(rest);
    case 'trust':
      return (await import('./trust/command.js')).trustCommand(rest);
    default:
      return matrixCommand(args);
  }
}
