/** Command line entry: argv → one command → exit status. Everything that costs time to load is loaded when it is needed. */
import { VERSION } from './version.js';

const argv = process.argv.slice(2);

if (argv[0] === '--version' || argv[0] === '-V' || argv[0] === 'version') {
  process.stdout.write(`${VERSION}\n`);
} else {
  void import('./commands/commands.js').then(async ({ runCommandLine }) => {
    process.exitCode = await runCommandLine(argv, {
      env: process.env,
      cwd: process.cwd(),
      stdout: process.stdout,
      stderr: process.stderr,
      stdin: process.stdin,
    });
  });
}
