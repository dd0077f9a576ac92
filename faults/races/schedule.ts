/** Runs that race are let forward one request at a time, in every order there is or in orders by chance. */
import type { Call, FaultRule } from '../../testing/registry/server.js';
import type { Clock } from '../../src/ports.js';

const START = Date.UTC(2026, 0, 1);

/** One order of events: at each step, which of those who could go went. */
export type Choice = (ready: readonly string[], step: number) => number;

interface Waiting {
  readonly who: string;
  go(): void;
}

/** Holds the requests of racers, who are told apart by their User-Agent, and lets one go at a time. */
export interface Referee {
  /** for the registry's faults: every request waits here */
  readonly rule: FaultRule;
  /** A racer's clock. Time passes only when nobody has anything left to do but wait, up to whoever wakes first. */
  clock(who: string): Clock;
  /** Runs all racers to their end; `choose` says who goes next. Gives how many could go at each step. */
  run(racers: ReadonlyMap<string, () => Promise<unknown>>, choose: Choice): Promise<readonly number[]>;
}

/** Requests of anybody whose name does not begin with `racer-` pass at once. */
export function createReferee(): Referee {
  const held = ({ headers }: Call): boolean => headers['user-agent']?.startsWith('racer-') === true;
  let waiting: Waiting[] = [];
  let asleep: (Waiting & { readonly until: number })[] = [];
  let now = START;
  let changed: () => void = () => undefined;
  const rule: FaultRule = {
    match: {},
    times: 'always',
    fault: {
      kind: 'call',
      when: 'before',
      onRequest: (call) =>
        held(call)
          ? new Promise<void>((go) => {
              waiting.push({ who: call.headers['user-agent'] ?? '', go });
              changed();
            })
          : undefined,
    },
  };
  return {
    rule,
    clock: (who) => ({
      now: () => now,
      random: () => 0.5,
      sleep: (ms) =>
        new Promise<void>((go) => {
          asleep.push({ who, until: now + ms, go });
          changed();
        }),
    }),
    async run(racers, choose) {
      const running = new Set(racers.keys());
      const ends = [...racers].map(([who, race]) =>
        race().finally(() => {
          running.delete(who);
          changed();
        }),
      );
      const widths: number[] = [];
      while (running.size > 0) {
        // Whoever runs is at its next request or at its end before the next one is let go.
        const present = (): number => new Set([...waiting, ...asleep].map(({ who }) => who)).size;
        while (present() < running.size) await new Promise<void>((resolve) => (changed = resolve));
        if (running.size === 0) break;
        if (waiting.length === 0) {
          now = Math.min(...asleep.map(({ until }) => until));
          const awake = asleep.filter(({ until }) => until <= now);
          asleep = asleep.filter(({ until }) => until > now);
          for (const racer of awake) racer.go();
          continue;
        }
        waiting.sort((a, b) => a.who.localeCompare(b.who));
        const at = choose(
          waiting.map(({ who }) => who),
          widths.length,
        );
        widths.push(waiting.length);
        const next = waiting[at] ?? waiting[0];
        waiting = waiting.filter((entry) => entry !== next);
        next?.go();
      }
      await Promise.all(ends);
      return widths;
    },
  };
}

/**
 * Every order, by depth-first search: each trial follows a prefix of choices and takes the first that can go after it.
 * `limit` bounds the number of trials. Gives the number of trials, and whether they were all.
 */
export async function everyOrder(
  limit: number,
  trial: (choose: Choice) => Promise<readonly number[]>,
): Promise<{ readonly trials: number; readonly complete: boolean }> {
  let prefix: number[] = [];
  for (let trials = 1; ; trials++) {
    const taken: number[] = [];
    const widths = await trial((_ready, step) => {
      const choice = prefix[step] ?? 0;
      taken.push(choice);
      return choice;
    });
    // The last step that had another way to go takes it; what comes after starts anew.
    let last = taken.length - 1;
    while (last >= 0 && (taken[last] ?? 0) + 1 >= (widths[last] ?? 1)) last--;
    if (last < 0) return { trials, complete: true };
    if (trials >= limit) return { trials, complete: false };
    prefix = [...taken.slice(0, last), (taken[last] ?? 0) + 1];
  }
}

/** Orders by chance, always the same ones for the same seed (mulberry32). */
export function ordersByChance(seed: number): Choice {
  let state = seed;
  return (ready) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % ready.length;
  };
}
