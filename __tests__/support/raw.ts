import { request } from 'node:http';

/** What came over the wire, with nothing mended: `complete` is false when the answer broke its own framing. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly complete: boolean;
}

export interface RawRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** gives up after this many milliseconds */
  readonly giveUpAfter?: number;
}

/** One request on a connection of its own. Rejects when the connection ends before an answer's head. */
export function raw(
  method: string,
  url: string,
  { headers, body, giveUpAfter }: RawRequest = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method,
      agent: false,
      headers: {
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
        ...headers,
      },
    });
    let answered = false;
    const giveUp = (): void => void outgoing.destroy(new Error('gave up'));
    // After the head has come, an error shows as an answer that is not complete.
    outgoing.on('error', (error) => {
      if (!answered) reject(error);
    });
    outgoing.on('response', (response) => {
      answered = true;
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => undefined);
      response.on('close', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Record<string, string>,
          body: Buffer.concat(chunks),
          complete: response.complete,
        });
      });
    });
    if (giveUpAfter !== undefined) setTimeout(giveUp, giveUpAfter).unref();
    outgoing.end(body);
  });
}

/** The first error code of a distribution-spec error document. */
export function codeOf(answer: RawAnswer): string {
  const document = JSON.parse(answer.body.toString('utf8')) as { errors: { code: string }[] };
  return document.errors[0]!.code;
}

export function jsonOf(answer: RawAnswer): Record<string, unknown> {
  return JSON.parse(answer.body.toString('utf8')) as Record<string, unknown>;
}
