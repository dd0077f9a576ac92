/** What the two entries load: the process as it is, handed to the commands. Bundled to one file that both share. */
import { tuneEngine } from '../system/process.js';
import { printable } from '../shared/text.js';
import type { Stream } from '../terminal/log.js';
import { runCommandLine } from './commands.js';

/** Runs the command line and sets the exit status. */
export async function commandLine(argv: readonly string[]): Promise<void> {
  await tuneEngine();
  survivePipes();
  const { env, stdin } = process;
  const [stdout, stderr] = [printer(process.stdout), printer(process.stderr)];
  process.exitCode = await runCommandLine(argv, { env, cwd: process.cwd(), stdout, stderr, stdin });
}

/** Runs the action and sets the exit status. */
export async function action(): Promise<void> {
  await tuneEngine();
  survivePipes();
  const { runAction } = await import('./action.js');
  process.exitCode = await runAction(process.env, process.cwd());
}

/** The only writer of the command line: nothing passes that a runner could take for a command. */
function printer(stream: NodeJS.WriteStream): Stream {
  return {
    write: (text) => stream.write(printable(text, stream.isTTY)),
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
  };
}

/** A reader that goes away (`retag apply | head`) must not end a run that is writing tags; what is said is lost, no more. */
function survivePipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
