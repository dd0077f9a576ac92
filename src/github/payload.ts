/**
 * Data that Retag keeps for itself in a comment or an issue, as one HTML comment. The check sum finds data that
 * was cut or edited by accident; whose text it is must be checked by the reader. Pure.
 */
import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

const MAX_INFLATED = 4 * 1024 * 1024;

type Decoded =
  | { readonly ok: true; readonly value: unknown }
  /** `why` is a sentence; null when the text holds no such data at all */
  | { readonly ok: false; readonly why: string | null };

/** @param name tells kinds of data apart: lower-case letters */
export function encode(name: string, value: unknown): string {
  const packed = deflateRawSync(JSON.stringify(value), { level: 9 }).toString('base64url');
  return `<!-- retag:${name} 1 ${packed} ${checksum(packed)} -->`;
}

/** Never throws; data that does not hold together is not given. */
export function decode(name: string, text: string): Decoded {
  const form = new RegExp(`^<!-- retag:${name} 1 ([A-Za-z0-9_-]+) ([0-9a-f]{32}) -->\\r?$`, 'm');
  const [, packed, sum] = form.exec(text) ?? [];
  if (packed === undefined || sum === undefined) {
    return { ok: false, why: text.includes(`<!-- retag:${name} `) ? 'the recorded data is damaged' : null };
  }
  if (checksum(packed) !== sum) return { ok: false, why: 'the recorded data was changed' };
  try {
    const json = inflateRawSync(Buffer.from(packed, 'base64url'), { maxOutputLength: MAX_INFLATED });
    return { ok: true, value: JSON.parse(json.toString()) };
  } catch {
    return { ok: false, why: 'the recorded data cannot be read' };
  }
}

/** A first line by which a text is found again; equal keys give equal lines. */
export function marker(name: string, key: string): string {
  return `<!-- retag:${name} ${createHash('sha256').update(key).digest('hex').slice(0, 16)} -->`;
}

/**
 * A text whose second line tells whether anything after it was changed. It is no signature: whoever may edit the text can
 * seal it again.
 * @param first its first line, such as a `marker`
 */
export function seal(first: string, rest: string): string {
  return `${first}\n${sealOf(rest)}\n${rest}`;
}

/** Is the text as `seal` made it? Line ends and white space at the end aside, which clients change. */
export function isSealed(text: string): boolean {
  const [, line, ...rest] = text.replaceAll('\r\n', '\n').split('\n');
  return line === sealOf(rest.join('\n'));
}

function sealOf(rest: string): string {
  return `<!-- retag:seal ${checksum(rest.trimEnd())} -->`;
}

function checksum(packed: string): string {
  return createHash('sha256').update(packed).digest('hex').slice(0, 32);
}
