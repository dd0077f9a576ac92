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

/** What `gc` of V8 is when it is let out. */
type Collect = (options: { readonly type: 'minor' }) => void;

/**
 * Frees what lived for a moment only. From V8 12 on (Node 22) the pieces of a stream that have been passed on are freed
 * when 64 MiB and more of them have gathered: passing 1 GiB through took 200 MiB. Freed early it takes 105 MiB, and a tenth
 * less time. There is no other way to ask for it than V8's own `gc`, which a flag lets out.
 *
 * @param version of V8
 * @returns null where it makes things worse
 */
export function youngCollector(
  version = process.versions.v8,
  load: () => Promise<Collect> = exposedCollector,
): (() => void) | null {
  if (Number.parseInt(version, 10) < 12) return null;
  let collect: Collect | null = null;
  let loading: Promise<void> | null = null;
  return () => {
    loading ??= load().then((loaded) => void (collect = loaded));
    collect?.({ type: 'minor' });
  };
}

/** Only the context that is made here sees `gc`. */
export async function exposedCollector(): Promise<Collect> {
  const [v8, vm] = await Promise.all([import('node:v8'), import('node:vm')]);
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as Collect;
  v8.setFlagsFromString('--no-expose-gc');
  return collect;
}
