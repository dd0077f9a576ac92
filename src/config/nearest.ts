/**
 * The candidate that a person most likely meant, or undefined when none is near: at most a third of
 * the word may be wrong, and never more than three characters. Case does not count. Of several, the
 * nearest and then the first wins. Used for keys, flags, presets and platforms.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase().slice(0, LONGEST);
  let best: string | undefined;
  let allowed = Math.min(3, Math.max(1, Math.floor((wanted.length + 1) / 3)));
  for (const candidate of candidates) {
    // Each further character is one edit at least: most words are told apart without the table.
    if (Math.abs(Math.min(candidate.length, LONGEST) - wanted.length) > allowed) continue;
    const distance = editDistance(wanted, candidate.toLowerCase().slice(0, LONGEST), allowed);
    if (distance > allowed) continue;
    best = candidate;
    allowed = distance - 1;
    if (allowed < 0) break;
  }
  return best;
}

// Beyond this nobody mistyped a name; it also bounds the quadratic table below.
const LONGEST = 64;

/**
 * Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`: optimal string alignment.
 * @param most where two rows of the table are above it, the rest is not looked at; any number above it is given then
 */
function editDistance(a: string, b: string, most: number): number {
  let lowest = 0;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (previous[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    const low = Math.min(...row);
    if (low > most && lowest > most) return low;
    lowest = low;
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
