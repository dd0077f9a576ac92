/** Where the content of a test lives: a registry inside this process, or a real one behind a proxy that misbehaves on demand. */
import { type BuiltImage, pushAll, seed } from '../../testing/registry/image.js';
import { startProxy } from '../../testing/registry/proxy.js';
import { createAuthority } from './certificate.js';
import {
  startRegistry,
  type Behaviour,
  type EmbeddedRegistry,
  type FaultList,
  type LoggedRequest,
  type TagEvent,
} from '../../testing/registry/server.js';
import { missing, rawManifest, rawOf, type Raw } from '../../__tests__/support/registry-contract/place.js';

/** A login that a registry wants; null for none. */
export interface Login {
  readonly kind: 'basic' | 'token';
  readonly user: string;
  readonly password: string;
}

export interface RoomOptions {
  readonly login: Login | null;
  /** what differs from the spec; a real registry is what it is */
  readonly behaviour: Partial<Behaviour>;
  /** the token server as clients are told, for the port of the room; null: its own address */
  readonly realm: (port: number) => string | null;
}

/** One registry of one test. */
export interface Room {
  readonly port: number;
  readonly faults: Pick<FaultList, 'set' | 'fired'>;
  /** every request that came in, faults or not */
  readonly requests: readonly LoggedRequest[];
  /** plain HTTP, for looking from outside; on the registry of this process set no faults while it is used */
  readonly raw: Raw;
  /** what is missing of `image`, itself included, past all faults */
  gaps(repository: string, image: BuiltImage): Promise<readonly string[]>;
  /** every state of every tag; null where nobody keeps it */
  readonly history: readonly TagEvent[] | null;
  readonly tokens: readonly string[];
  /** it has the referrers API */
  readonly listsReferrers: boolean;
  /** Puts an image there past all faults; with a null tag by digest only. */
  seed(repository: string, tag: string | null, image: BuiltImage): Promise<void>;
  close(): Promise<void>;
}

export interface Backend {
  readonly name: string;
  /** how much longer than the embedded registry it may take to answer */
  readonly slowness: number;
  /** the most real time that a wait of Retag takes, milliseconds; see `fakeTime` */
  readonly breathMs: number;
  /** can it ask for a login? */
  readonly logins: boolean;
  /** PEM of the authority of registries that speak HTTP/2 over TLS; null: they speak HTTP/1.1 without */
  readonly http2: string | null;
  open(options: RoomOptions): Promise<Room>;
  /** Put before the names of repositories, so that tests which share a registry do not meet. */
  nextPrefix(): string;
}

/** A fresh registry of this process for each test. */
export const embedded: Backend = {
  name: 'the embedded registry',
  slowness: 1,
  breathMs: 0,
  logins: true,
  http2: null,
  nextPrefix: () => '',
  async open({ login, behaviour, realm: realmOf }) {
    const realm = realmOf(0);
    const registry = await startRegistry({
      behaviour,
      auth:
        login === null
          ? { kind: 'none' }
          : {
              kind: login.kind,
              users: { [login.user]: login.password },
              ...(realm === null ? {} : { realm }),
            },
    });
    return {
      port: Number(new URL(registry.url).port),
      faults: registry.faults,
      requests: registry.requests,
      raw: withLogin(rawOf(registry.url), registry.tokenUrl, login),
      gaps: (repository, image) => Promise.resolve(gapsIn(registry, repository, image)),
      history: registry.history,
      tokens: registry.tokens,
      listsReferrers: behaviour.referrers ?? true,
      seed(repository, tag, image) {
        seed(registry, repository, tag, image);
        return Promise.resolve();
      },
      close: () => registry.close(),
    };
  },
};

const authority = createAuthority();
const pair = authority.issue({ names: ['*.registry.test'] });

/** A fresh registry of this process for each test, which Retag reaches over HTTP/2; the test itself looks past that. */
export const embeddedHttp2: Backend = {
  ...embedded,
  name: 'the embedded registry over HTTP/2',
  slowness: 2,
  http2: authority.cert,
  async open({ realm, ...options }) {
    let upstream = '';
    const proxy = await startProxy(() => upstream, { http2: pair });
    const port = Number(new URL(proxy.url).port);
    const room = await embedded.open({ ...options, realm: () => realm(port) });
    upstream = `http://127.0.0.1:${room.port}`;
    const { faults, requests } = proxy;
    return {
      ...room,
      port,
      faults,
      requests,
      async close() {
        await proxy.close();
        await room.close();
      },
    };
  },
};

/** A registry that runs already, at `url`, without login and referrers API, seen through a proxy for each test. */
export function realBackend(name: string, url: string): Backend {
  let count = 0;
  return {
    name,
    slowness: 10,
    breathMs: 100,
    logins: false,
    http2: null,
    nextPrefix: () => `cell-${process.pid}-${count++}/`,
    async open() {
      const proxy = await startProxy(url);
      const raw = rawOf(url);
      return {
        port: Number(new URL(proxy.url).port),
        faults: proxy.faults,
        requests: proxy.requests,
        raw,
        async gaps(repository, image) {
          const held = await rawManifest({ host: '', raw }, repository, image.digest);
          const own = held?.equals(image.bytes) === true ? [] : [`manifest ${image.digest}`];
          return [...own, ...(await missing({ host: '', raw }, repository, image))];
        },
        history: null,
        tokens: [],
        listsReferrers: false,
        seed: (repository, tag, image) => pushAll(url, repository, tag, image),
        close: () => proxy.close(),
      };
    },
  };
}

function gapsIn(registry: EmbeddedRegistry, repository: string, image: BuiltImage): string[] {
  const held = registry.manifest(repository, image.digest);
  return [
    ...(held?.bytes.equals(image.bytes) === true ? [] : [`manifest ${image.digest}`]),
    ...image.blobs
      .filter(({ digest }) => !registry.hasBlob(repository, digest))
      .map(({ digest }) => `blob ${digest}`),
    ...image.children.flatMap((child) => gapsIn(registry, repository, child)),
  ];
}

function withLogin(raw: Raw, tokenUrl: string | null, login: Login | null): Raw {
  if (login === null) return raw;
  const basic = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
  return async (method, path, repository, headers = {}, body) => {
    const authorization = tokenUrl === null ? basic : await tokenFor(tokenUrl, basic, repository);
    return raw(method, path, repository, { ...headers, authorization }, body);
  };
}

async function tokenFor(tokenUrl: string, basic: string, repository: string): Promise<string> {
  const url = `${tokenUrl}?service=retag-embedded&scope=repository:${repository}:pull,push`;
  const answer = (await (await fetch(url, { headers: { authorization: basic } })).json()) as {
    token: string;
  };
  return `Bearer ${answer.token}`;
}
