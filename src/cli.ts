#!/usr/bin/env node
/**
 * Command line entry: argv → one command → exit status. `--version` is answered from this small file; the rest of Retag is
 * loaded from the file beside it only when there is something to do.
 */
import { VERSION } from './version.js';

const argv = process.argv.slice(2);

if (argv[0] === '--version' || argv[0] === '-V' || argv[0] === 'version') {
  process.stdout.write(`${VERSION}\n`);
} else {
  void import('./cli/start.js').then(({ commandLine }) => commandLine(argv));
}
