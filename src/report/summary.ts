/** The job summary as Markdown. Pure; all foreign text goes through markdown.ts. */
import { code, cut, details, escapeCell, table } from '../shared/markdown.js';
import { groupBy } from '../shared/group.js';
import { flowchart } from './mermaid.js';
import {
  byCause,
  headline,
  isHeld,
  nameOf,
  remedy,
  shortDigest,
  signedBy,
  type Stuck,
  warningsOf,
  whyText,
} from './format.js';
import { buildText, consequences, moved, origin } from './lines.js';
import type { Report, ReportAction } from './model.js';

/** GitHub takes at most 1 MiB for a step's summary; UTF-8 may need three bytes for one of our characters. */
const MOST_BYTES = 900 * 1024;
/** More unchanged tags than this are counted, not listed. */
const MOST_KEPT = 1000;
/** Tags of one image in a cell. */
const MOST_IN_CELL = 50;
/** What is wrong often says last how to fix it, so it is shown whole; only once, not for every tag that follows. */
const MOST_REASON = 1000;

/**
 * The summary: the verdict, what changed, what was not done and how to fix it, the picture, and the unchanged folded away.
 * @param said what happened, by whoever knows more than the report
 */
export function summary(report: Report, said = headline(report)): string {
  const { actions, command, drift, classification } = report;
  const bad = actions.some((a) => a.action === 'refuse' || a.error !== null);
  const verdict = bad ? ' failed' : drift !== null && drift.length > 0 ? ' found drift' : '';
  const parts = [
    `## Retag ${command}${verdict}: ${escapeCell(said)}`,
    classified(report),
    actions.length === 0 ? '' : countsTable(report),
    ...news(actions, classification?.version ?? null),
    picture(actions),
    driftTable(report),
    stageTable(report),
    warnings(actions),
    unchanged(actions),
  ];
  return fit(parts.filter((part) => part !== '').join('\n\n') + '\n');
}

/** Tables and lists of everything but the unchanged: what changed, what is wrong, what is on hold; empty ones are ''. */
export function news(actions: readonly ReportAction[], version: string | null): string[] {
  const changes = actions.filter((a) => ['build', 'create', 'move'].includes(a.action) && a.error === null);
  const causes = byCause(actions);
  const planned = changes.some(({ outcome }) => outcome === 'planned');
  return [
    changes.length === 0
      ? ''
      : `### ${planned ? 'To change' : 'Changed'}\n\n${changeTable(changes, version)}`,
    stuckList(
      'Refused or failed',
      causes.filter((each) => !isHeld(each)),
    ),
    stuckList('On hold', causes.filter(isHeld)),
  ];
}

function classified({ classification, ref }: Report): string {
  if (classification === null || ref === null) return '';
  const { class: name, rule, why } = classification;
  const what = name === null ? 'has no class' : `is a **${name}**`;
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
  const more = chart.left > 0 ? `\n\n${chart.left} more are in the table above.` : '';
  return `\`\`\`mermaid\n${chart.text}\n\`\`\`${more}`;
}

/** Few columns, since GitHub hides what does not fit its page: several lines in a cell instead. */
function lines(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('<br>');
}

/** One row an image, or one for each digest that its tags get; columns that would be empty are left out. */
function changeTable(actions: readonly ReportAction[], version: string | null): string {
  const rows = byImage(actions).map((own) => changeRow(own, version));
  const header = ['image', 'tags', 'stable', 'channels', 'from', 'digest', 'signed by'];
  const used = header.map((_, column) => rows.some((row) => row[column] !== ''));
  const only = (cells: readonly string[]): string[] => cells.filter((_, column) => used[column]);
  return `${table(only(header), rows.map(only))}${digestFold(actions)}`;
}

function changeRow(actions: readonly [ReportAction, ...ReportAction[]], version: string | null): string[] {
  const [{ image, source }] = actions;
  const build = actions.find(({ action }) => action === 'build');
  const tags = (kind: ReportAction['kind']): string =>
    tagCell(
      actions.filter((a) => a.action !== 'build' && a.kind === kind),
      (a) => (a.action === 'move' ? `~ ${code(a.tag)} ${code(moved(a, version))}` : `+ ${code(a.tag)}`),
    );
  const from = source === null ? '' : code(origin(image, source).replace(/^from /, ''));
  const carried = actions.map(attached).find((text) => text !== '') ?? '';
  const own = actions.find((a) => a.digest !== null)?.digest ?? null;
  return [
    lines(code(image), escapeCell(buildText(build))),
    ...(['primary', 'stable', 'channel'] as const).map(tags),
    lines(from, carried),
    own === null ? '' : code(shortDigest(own)),
    escapeCell(
      signedBy(actions.find(({ trust }) => trust !== undefined) ?? actions[0]).replace('signed by ', ''),
    ),
  ];
}

function tagCell(actions: readonly ReportAction[], say: (action: ReportAction) => string): string {
  const left = actions.length - MOST_IN_CELL;
  return lines(...actions.slice(0, MOST_IN_CELL).map(say), left > 0 ? `and ${left} more` : '');
}

/** In the order of the actions. Builds of this run have no digest in a plan, and no source. */
function byImage(actions: readonly ReportAction[]): [ReportAction, ...ReportAction[]][] {
  const keyOf = ({ image, source, digest }: ReportAction): string =>
    `${image} ${source === null ? '' : (digest ?? source)}`;
  return [...groupBy(actions, keyOf).values()];
}

function digestFold(actions: readonly ReportAction[]): string {
  const told = byImage(actions).flatMap((own) => {
    const digest = own.find((a) => a.digest !== null)?.digest ?? null;
    const was = own.flatMap((a) => (a.previous === null ? [] : [`; ${code(a.tag)} was ${code(a.previous)}`]));
    return digest === null ? [] : [`- ${code(own[0].image)} ${code(digest)}${was.join('')}`];
  });
  return told.length === 0 ? '' : `\n\n${details('Full digests', told.join('\n'))}`;
}

function attached({ attachments }: ReportAction): string {
  if (attachments === null || attachments.found === 0) return '';
  return `${attachments.carried} of ${attachments.found} attachments copied`;
}

/** One item a cause, in full width: why, where, what to do, and what is not written because of it. */
function stuckList(title: string, causes: readonly Stuck[]): string {
  if (causes.length === 0) return '';
  const items = causes.map(({ action, others }) => {
    const { location } = action;
    const { code: reason } = action.error ?? action.reason;
    const where = location === null ? '' : ` at ${code(`${location.file}:${location.line}`)}`;
    return `- ${lines(
      `**${code(nameOf(action))}**${where}: ${code(reason)} ${escapeCell(whyText(action), MOST_REASON)}`,
      escapeCell(remedy(action)),
      escapeCell(consequences(action, others)),
    )}`;
  });
  return `### ${title}\n\n${items.join('\n')}`;
}

/** The tags that are right, one row an image, folded away. */
export function unchanged(actions: readonly ReportAction[]): string {
  const kept = actions.filter((a) => a.action === 'keep' && a.error === null);
  if (kept.length === 0) return '';
  const rows = byImage(kept.slice(0, MOST_KEPT)).map((own) => [
    code(own[0].image),
    tagCell(
      own,
      (a) => code(a.tag) + (a.reason.code === 'same-digest' ? '' : ` ${escapeCell(a.reason.code)}`),
    ),
    code(shortDigest(own[0].digest)),
  ]);
  const left = kept.length - Math.min(kept.length, MOST_KEPT);
  const more = left > 0 ? `\n\n${left} more unchanged tags are not listed.` : '';
  return details(`Unchanged (${kept.length})`, table(['image', 'tags', 'digest'], rows) + more);
}

function driftTable({ drift }: Report): string {
  if (drift === null) return '';
  if (drift.length === 0) return 'No drift: the registry holds what the tag file says.';
  const rows = drift.map(({ kind, image, tag, text }) => [
    kind,
    code(nameOf({ image, tag })),
    escapeCell(text),
  ]);
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
  const said = warningsOf(actions);
  const items = said.map(({ action, text }) => `- ${code(nameOf(action))}: ${escapeCell(text)}`);
  return said.length === 0 ? '' : details(`Warnings (${said.length})`, items.join('\n'));
}

function fit(markdown: string): string {
  const tail = 'The summary was cut here: it is longer than GitHub shows. The report file holds all of it.';
  const size = new TextEncoder().encode(markdown).length;
  if (size <= MOST_BYTES) return markdown;
  return cut(markdown, Math.floor((markdown.length * MOST_BYTES) / size), tail);
}
