/** The text of a tracking issue. Pure; foreign text is escaped. */
import { joinPieces, parseTemplate, renderPieces, variablesOf } from '../../policy/template.js';
import { shortDigest } from '../../report/format.js';
import { code, cut, escapeCell, link, oneLine, table } from '../../shared/markdown.js';
import type { Tracked } from './events.js';
import { type Ledger, encodeLedger, TRACKED_STAGES } from './ledger.js';

/** What people write below this line is theirs and stays. */
const NOTES = '<!-- retag:notes: what is written below this line stays -->';
const MAX_BODY = 65_536;
/** Rows that are shown; the record keeps more. */
const MAX_ROWS = 100;
const MAX_NOTES = 20_000;

interface BodyParts {
  readonly marker: string;
  readonly ledger: Ledger;
  /** the rendered template */
  readonly intro: string;
  readonly tracked: Tracked;
  readonly notes: string;
}

/** At most 65,536 characters. */
export function issueBody({ marker, ledger, intro, tracked, notes }: BodyParts): string {
  const head = `${marker}\n${encodeLedger(ledger)}\n\n`;
  const tail = `\n\n${NOTES}${notes.slice(0, MAX_NOTES)}`;
  const parts = [intro.trim(), checklist(ledger, tracked), problems(ledger), rows(ledger)];
  const text = parts.filter((part) => part !== '').join('\n\n');
  return head + cut(text, MAX_BODY - head.length - tail.length, 'Older rows were cut here.') + tail;
}

/** Everything after the line below which people write, as it is. */
export function notesIn(body: string): string {
  const at = body.indexOf(NOTES);
  return at < 0 ? '' : body.slice(at + NOTES.length).trimEnd();
}

function checklist(ledger: Ledger, { expected, platforms }: Tracked): string {
  const stages = TRACKED_STAGES.filter((stage) => expected.includes(stage)).map((stage) => {
    const row = ledger.rows.findLast((one) => one.stage === stage);
    return box(row !== undefined, row ? `${stage}: ${code(row.tag)}` : stage);
  });
  const machines = platforms.map(({ platform, byFile, today }) => {
    const text = today === byFile ? byFile : `${byFile}, today ${today}`;
    return box(today === byFile, `${code(platform)}: ${text}`);
  });
  return ['#### Stages', [...stages, ...machines].join('\n')].join('\n\n');
}

const box = (done: boolean, text: string): string => `- [${done ? 'x' : ' '}] ${text}`;

const TITLES = { held: 'on hold', refused: 'refused', drifted: 'moved outside Retag' } as const;

function problems({ problems: list }: Ledger): string {
  if (list.length === 0) return '';
  const lines = list
    .slice(0, MAX_ROWS)
    .map(({ tag, what, why }) => `- ${code(tag)} ${TITLES[what]}: ${escapeCell(why)}`);
  return `#### Not right\n\n${lines.join('\n')}`;
}

/** Newest first. */
function rows(ledger: Ledger): string {
  if (ledger.rows.length === 0) return '';
  const shown = ledger.rows.slice(-MAX_ROWS).reverse();
  const cells = shown.map(({ tag, stage, digest, run, date }) => [
    code(tag),
    stage,
    code(shortDigest(digest)),
    run === null ? '' : link('run', run),
    date,
  ]);
  return `#### Tags\n\n${table(['tag', 'stage', 'digest', 'run', 'date'], cells)}`;
}

// The liaison's overview, `retag tracking`: every open tracking issue by release cycle. Pure.

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

// Templates of titles, texts and labels of tracking issues. Pure.

export const DEFAULT_TITLE = '{name}: {tag}';
export const DEFAULT_BODY =
  '{number}: {description}\n\nRetag keeps this issue: it follows the tags of {name} for {line} and is closed when everything is there.';

/**
 * What a template may use beside the fields of the rule: `{name}` image, `{description}` its last part, `{tag}` the
 * newest tag, `{line}` the version line, `{class}` the stage of the newest tag, `{number}` the number in `bug` or,
 * without one, the version line; `{major}` and `{minor}` come from the line where the rule has no such fields.
 */
export function valuesOf({ image, line, events }: Tracked): Readonly<Record<string, string>> {
  const newest = events.at(-1);
  const bug = events.findLast((event) => event.bug !== undefined)?.bug ?? '';
  const [major, minor] = line.split('.');
  return {
    ...(major !== undefined && minor !== undefined ? { major, minor } : {}),
    ...newest?.fields,
    name: image,
    description: image.split('/').at(-1) ?? image,
    tag: newest?.tag ?? '',
    line,
    class: newest?.stage ?? '',
    number: /\d+/.exec(bug)?.[0] ?? line,
  };
}

/**
 * Renders with every value passed through `escape`. Null when a variable has no value; text that only looks like a
 * variable stays as it is.
 */
export function render(
  template: string,
  values: Readonly<Record<string, string>>,
  escape: (text: string) => string,
): string | null {
  const parsed = parseTemplate(template, true);
  if (!parsed.ok) return template;
  if (variablesOf(parsed.value).some(({ name }) => !Object.hasOwn(values, name))) return null;
  return joinPieces(
    renderPieces(parsed.value, ({ name }) => ({ text: escape(values[name] ?? ''), foreign: true })),
  );
}
