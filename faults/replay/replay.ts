/** Real projects' git tags through policies, by Retag and by the oracle: how often they agree, and where not. */
import { createWorld, loadTagFile, sha256, type RunTold } from '../search/world.js';
import { expectedOf, OracleLedger, type OraclePolicy } from './oracle.js';

export interface Agreement {
  readonly decisions: number;
  readonly releases: number;
  readonly different: readonly string[];
}

/** In the order given. A tag whose rule, tags or channels are not the oracle's is one line of `different`. */
export async function replay(policy: OraclePolicy, names: readonly string[]): Promise<Agreement> {
  const world = createWorld(loadTagFile(policy.tagFile));
  const ledger = new OracleLedger();
  const different: string[] = [];
  let [decisions, releases] = [0, 0];
  for (const name of names) {
    const expected = expectedOf(policy, `refs/tags/${name}`);
    const told = await world.release(`refs/tags/${name}`, sha256(name).slice(0, 40), 0);
    const oracle =
      expected === null || expected === 'no day' || expected.tags.length === 0
        ? []
        : ledger.release(policy, name, expected);
    const rule = expected === null || expected === 'no day' ? null : expected.rule.name;
    const decided = told.lines.map(
      ({ tag, action, reason }) => `${tag}: ${action}${reason === 'older' ? ' older' : ''}`,
    );
    decisions += 1 + oracle.length;
    releases += decided.some((line) => line.endsWith(': create')) ? 1 : 0;
    const problem = differenceOf(told, decided, rule, oracle);
    if (problem !== null) different.push(`${policy.title}: ${name}: ${problem}`);
  }
  return { decisions, releases, different };
}

function differenceOf(
  told: RunTold,
  decided: readonly string[],
  rule: string | null,
  oracle: readonly string[],
): string | null {
  if (told.refused !== null && rule === null) return null;
  if (told.refused !== null) return `Retag stops (${told.refused}), and the oracle says ${rule ?? 'no rule'}`;
  if (told.rule !== rule) return `Retag says ${told.rule ?? 'no rule'}, and the oracle ${rule ?? 'no rule'}`;
  const [ours, theirs] = [decided.join(', '), oracle.join(', ')];
  return ours === theirs ? null : `Retag says ${ours || 'nothing'}, and the oracle ${theirs || 'nothing'}`;
}

/** The orders in which a project may release its tags again: as listed, by number, and mixed as back-ports are. */
export function schedules(names: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const byNumber = names.toSorted((a, b) => compareNatural(a, b));
  const mixed = (salt: string) => names.toSorted((a, b) => (sha256(salt + a) < sha256(salt + b) ? -1 : 1));
  // Two lines of development side by side: every other release comes when the other half is done.
  const backports = [...byNumber.filter((_, i) => i % 2 === 1), ...byNumber.filter((_, i) => i % 2 === 0)];
  return {
    'by number': byNumber,
    backwards: byNumber.toReversed(),
    backports,
    'mixed 1': mixed('1'),
    'mixed 2': mixed('2'),
  };
}

function compareNatural(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** At most so many, spread over the whole list. */
export function spread(names: readonly string[], most: number): readonly string[] {
  const step = Math.max(1, names.length / most);
  return names.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}
