/** The job summary as Markdown. Pure; all foreign text goes through markdown.ts. */
import { code, cut, details, escapeCell, table } from '../shared/markdown.js';
import { flowchart } from './mermaid.js';
import { closing, isFollower, remedy, shortDigest, verb } from './format.js';
import type { Report, ReportAction } from './model.js';

/** GitHub takes at most 1 MiB for a step's summary; UTF-8 may need three bytes for one of our characters. */
const MOST_BYTES = 900 * 1024;
/** More unchanged tags than this are counted, not listed. */
const MOST_KEPT = 1000;
/** What is wrong often says last how to fix it, so it is shown whole; only once, not for every tag that follows. */
const MOST_REASON = 1000;

/**
 * The summary: one sentence, counts, picture, what changed, what was refused and how to fix it, the unchanged folded.
 * @param sentence what happened, by whoever knows more than the report
 */
export function summary(report: Report, sentence = closing(report)): string {
  const { actions } = report;
  const bad = actions.filter((a) => a.action === 'refuse' || a.error !== null);
  const held = actions.filter((a) => a.action === 'hold');
  const kept = actions.filter((a) => a.action === 'keep' && a.error === null);
  const changes = actions.filter((a) => ['build', 'create', 'move'].includes(a.action) && a.error === null);
  const parts = [
    `## Retag ${report.command}: ${escapeCell(sentence)}`,
    classified(report),
    actions.length === 0 ? '' : countsTable(report),
    picture(actions),
    bad.length === 0 ? '' : `### Refused or failed\n\n${badTable(bad)}`,
    changes.length === 0
      ? ''
      : `### ${report.command === 'plan' ? 'To change' : 'Changed'}\n\n${changeTable(changes)}`,
    held.length === 0 ? '' : `### On hold\n\n${heldTable(held)}`,
    driftTable(report),
    stageTable(report),
    warnings(actions),
    kept.length === 0 ? '' : details(`Unchanged (${kept.length})`, keptTable(kept)),
  ];
  return fit(parts.filter((part) => part !== '').join('\n\n') + '\n');
}

function classified({ classification, ref }: Report): string {
  if (classification === null || ref === null) return '';
  const { class: name, rule, why } = classification;
  const what = name === null ? 'has no class' : `is **${name}**`;
  return `${code(ref.ref)} ${what}${rule === null ? '' : ` by rule ${code(rule)}`}: ${escapeCell(why)}`;
}

function countsTable({ counts }: Report): string {
  const shown = Object.entries(counts).filter(([name, count]) => count > 0 || name === 'create');
  return table(
    shown.map(([name]) => name),
    [shown.map(([, count]) => String(count))],
  );
}

function picture(actions: readonly ReportAction[]): string {
  const chart = flowchart(actions);
  if (chart === null) return '';
  const more = chart.left > 0 ? `\n\n${chart.left} more are in the tables below.` : '';
  return `\`\`\`mermaid\n${chart.text}\n\`\`\`${more}`;
}

function tagCell(action: ReportAction): string {
  return code(`${action.image}:${action.tag}`);
}

/** Few columns, since GitHub hides what does not fit its page: several lines in a cell instead. */
function lines(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('<br>');
}

function changeTable(actions: readonly ReportAction[]): string {
  return table(
    ['', 'tag', 'digest', 'why'],
    actions.map((a) => [
      lines(verb(a), a.kind === 'primary' ? '' : a.kind),
      lines(tagCell(a), a.source === null ? '' : `from ${code(a.source)}`),
      lines(code(shortDigest(a.digest)), a.previous === null ? '' : `was ${code(shortDigest(a.previous))}`),
      lines(escapeCell(a.reason.text), attached(a)),
    ]),
  );
}

function attached({ attachments }: ReportAction): string {
  if (attachments === null || attachments.found === 0) return '';
  return `${attachments.carried} of ${attachments.found} attachments carried`;
}

function badTable(actions: readonly ReportAction[]): string {
  return table(
    ['', 'tag', 'why, and how to fix it'],
    actions.map((a) => [
      verb(a),
      lines(tagCell(a), a.location === null ? '' : code(`${a.location.file}:${a.location.line}`)),
      lines(
        `${code(a.error?.code ?? a.reason.code)} ${escapeCell(a.error?.text ?? a.reason.text, isFollower(a) ? undefined : MOST_REASON)}`,
        escapeCell(remedy(a)),
      ),
    ]),
  );
}

function heldTable(actions: readonly ReportAction[]): string {
  return table(
    ['tag', 'waits for', 'how it goes on'],
    actions.map((a) => [
      tagCell(a),
      `${code(a.reason.code)} ${escapeCell(a.reason.text)}`,
      escapeCell(remedy(a)),
    ]),
  );
}

function keptTable(actions: readonly ReportAction[]): string {
  const shown = actions.slice(0, MOST_KEPT);
  const rows = table(
    ['tag', 'digest', 'why'],
    shown.map((a) => [tagCell(a), code(shortDigest(a.digest)), escapeCell(a.reason.code)]),
  );
  const left = actions.length - shown.length;
  return left > 0 ? `${rows}\n\n${left} more unchanged tags are not listed.` : rows;
}

function driftTable({ drift }: Report): string {
  if (drift === null) return '';
  if (drift.length === 0) return 'No drift: the registry holds what the tag file says.';
  const rows = drift.map(({ kind, image, tag, text }) => [kind, code(`${image}:${tag}`), escapeCell(text)]);
  return `### Drift\n\n${table(['', 'tag', 'what'], rows)}`;
}

/** Shown when a platform is not simply in every image, or has a gate to tell about. */
function stageTable({ stages }: Report): string {
  const told = stages.some(({ by_file, why }) => by_file !== 'release' || why !== '');
  if (!told) return '';
  const rows = stages.map(({ image, platform, by_file, today, why, since }) => [
    code(image),
    code(platform),
    by_file,
    today === by_file ? today : `**${today}**`,
    since === null ? '' : since.slice(0, 10),
    escapeCell(why),
  ]);
  return `### Platforms\n\n${table(['image', 'platform', 'stage by file', 'stage today', 'since', 'why'], rows)}`;
}

function warnings(actions: readonly ReportAction[]): string {
  const lines = actions.flatMap((a) => a.warnings.map((text) => `- ${tagCell(a)}: ${escapeCell(text)}`));
  if (lines.length === 0) return '';
  return details(`Warnings (${lines.length})`, lines.join('\n'));
}

function fit(markdown: string): string {
  const tail = 'The summary was cut here: it is longer than GitHub shows. The report file holds all of it.';
  const size = new TextEncoder().encode(markdown).length;
  if (size <= MOST_BYTES) return markdown;
  return cut(markdown, Math.floor((markdown.length * MOST_BYTES) / size), tail);
}
