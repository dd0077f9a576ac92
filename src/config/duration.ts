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

const SPAN = /^(?:[0-9]{1,9}w)?(?:[0-9]{1,9}d)?(?:[0-9]{1,9}h)?(?:[0-9]{1,9}m)?(?:[0-9]{1,9}s)?$/;

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

/**
 * The same, and several of them in a row as Go and most tools write them: `1h30m`. The larger unit is first, each comes
 * once; a part may be 0 when the sum is not.
 */
export function parseTimeSpan(text: string): Parsed<number> {
  const parts = SPAN.test(text) ? text.match(/[0-9]+[a-z]/g) : null;
  const value = (parts ?? []).reduce(
    (sum, part) => sum + parseInt(part, 10) * (UNITS[part.slice(-1)] ?? 0),
    0,
  );
  if (value > 0 && value <= LONGEST) return { ok: true, value };
  return {
    ok: false,
    what: `${JSON.stringify(text.slice(0, 60))} is not a time`,
    mend: 'write numbers with w, d, h, m and s, such as "90s" or "1h30m", at most ten years',
  };
}
