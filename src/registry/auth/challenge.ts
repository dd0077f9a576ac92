/** One way of proving who one is, as a registry asks for it. Names are lower-case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const MAX_HEADER = 8192;
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const VALUE = /"((?:[^"\\]|\\.)*)"|([^\s",]+)/y;
const SPACE = /[ \t]*/y;
const SEPARATORS = /[ \t,]*/y;

/**
 * The challenges of a WWW-Authenticate header (RFC 9110 11.6.1): several in one header, commas and escapes inside
 * quotes, names in any case. What cannot be read ends the list; nothing is guessed.
 */
export function parseChallenges(header: string | undefined): Challenge[] {
  if (header === undefined || header.length > MAX_HEADER) return [];
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const read = reader(header);
  for (;;) {
    read.skip(SEPARATORS);
    const word = read.match(TOKEN)?.[0].toLowerCase();
    if (word === undefined) return challenges;
    read.skip(SPACE);
    const last = challenges.at(-1);
    if (!read.take('=')) {
      challenges.push({ scheme: word, parameters: new Map() });
      continue;
    }
    read.skip(SPACE);
    const value = read.match(VALUE);
    if (!last || !value) return challenges;
    // The first of two equal names counts: a second one must not redirect what the first one said.
    if (!last.parameters.has(word))
      last.parameters.set(word, (value[1] ?? value[2] ?? '').replace(/\\(.)/g, '$1'));
  }
}

interface Reader {
  match(pattern: RegExp): RegExpExecArray | null;
  skip(pattern: RegExp): void;
  take(char: string): boolean;
}

function reader(text: string): Reader {
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  return {
    match,
    skip: (pattern) => void match(pattern),
    take(char) {
      if (text[at] !== char) return false;
      at++;
      return true;
    },
  };
}
