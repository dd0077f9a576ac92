import { Readable } from 'node:stream';

import { isDigest } from '../../oci/reference.js';
import { checkFraming, finish, readBody, readStart, streamOf } from './body.js';
import type { Answer } from './dispatch.js';
import { failureOf } from './failure.js';
import { redactUrl } from './redact.js';
import type { RegistryRequest, RegistryResponse, StreamedResponse } from './types.js';
import { bodyLimits, ERROR_BYTES, flat, type Wiring } from './wiring.js';

/** The whole answer in memory. The place among the requests in flight is given back when it is read. */
export async function whole(
  wiring: Wiring,
  request: RegistryRequest,
  answer: Answer,
): Promise<RegistryResponse> {
  const { incoming, status, url } = answer;
  try {
    const body = await bodyOf(wiring, request, answer);
    return { status, headers: flat(incoming.headers), body, url };
  } catch (error) {
    incoming.destroy();
    throw error;
  } finally {
    answer.release();
  }
}

/**
 * The answer with its body still to come. The place among the requests in flight is given back at once: a download
 * that feeds an upload to the same registry would otherwise wait for itself.
 */
export async function streamed(
  wiring: Wiring,
  request: RegistryRequest,
  answer: Answer,
): Promise<StreamedResponse> {
  const { incoming, status, url } = answer;
  if (status >= 300) {
    const { body, ...rest } = await whole(wiring, request, answer);
    return { ...rest, stream: Readable.from([body], { objectMode: false }) };
  }
  answer.release();
  try {
    checkFraming(incoming, request.maxBytes, isAddressed(request));
  } catch (error) {
    incoming.destroy();
    throw error;
  }
  const what = redactUrl(request.method, url);
  const limits = bodyLimits(wiring, request.maxBytes);
  const onBytes = (bytes: number): void => {
    limits.onBytes(bytes);
    wiring.relieve(bytes);
  };
  const stream = streamOf(incoming, { ...limits, onBytes }, (error) =>
    failureOf(error, what, 1, (text) => wiring.secrets.scrub(text)),
  );
  return { status, headers: flat(incoming.headers), url, stream };
}

function bodyOf(wiring: Wiring, request: RegistryRequest, { incoming, status }: Answer): Promise<Buffer> {
  if (request.method === 'HEAD' || status === 204 || status === 304) {
    return finish(incoming);
  }
  // An error's text is shown to people; a write's answer says all in its headers. Neither is worth refusing.
  if (status >= 300 || request.method !== 'GET') {
    const limits = bodyLimits(wiring, Math.min(ERROR_BYTES, request.maxBytes || ERROR_BYTES));
    // Whether a thing is absent stands in the body of a 404: half of it must not pass for a registry's last word.
    const whole = status === 404 && request.method === 'GET';
    return readStart(incoming, limits, whole).then((start) => scrubbed(wiring, start));
  }
  checkFraming(incoming, request.maxBytes, isAddressed(request));
  return readBody(incoming, bodyLimits(wiring, request.maxBytes));
}

/** A registry may echo what it was sent. */
function scrubbed({ secrets }: Wiring, body: Buffer): Buffer {
  const text = body.toString('utf8');
  const clean = secrets.scrub(text);
  return clean === text ? body : Buffer.from(clean, 'utf8');
}

/** Does the request name the digest of what it asks for? Then the caller's hash shows what the framing cannot. */
function isAddressed({ path }: RegistryRequest): boolean {
  return typeof path === 'string' && isDigest(path.slice(path.lastIndexOf('/') + 1));
}
