/** How the JavaScript engine is to treat a process that mostly lives for a second. */
import type * as V8 from 'node:v8';

/**
 * The V8 of Node 20 hands functions to its optimising compiler after little use, and in a run of a second the compiler's
 * threads take more time than its code gives back: a fifth of the CPU time of 371 promotions (bench/README.md), from the
 * cores that everything else needs. Four and a half times its budget avoids that; longer runs get there all the same, and
 * classifying 100,000 refs takes as long as before. Later engines have a cheap compiler in between and another flag, and
 * print an error for this one.
 *
 * @param version of V8
 */
export async function tuneEngine(
  version = process.versions.v8,
  load: () => Promise<Pick<typeof V8, 'setFlagsFromString'>> = () => import('node:v8'),
): Promise<void> {
  if (version.startsWith('11.')) (await load()).setFlagsFromString('--interrupt-budget=300000');
}
