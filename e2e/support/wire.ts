import * as http from 'node:http';
import * as https from 'node:https';

/** A client of the test's own, so that Retag is never checked by Retag. Plain requests, nothing retried, nothing followed. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface WireOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** PEM text of the authority that is trusted */
  readonly ca?: string;
}

const plain = new http.Agent({ keepAlive: true });
const secure = new https.Agent({ keepAlive: true });

/** Every manifest type that a registry may hold; without it distribution answers 404 to an index. */
export const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** One request and its whole answer. */
export function wire(method: string, url: string | URL, options: WireOptions = {}): Promise<WireAnswer> {
  const target = new URL(url);
  const isSecure = target.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (isSecure ? https : http).request(
      target,
      {
        method,
        agent: isSecure ? secure : plain,
        headers: {
          ...options.headers,
          ...(options.body === undefined
            ? {}
            : { 'content-length': String(Buffer.byteLength(options.body)) }),
        },
        ...(options.ca === undefined ? {} : { ca: options.ca }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    request.setTimeout(30_000, () => request.destroy(new Error(`${method} ${target.href} timed out`)));
    request.on('error', reject);
    request.end(options.body);
  });
}

/** As `wire`, but any status outside `expected` is an error that shows the answer. */
export async function wireOk(
  method: string,
  url: string | URL,
  options: WireOptions & { readonly expected?: readonly number[] } = {},
): Promise<WireAnswer> {
  const answer = await wire(method, url, options);
  if (!(options.expected ?? [200, 201, 202]).includes(answer.status)) {
    throw new Error(`${method} ${String(url)}: ${answer.status} ${answer.body.toString().slice(0, 500)}`);
  }
  return answer;
}

/** The digest that a tag points at, by HEAD; null on 404. */
export async function digestAt(
  base: string,
  repository: string,
  tag: string,
  options: WireOptions = {},
): Promise<string | null> {
  const answer = await wire('HEAD', `${base}/v2/${repository}/manifests/${tag}`, {
    ...options,
    headers: { accept: ACCEPT, ...options.headers },
  });
  if (answer.status === 404) return null;
  const digest = answer.headers['docker-content-digest'];
  if (answer.status !== 200 || typeof digest !== 'string') {
    throw new Error(`HEAD ${repository}:${tag}: ${answer.status}`);
  }
  return digest;
}
