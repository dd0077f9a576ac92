/** The liaison's overview, `retag tracking`: every open tracking issue by release cycle. Pure. */
import { oneLine } from '../shared/markdown.js';
import type { Ledger } from './ledger.js';

/** One open tracking issue. `ledger` is null when its record cannot be read. */
export interface OpenIssue {
  readonly number: number;
  readonly title: string;
  readonly url: string;
  readonly assignees: readonly string[];
  readonly ledger: Ledger | null;
}

/** Plain text: a heading per cycle, one line per issue, in the order of cycle and number. */
export function trackingText(issues: readonly OpenIssue[]): string {
  if (issues.length === 0) return 'No tracking issue is open.';
  const cycles = new Map<string, OpenIssue[]>();
  for (const issue of [...issues].sort((a, b) => a.number - b.number)) {
    const cycle = issue.ledger?.cycle ?? 'unknown cycle';
    cycles.set(cycle, [...(cycles.get(cycle) ?? []), issue]);
  }
  const natural = new Intl.Collator('en', { numeric: true });
  const sorted = [...cycles].sort(([a], [b]) => natural.compare(a, b));
  return sorted.map(([cycle, list]) => [oneLine(cycle), ...list.map(lineOf)].join('\n')).join('\n\n');
}

function lineOf({ number, title, url, assignees, ledger }: OpenIssue): string {
  const people = assignees.length === 0 ? 'nobody' : assignees.join(', ');
  const progress = ledger ? `${ledger.done}/${ledger.total}` : '?';
  const held = ledger?.problems.map(({ tag, what }) => `${what} ${tag}`) ?? ['its record cannot be read'];
  const state = held.length > 0 ? `; ${held.join(', ')}` : '';
  return oneLine(`  #${number} ${title}  ${progress}  ${people}${state}  ${url}`);
}
