/**
 * GitHub Flavoured Markdown from foreign text (ref names, tags, labels, messages of registries, titles).
 * Every function returns text that stays inside the place it was made for: no markup, no HTML, no link that
 * was not asked for, no formula, and no mention or cross-reference, which GitHub would turn into notifications.
 */

/** Longest foreign text that a cell or a sentence shows; the rest is cut with an ellipsis. */
const MAX_INLINE = 300;

// Control characters, and characters that reorder or hide text (bidi controls, zero-width, BOM, separators).
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const MARKUP = /[\\`*_{}[\]()<>&|~!$]/g;
const NAMED: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', $: '&#36;' };

/**
 * Foreign text for running Markdown or a table cell. One line, cut at 300 characters or `most`. GitHub looks for
 * mentions in the rendered text, so neither a backslash nor an entity stops one; a zero-width space does.
 */
export function escapeCell(text: string, most = MAX_INLINE): string {
  return spaced(breakReferences(oneLine(text, most)).replace(MARKUP, (c) => NAMED[c] ?? `\\${c}`));
}

/** Foreign text as an inline code span, in which GitHub makes neither mentions nor links. Fits in a table cell. */
export function code(text: string): string {
  const line = oneLine(text);
  if (line === '') return '';
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^[` ]|[` ]$/.test(line) ? ' ' : '';
  // In a table `|` ends the cell even inside code; GitHub takes the backslash away again there only.
  return line.includes('|') ? codeElement(line) : fence + pad + line + pad + fence;
}

/** `[text](url)` with foreign text; the text alone when `url` is not http or https. `markdown` is text made by this module. */
export function link(markdown: string, url: string | null | undefined): string {
  const target = safeUrl(url);
  return target === null ? markdown : `[${markdown}](${target})`;
}

/** A table. Cells are Markdown made by this module; a cell that is empty stays empty. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A folded block; `title` is Markdown made by this module and shown as it is. */
export function details(title: string, body: string): string {
  return `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
}

/**
 * Cuts Markdown at a line end so that it has at most `limit` UTF-16 units with `tail` added. Nothing is cut
 * and no tail is added when it fits. A `<details>` that the cut leaves open is closed.
 */
export function cut(markdown: string, limit: number, tail: string): string {
  if (markdown.length <= limit) return markdown;
  const closing = '\n\n</details>';
  const room = Math.max(0, limit - tail.length - 2 - closing.length);
  const end = markdown.lastIndexOf('\n', room);
  const kept = markdown.slice(0, end > 0 ? end : 0);
  const open = kept.split('<details>').length > kept.split('</details>').length;
  return `${kept}${open ? closing : ''}\n\n${tail}`.slice(0, limit);
}

/** Foreign text on one line: control and reordering characters as `\u….` escapes, cut at 300 characters or `most`. */
export function oneLine(text: string, most = MAX_INLINE): string {
  const flat = joinLines(text).replace(
    UNPRINTABLE,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const points = Array.from(flat);
  return points.length > most ? `${points.slice(0, most - 1).join('')}…` : flat;
}

/** Lines without the white space around them, empty ones left out. */
function joinLines(text: string): string {
  if (!text.includes('\n')) return text;
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').join(' ');
}

/** Zero-width spaces in what GitHub links in rendered text: people, issues, commits, addresses; and after what opens a formula. */
function breakReferences(text: string): string {
  return text
    .replace(/[@#$]/g, `$&${ZERO_WIDTH}`)
    .replace(/(?<![A-Za-z0-9])GH-(?=\d)/gi, `$&${ZERO_WIDTH}`)
    .replace(/:\/\//g, `:${ZERO_WIDTH}//`)
    .replace(/\bwww\./gi, (c) => `${c.slice(0, 3)}${ZERO_WIDTH}.`)
    .replace(/(?<![A-Za-z0-9])(?=\d*[a-f])[0-9a-f]{7,40}(?![A-Za-z0-9])/gi, (c) =>
      c.replace(/.{6}(?=.)/g, `$&${ZERO_WIDTH}`),
    );
}

/** Foreign text holds none: `oneLine` shows them as escapes. */
const ZERO_WIDTH = '\u200b';

const spaced = (text: string): string => text.replaceAll(ZERO_WIDTH, '&#8203;');

function codeElement(text: string): string {
  const entities = breakReferences(text).replace(/[&<>|`*_[\]\\~@#:$]/g, (c) => `&#${c.charCodeAt(0)};`);
  return `<code>${spaced(entities)}</code>`;
}

function safeUrl(url: string | null | undefined): string | null {
  if (!url || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return null;
  if (parsed.username !== '' || parsed.password !== '') return null;
  return parsed.href.replace(/[()<>|`\\]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
