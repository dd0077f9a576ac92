const MAX_DEPTH = 64;

/** Made once: a decoder costs more than the decoding of a manifest. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export type JsonObject = Readonly<Record<string, unknown>>;

/** JSON of a stranger: strict UTF-8, no byte order mark, nested at most 64 deep. Undefined when it is not that. */
export function parseJson(bytes: Uint8Array): unknown {
  if (!isShallow(bytes)) return undefined;
  try {
    return JSON.parse(utf8.decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Counts brackets outside strings before the parser sees them: a body of nothing but "[" costs it memory by the gigabyte. */
function isShallow(bytes: Uint8Array): boolean {
  return opens(bytes, '[') + opens(bytes, '{') <= MAX_DEPTH || depthOf(bytes) <= MAX_DEPTH;
}

/** How often the bracket stands there, wherever; no more than one above the depth that is allowed. */
function opens(bytes: Uint8Array, bracket: '[' | '{'): number {
  const code = bracket.charCodeAt(0);
  let count = 0;
  for (let at = bytes.indexOf(code); at >= 0 && count <= MAX_DEPTH; at = bytes.indexOf(code, at + 1)) count++;
  return count;
}

/** The deepest nesting; it stops counting beyond what is allowed. */
function depthOf(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      deepest = Math.max(deepest, ++depth);
      if (deepest > MAX_DEPTH) break;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return deepest;
}
