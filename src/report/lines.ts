/** The tags of a run as lines: for a terminal fitted to it, for a job log one line a tag. Pure. */
import type { Layout } from '../ports.js';
import { groupBy } from '../shared/group.js';
import { harmless, wrap } from '../shared/text.js';
import { byCause, isBad, nameOf, numbers, remedy, shortDigest, signedBy, whyText } from './format.js';
import type { Report, ReportAction } from './model.js';

/** With the lines before and behind these it makes forty, which a screen shows. */
const MOST_LINES = 32;
/** Names of tags that are not written, said beside the cause. */
const MOST_NAMES = 4;
const WIDEST_NAME = 40;

interface Line {
  readonly text: string;
  /** it tells of what somebody has to fix */
  readonly bad: boolean;
}

/** One tag, or one build that failed. */
interface Row {
  readonly action: ReportAction;
  readonly name: string;
  /** why, where that surprises */
  readonly text: string;
  /** where, what to do, and what is not written for the same cause */
  readonly below: readonly string[];
}

/**
 * Grouped by image, in the order of the actions. What is as wanted has no line; where more is to say than a screen shows,
 * what needs a person comes first and the rest is counted.
 * @param version of this run, for a channel that moves to it
 */
export function tagLines(actions: Report['actions'], layout: Layout, version: string | null = null): Line[] {
  const rows = rowsOf(actions, layout, version);
  const builds = actions.filter(({ action, outcome }) => action === 'build' && outcome !== 'failed');
  const built = new Map(builds.map((build) => [build.image, build]));
  const images = groupBy(rows, ({ action }) => action.image);
  const column = Math.min(
    Math.max(0, ...rows.map(({ name }) => name.length)),
    Math.min(WIDEST_NAME, Math.floor((layout.width ?? 80) / 2)),
  );
  const blocks = [...new Set([...built.keys(), ...images.keys()])].map((image) => {
    const own = images.get(image) ?? [];
    const bad = own.some(({ action }) => isBad(action));
    const head = wrap(`${harmless(image)}   `, buildText(built.get(image)), layout.width, 4);
    const rows = own.map((row) => ({ row, lines: linesOf(row, column, layout) }));
    return { head: head.map((text) => ({ text, bad })), rows };
  });
  return layout.all ? blocks.flatMap(allOf) : cutToScreen(blocks, layout);
}

interface Block {
  readonly head: readonly Line[];
  readonly rows: readonly { readonly row: Row; readonly lines: readonly Line[] }[];
}

function allOf({ head, rows }: Block): Line[] {
  return [...head, ...rows.flatMap(({ lines }) => lines)];
}

const FIRST_SHOWN = ['failed', 'refuse', 'hold', 'move', 'create', 'build', 'keep'];

/** The blocks, or what of them fits a screen and the numbers of the rest. */
function cutToScreen(blocks: readonly Block[], layout: Layout): Line[] {
  if (blocks.flatMap(allOf).length <= MOST_LINES) return blocks.flatMap(allOf);
  const every = blocks.flatMap((block) => block.rows.map((each) => ({ block, ...each })));
  const rank = ({ action }: Row): number =>
    FIRST_SHOWN.indexOf(action.error === null ? action.action : 'failed');
  const shown = new Set<Row>();
  const heads = new Set<Block>();
  let room = MOST_LINES - 2;
  for (const { block, row, lines } of every.toSorted((a, b) => rank(a.row) - rank(b.row))) {
    const needed = lines.length + (heads.has(block) ? 0 : block.head.length);
    if (needed > room && shown.size > 0) break;
    room -= needed;
    heads.add(block);
    shown.add(row);
  }
  const left = every.filter(({ row }) => !shown.has(row)).map(({ row }) => row.action);
  const done = left.some(({ outcome }) => outcome !== 'planned');
  const more = `  and ${numbers(left, done).join(', ')}: --verbose lists all, and so does the report`;
  const kept = blocks
    .filter((block) => heads.has(block))
    .flatMap(({ head, rows }) => allOf({ head, rows: rows.filter(({ row }) => shown.has(row)) }));
  return [...kept, ...wrap('', more, layout.width, 2).map((text) => ({ text, bad: left.some(isBad) }))];
}

function rowsOf(actions: Report['actions'], layout: Layout, version: string | null): Row[] {
  const causes = byCause(actions);
  const speakers = new Map(causes.map((each) => [each.action, each.others]));
  const followers = new Map(causes.flatMap(({ action, others }) => others.map((other) => [other, action])));
  const primaries = new Set(
    actions.filter(isWritten).flatMap((a) => (a.kind === 'primary' ? [a.image] : [])),
  );
  return actions.flatMap((action) => {
    const { image, tag, error, kind } = action;
    const name = action.action === 'build' ? 'build' : tag;
    const cause = followers.get(action);
    if (cause !== undefined) {
      const text = `${action.action === 'hold' ? 'waits' : 'not written'}, as ${nameIn(image, cause)}`;
      return layout.all ? [{ action, name, text, below: [] }] : [];
    }
    const others = speakers.get(action);
    if (others !== undefined)
      return [{ action, name, text: whyOf(action, layout), below: below(action, others, layout) }];
    if (action.action === 'build') return [];
    if (action.action === 'keep')
      return layout.all || isNews(action) ? [{ action, name, text: keptText(action), below: [] }] : [];
    const same = kind === 'stable' && primaries.has(image) && error === null;
    const signed = same || layout.all ? '' : signedBy(action);
    const under = signed === '' ? [] : [signed];
    return [{ action, name, text: writtenText(action, same, layout, version), below: under }];
  });
}

/** A tag that is as wanted, and yet not as one would think. */
function isNews({ reason, outcome }: ReportAction): boolean {
  return reason.code !== 'same-digest' || outcome === 'done';
}

function isWritten({ action, outcome }: ReportAction): boolean {
  return (action === 'create' || action === 'move') && (outcome === 'planned' || outcome === 'done');
}

function keptText({ reason, outcome, attachments }: ReportAction): string {
  if (outcome === 'done')
    return `already right; ${attachments?.carried ?? 0} of ${attachments?.found ?? 0} attachments copied`;
  return reason.code === 'same-digest' ? 'already right' : cutDigests(reason.text);
}

function writtenText(action: ReportAction, same: boolean, layout: Layout, version: string | null): string {
  const { action: name, image, source, digest, previous, reason, outcome } = action;
  const did = outcome === 'done' ? `${name}d${same ? ',' : ''}` : '';
  const what = name === 'move' ? moved(action, version) : same ? 'the same digest' : origin(image, source);
  const exact = layout.all && digest !== null && !same && name === 'create' ? `(${shortDigest(digest)})` : '';
  const forced = reason.code === 'forced' && previous !== null ? '(forced)' : '';
  const signed = layout.all && !same ? signedBy(action) : '';
  return [did, what, exact, forced, signed].filter((part) => part !== '').join(' ');
}

export function moved({ digest, previous, reason }: ReportAction, version: string | null): string {
  if (reason.version !== undefined && version !== null) return `${reason.version} -> ${version}`;
  return digest === null
    ? `from ${shortDigest(previous)}`
    : `${shortDigest(previous)} -> ${shortDigest(digest)}`;
}

/** Where it comes from: within its repository the tag or digest alone; nothing for what this run builds. */
export function origin(image: string, source: string | null): string {
  if (source === null) return '';
  const own = source.startsWith(`${image}:`) || source.startsWith(`${image}@`);
  return `from ${own ? cutDigests(source.slice(image.length + 1)) : cutDigests(source)}`;
}

function whyOf(action: ReportAction, { all }: Layout): string {
  const { code } = action.error ?? action.reason;
  const said = cutDigests(whyText(action).replace(`${nameOf(action)}: `, ''));
  return `${action.outcome === 'failed' ? 'failed: ' : ''}${said}${all ? ` (${code})` : ''}`;
}

/** Digests cut to what tells two apart by eye. */
function cutDigests(text: string): string {
  return text.replace(/\bsha(?:256|512):[0-9a-f]{64,128}\b/g, shortDigest);
}

function below(action: ReportAction, others: readonly ReportAction[], layout: Layout): string[] {
  const { location } = action;
  const fix = remedy(action, layout.groups ? 'inputs' : 'flags').replace(/\.$/, '');
  const place =
    location === null || action.action === 'hold'
      ? ''
      : `${location.file}:${location.line}:${location.column}`;
  const help = fix === '' ? '' : `help: ${fix.charAt(0).toLowerCase()}${fix.slice(1)}`;
  return [place, help, layout.all ? '' : consequences(action, others)].filter((text) => text !== '');
}

/** `4 tags not written: 2.3.4-stable, registry.example/b:2.3.4 and 2 more` */
export function consequences(action: ReportAction, others: readonly ReportAction[]): string {
  const same = action.action === 'build' ? '' : nameOf(action);
  const tags = others.filter((other) => other.action !== 'build' && nameOf(other) !== same);
  if (tags.length === 0) return '';
  const names = tags.slice(0, MOST_NAMES).map((tag) => nameIn(action.image, tag));
  const left = tags.length - names.length;
  const what =
    action.action === 'hold' && action.error === null
      ? 'on hold for the same reason'
      : 'not written because of this';
  return `${tags.length} ${tags.length === 1 ? 'tag' : 'tags'} ${what}: ${names.join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}

function nameIn(image: string, action: ReportAction): string {
  if (action.action === 'build') return `the build of ${action.image} failed`;
  return action.image === image ? action.tag : nameOf(action);
}

const SIGNS: Readonly<Record<ReportAction['action'], string>> = {
  build: '+',
  create: '+',
  move: '~',
  keep: '=',
  hold: '?',
  refuse: '!',
};

function linesOf({ action, name, text, below: under }: Row, column: number, layout: Layout): Line[] {
  const { width, all } = layout;
  const sign = action.error === null ? SIGNS[action.action] : '!';
  const indent = column + 7;
  const own = wrap(`  ${sign} ${harmless(name).padEnd(column)}   `, text, width, indent);
  // Where a tag comes from is worth no second line.
  const plain = action.action === 'create' && action.error === null && !all;
  const first = plain ? own.slice(0, 1).map((line) => line.replace(/ +from$/, '')) : own;
  const lines = [...first, ...under.flatMap((each) => wrap(' '.repeat(indent), each, width, indent))];
  return lines.map((line) => ({ text: line, bad: isBad(action) }));
}

/** `build linux/amd64, linux/arm64`; empty without a build */
export function buildText(build: ReportAction | undefined): string {
  if (build === undefined) return '';
  const platforms = build.platforms?.join(', ') ?? '';
  const did = { planned: 'build', done: 'built', skipped: 'not built', failed: 'not built' }[build.outcome];
  return `${did} ${platforms}`.trimEnd();
}
