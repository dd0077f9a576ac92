/** The text of a tracking issue. Pure; foreign text is escaped. */
import { code, cut, escapeCell, link, table } from '../shared/markdown.js';
import { shortDigest } from '../report/format.js';
import { type Ledger, packLedger, TRACKED_STAGES } from './ledger.js';
import type { Tracked } from './tracked.js';

/** What people write below this line is theirs and stays. */
const NOTES = '<!-- retag:notes: what is written below this line stays -->';
const MAX_BODY = 65_536;
/** Rows that are shown; the record keeps more. */
const MAX_ROWS = 100;
const MAX_NOTES = 20_000;

export interface BodyParts {
  readonly marker: string;
  readonly ledger: Ledger;
  /** the rendered template */
  readonly intro: string;
  readonly tracked: Tracked;
  readonly notes: string;
}

/** At most 65,536 characters. */
export function issueBody({ marker, ledger, intro, tracked, notes }: BodyParts): string {
  const head = `${marker}\n${packLedger(ledger)}\n\n`;
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
