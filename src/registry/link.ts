/**
 * The target of `rel="next"` in a Link header (RFC 8288), or null. Links without a target in angle
 * brackets and other relations are passed over; quoted parameters may hold commas and semicolons.
 */
export function nextLink(header: string | undefined): string | null {
  let rest = header ?? '';
  for (;;) {
    const open = rest.indexOf('<');
    const close = rest.indexOf('>', open);
    if (open < 0 || close < 0) return null;
    const target = rest.slice(open + 1, close).trim();
    const [parameters, after] = splitAtComma(rest.slice(close + 1));
    if (target !== '' && isNext(parameters)) return target;
    rest = after;
  }
}

/** Splits at the first comma that is not inside double quotes. */
function splitAtComma(text: string): [string, string] {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted && char === '\\') at++;
    else if (char === '"') quoted = !quoted;
    else if (char === ',' && !quoted) return [text.slice(0, at), text.slice(at + 1)];
  }
  return [text, ''];
}

/** `name=token` or `name="quoted"`, one after the other; values in quotes are taken whole. */
const PARAMETER = /;\s*([\w-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*)))?/g;

function isNext(parameters: string): boolean {
  const relation = [...parameters.matchAll(PARAMETER)].find(([, name]) => name?.toLowerCase() === 'rel');
  const names = (relation?.[2] ?? relation?.[3] ?? '').toLowerCase().split(/\s+/);
  return names.includes('next');
}
