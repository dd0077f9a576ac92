/**
 * Foreign text made harmless for everything that Retag prints. A GitHub runner reads commands from both streams of a step:
 * `::name::` at the start of a line, and `##[name]` anywhere in it, compared by the rules of a language, which skip
 * invisible characters (https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs). Terminals
 * read control characters, and people read what characters that reorder text make of it.
 */

// Controls, line separators, half surrogates, and everything invisible: soft hyphens, joiners, tags, bidirectional controls.
const UNSEEN = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]`;
const COMMAND = String.raw`(?<=#)#(?=\[)|(?<=^\s*):(?=:)|(?<=\s):(?=:[A-Za-z])`;
const IN_LINE = new RegExp(`${UNSEEN}|${COMMAND}`, 'gu');
const IN_LINES = new RegExp(String.raw`(?![\n\t])${UNSEEN}|${COMMAND}`, 'gmu');
const IN_TERMINAL = new RegExp(String.raw`(?![\n\t\r\x1b])${UNSEEN}|${COMMAND}`, 'gmu');

/** Foreign text as one line of plain text: what could act is shown as an escape (`\x1b`, `\u202e`, `#\x23[`). */
export function harmless(text: string): string {
  return text.replace(IN_LINE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${hex(code, 2)}` : inJson(character);
  });
}

/**
 * What the process writes to stdout and stderr, whole lines: the escapes are those of JSON, so that a document stays one.
 * @param terminal a person's terminal, where Retag's own colours pass
 */
export function printable(text: string, terminal: boolean): string {
  return text.replace(terminal ? IN_TERMINAL : IN_LINES, inJson);
}

function inJson(character: string): string {
  return Array.from({ length: character.length }, (_, at) => `\\u${hex(character.charCodeAt(at), 4)}`).join(
    '',
  );
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
