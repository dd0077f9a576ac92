import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A TUF repository that hands out one `trusted_root.json`, as Sigstore's public good instance does. */
export interface TufRepository {
  readonly url: string;
  /** `root.json`, from which a client starts */
  readonly root: string;
  readonly requests: readonly string[];
  /** false: every request is answered with 503 */
  up: boolean;
  close(): Promise<void>;
}

interface TufOptions {
  /** file name → content */
  readonly targets: Readonly<Record<string, object>>;
  /** when the time-stamp and the rest end; default far ahead */
  readonly expires?: string;
}

/** Serves it on 127.0.0.1, all roles signed by one key (https://theupdateframework.github.io/specification/latest/). */
export async function serveTuf({
  targets,
  expires = '2099-01-01T00:00:00Z',
}: TufOptions): Promise<TufRepository> {
  const files = repositoryFiles(targets, expires);
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '').slice(1);
    requests.push(path);
    const file = files.get(path);
    response.writeHead(!repository.up ? 503 : file === undefined ? 404 : 200).end(repository.up ? file : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const repository: TufRepository = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    root: files.get('1.root.json') ?? '',
    requests,
    up: true,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return repository;
}

function repositoryFiles(targets: TufOptions['targets'], expires: string): Map<string, string> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const key = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: raw.toString('hex') } };
  const keyid = hex(canonical(key));
  const role = { keyids: [keyid], threshold: 1 };
  const files = new Map<string, string>();
  const common = { version: 1, spec_version: '1.0.31', expires };
  const put = (name: string, signed: object): object => {
    const sig = sign(null, Buffer.from(canonical(signed)), privateKey).toString('hex');
    const text = JSON.stringify({ signed, signatures: [{ keyid, sig }] });
    files.set(name, text);
    return { version: 1, length: Buffer.byteLength(text), hashes: { sha256: hex(text) } };
  };
  const roles = { root: role, timestamp: role, snapshot: role, targets: role };
  put('1.root.json', { _type: 'root', ...common, consistent_snapshot: true, keys: { [keyid]: key }, roles });
  const described = Object.entries(targets).map(([name, content]) => {
    const text = JSON.stringify(content);
    files.set(`targets/${hex(text)}.${name}`, text);
    return [name, { length: Buffer.byteLength(text), hashes: { sha256: hex(text) } }] as const;
  });
  const list = put('1.targets.json', { _type: 'targets', ...common, targets: Object.fromEntries(described) });
  const snapshot = put('1.snapshot.json', { _type: 'snapshot', ...common, meta: { 'targets.json': list } });
  put('timestamp.json', { _type: 'timestamp', ...common, meta: { 'snapshot.json': snapshot } });
  return files;
}

const hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** OLPC canonical JSON, which TUF signs: sorted keys, no space, nothing escaped but quotes and backslashes. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, of]) => `${canonical(key)}:${canonical(of)}`).join(',')}}`;
}
