import type { Parsed } from '../reference.js';

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Longer than anything that anybody waits for, and far from where milliseconds lose their exactness. */
const LONGEST = 3_660 * 86_400_000;

/** `90s`, `30m`, `12h`, `30d`, `2w` → milliseconds, more than 0 and at most ten years. */
export function parseDuration(text: string): Parsed<number> {
  const match = /^([0-9]{1,9})([smhdw])$/.exec(text);
  const value = match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0) : 0;
  if (value > 0 && value <= LONGEST) return { ok: true, value };
  return {
    ok: false,
    what: `${JSON.stringify(text.slice(0, 60))} is not a duration`,
    mend: 'write a number and one of s, m, h, d, w, such as "30m" or "30d", at most ten years',
  };
}
