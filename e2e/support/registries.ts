import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { binary } from './binaries.js';
import { createAuthority, createSigner, type Certificate } from './certificates.js';
import { freePort, runOk, startServer, temporaryDirectory, type Running, type Server } from './process.js';
import { startTokenServer, type TokenServer, type User } from './token-server.js';

export type { User };
import { wire, wireOk, type WireOptions } from './wire.js';

export type Auth = 'none' | 'basic' | 'token';

export interface RegistryOptions {
  readonly auth?: Auth;
  readonly tls?: boolean;
  /** a further IP address that the certificate is for */
  readonly address?: string;
}

/** A real registry on loopback with a storage directory of its own. */
export interface RealRegistry extends Running {
  /** what it is, for test names: `docker-registry 2.8`, `distribution v3`, `olareg` */
  readonly kind: string;
  /** host:port, as an image name has it */
  readonly host: string;
  /** scheme and host */
  readonly base: string;
  readonly auth: Auth;
  /** may pull, push and delete; null without auth */
  readonly writer: User | null;
  /** may only pull; null without auth. Basic auth of these registries knows no rights, so there it is the writer. */
  readonly reader: User | null;
  /** PEM file of the authority that signed the certificate; null over http */
  readonly caFile: string | null;
  /** null unless auth is `token` */
  readonly tokens: TokenServer | null;
  /** log with one line a request (docker-registry and v3) */
  readonly log: () => string;
}

export const WRITER: User = {
  name: 'writer',
  password: 'writer-pass',
  identityToken: 'writer-identity',
  actions: ['pull', 'push', 'delete'],
};
export const READER: User = { name: 'reader', password: 'reader-pass', actions: ['pull'] };

/** Debian's docker-registry, distribution 2.8. It has no referrers API. */
export function startDockerRegistry282(options: RegistryOptions = {}): Promise<RealRegistry> {
  return startDistribution('docker-registry 2.8', binary('docker-registry'), options);
}

/** distribution v3. It has no referrers API either. */
export function startRegistryV3(options: RegistryOptions = {}): Promise<RealRegistry> {
  return startDistribution('distribution v3', binary('registry'), options);
}

/**
 * olareg, the third registry: it has the referrers API, deletes by tag and pages its tag list.
 * It knows no authentication of its own.
 */
export function startThird(options: Pick<RegistryOptions, 'tls'> = {}): Promise<RealRegistry> {
  return startRegistry('olareg', options, (place) => {
    const tls = place.certificate;
    return {
      command: binary('olareg'),
      args: ['serve', '--addr', '127.0.0.1', '--port', String(place.port), '--dir', place.storage].concat(
        ['--api-delete', '--api-blob-delete', '--verbosity', 'info'],
        tls === null ? [] : ['--tls-cert', tls.certificate, '--tls-key', tls.key],
      ),
    };
  });
}

function startDistribution(kind: string, command: string, options: RegistryOptions): Promise<RealRegistry> {
  return startRegistry(kind, options, (place) => {
    const file = join(place.directory, 'config.json');
    writeFileSync(file, JSON.stringify(distributionConfig(place))); // YAML 1.2 holds JSON
    return { command, args: ['serve', file] };
  });
}

/** All that the configuration of a registry depends on. */
interface Place {
  readonly directory: string;
  readonly storage: string;
  readonly port: number;
  readonly certificate: Certificate | null;
  readonly htpasswd: string | null;
  readonly tokens: { readonly server: TokenServer; readonly signer: Certificate } | null;
}

function distributionConfig({ storage, port, certificate, htpasswd, tokens }: Place): object {
  return {
    version: 0.1,
    log: { level: 'info', formatter: 'text' },
    storage: { filesystem: { rootdirectory: storage }, delete: { enabled: true } },
    http: {
      addr: `127.0.0.1:${port}`,
      secret: 'one registry, one secret',
      ...(certificate === null ? {} : { tls: certificate }),
    },
    // else layers that are kept elsewhere are refused
    validation: { manifests: { urls: { allow: ['^https?://'] } } },
    ...(htpasswd === null ? {} : { auth: { htpasswd: { realm: 'retag-test', path: htpasswd } } }),
    ...(tokens === null
      ? {}
      : {
          auth: {
            token: {
              realm: tokens.server.realm,
              service: tokens.server.service,
              issuer: tokens.server.issuer,
              rootcertbundle: tokens.signer.certificate,
            },
          },
        }),
  };
}

type Command = { readonly command: string; readonly args: readonly string[] };

async function startRegistry(
  kind: string,
  { auth = 'none', tls = false, address }: RegistryOptions,
  commandFor: (place: Place) => Command,
): Promise<RealRegistry> {
  const { path: directory, remove } = temporaryDirectory('registry');
  const storage = join(directory, 'storage');
  mkdirSync(storage);
  const authority = tls ? await createAuthority(directory) : null;
  const certificate = authority === null ? null : await authority.issue('registry', address);
  const signer = auth === 'token' ? await createSigner(directory) : null;
  const tokens = signer === null ? null : await startTokenServer(signer, [WRITER, READER], certificate);
  const htpasswd = auth === 'basic' ? await writeHtpasswd(directory) : null;
  const caFile = authority === null ? null : authority.certificate;
  const common = { directory, storage, certificate, htpasswd };
  const withTokens = tokens === null || signer === null ? null : { server: tokens, signer };
  const { server, host, base } = await onFreePort(kind, tls, caFile, (port) =>
    commandFor({ ...common, port, tokens: withTokens }),
  );
  return {
    kind,
    host,
    base,
    auth,
    writer: auth === 'none' ? null : WRITER,
    reader: auth === 'none' ? null : auth === 'basic' ? WRITER : READER,
    caFile,
    tokens,
    log: server.log,
    stop: async () => {
      await server.stop();
      await tokens?.stop();
      remove();
    },
  };
}

/** Between asking for a port and binding it another process may take it: then another one is asked for. */
async function onFreePort(
  kind: string,
  tls: boolean,
  caFile: string | null,
  commandFor: (port: number) => Command,
): Promise<{ server: Server; host: string; base: string }> {
  const ca = caFile === null ? {} : { ca: readFileSync(caFile, 'utf8') };
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const host = `127.0.0.1:${port}`;
    const base = `${tls ? 'https' : 'http'}://${host}`;
    const ready = async (): Promise<boolean> =>
      [200, 401].includes((await wire('GET', `${base}/v2/`, ca)).status);
    try {
      const server = await startServer({ name: kind.replaceAll(' ', '-'), ...commandFor(port), ready });
      return { server, host, base };
    } catch (error) {
      if (attempt === 3 || !String(error).includes('address already in use')) throw error;
    }
  }
}

async function writeHtpasswd(directory: string): Promise<string> {
  const file = join(directory, 'htpasswd');
  const lines: string[] = [];
  for (const { name, password } of [WRITER, READER]) {
    // cost 5: the registry checks it on every request, and the tests are not about bcrypt
    lines.push((await runOk(binary('htpasswd'), ['-Bbn', '-C', '5', name, password])).stdout.trim());
  }
  writeFileSync(file, lines.join('\n') + '\n');
  return file;
}

/** What the test's own requests need on `repository`: credentials of the writer and the authority. */
export async function access(registry: RealRegistry, repository: string): Promise<WireOptions> {
  const { auth, writer, tokens, caFile } = registry;
  const ca = caFile === null ? {} : { ca: readFileSync(caFile, 'utf8') };
  if (writer === null) return ca;
  const basic = `Basic ${base64(`${writer.name}:${writer.password}`)}`;
  if (auth === 'basic') return { ...ca, headers: { authorization: basic } };
  const scope = `repository:${repository}:pull,push,delete`;
  const url = `${tokens!.realm}?service=${tokens!.service}&scope=${scope}`;
  const { body } = await wireOk('GET', url, { ...ca, headers: { authorization: basic } });
  const { token } = JSON.parse(body.toString()) as { token: string };
  return { ...ca, headers: { authorization: `Bearer ${token}` } };
}

/** How a user's credential is kept in docker's config.json. */
export type Kept = 'password' | 'identity token';

/** Writes a docker config.json with credentials for some registries; gives its directory, for DOCKER_CONFIG. */
export function writeDockerConfig(
  directory: string,
  logins: readonly { readonly registry: RealRegistry; readonly user: User; readonly kept?: Kept }[],
): string {
  const auths = logins.map(({ registry, user, kept }) => [
    registry.host,
    kept === 'identity token'
      ? { auth: base64(`${user.name}:`), identitytoken: user.identityToken }
      : { auth: base64(`${user.name}:${user.password}`) },
  ]);
  const text = JSON.stringify({ auths: Object.fromEntries(auths) as object });
  writeFileSync(join(directory, 'config.json'), text, { mode: 0o600 });
  return directory;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
