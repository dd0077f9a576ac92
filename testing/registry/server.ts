/** An OCI registry inside the process of a test: what the specification asks for, accounts in front of it, and faults on demand. */
import { tmpdir } from 'node:os';

import { algorithmOf, digestOf } from '../../src/oci/digest.js';
import { parseRepository } from '../../src/oci/reference.js';
import { type AuthOptions, basicGuard, createTokenService } from './auth.js';
import { createFaultList, type FaultList, type FaultRule } from './faults.js';
import { listen, type LoggedRequest, type TlsOptions } from './http.js';
import { interceptBy } from './intercept.js';
import { type Behaviour, deleteManifest, getManifest, putManifest, SPEC } from './manifests.js';
import { type Answer, type Call, empty, json, pageNotFound, refusal } from './request.js';
import {
  cancelUpload,
  deleteBlob,
  finishUpload,
  getBlob,
  listReferrers,
  listRepositories,
  listTags,
  patchUpload,
  startUpload,
  uploadStatus,
} from './routes.js';
import { createStore, inMemory, type Store, type StoredManifest, type TagEvent } from './store.js';

export { DISTRIBUTION_2_8, DISTRIBUTION_3, SPEC, type Behaviour } from './manifests.js';
export type { Call, RequestKind } from './request.js';
export type { StoredManifest, TagEvent } from './store.js';
export type { LoggedRequest, TlsOptions } from './http.js';
export type { AuthOptions, TokenAuth } from './auth.js';
export type { Fault, FaultList, FaultMatch, FaultRule } from './faults.js';

export interface RegistryOptions {
  readonly auth?: AuthOptions;
  readonly faults?: readonly FaultRule[];
  /** default 0: any free port */
  readonly port?: number;
  /** what differs from the spec; whole sets: `DISTRIBUTION_2_8`, `DISTRIBUTION_3` */
  readonly behaviour?: Partial<Behaviour>;
  /** milliseconds since the epoch, for the log. Default the real clock */
  readonly now?: () => number;
  /** blobs with more bytes than this live in temporary files, removed by `close`. Default 8 MiB */
  readonly spillAbove?: number;
  /** where those files go; default the system's directory for such */
  readonly temporaryDirectory?: string;
  /** https instead of http */
  readonly tls?: TlsOptions;
}

export interface EmbeddedRegistry {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `127.0.0.1:PORT`, as it stands in an image name */
  readonly host: string;
  /** every request since the start */
  readonly requests: readonly LoggedRequest[];
  /** every state that each tag ever had, in order */
  readonly history: readonly TagEvent[];
  /** sorted */
  tags(repository: string): readonly string[];
  /** by tag or digest */
  manifest(repository: string, reference: string): StoredManifest | undefined;
  hasBlob(repository: string, digest: string): boolean;
  /** Stores without a request and without a check; with a null tag by digest only. */
  putManifest(repository: string, tag: string | null, manifest: StoredManifest): void;
  /** Stores without a request; gives the sha256 digest, or the sha512 digest when `like` is one. */
  putBlob(repository: string, content: Buffer, like?: string): string;
  /** The same for a blob that is too large to be held; gives its sha256 digest. */
  streamBlob(repository: string, content: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<string>;
  /** Deletes a tag without a request. */
  deleteTag(repository: string, tag: string): void;
  close(): Promise<void>;
  /** where tokens are given out; null without token authentication */
  readonly tokenUrl: string | null;
  /** every token handed out */
  readonly tokens: readonly string[];
  readonly faults: Pick<FaultList, 'set' | 'fired'>;
}

/**
 * Starts a registry on 127.0.0.1. It holds nothing, and forgets everything when it is closed. Its log has the requests for
 * tokens too; `now` is also the clock of their life.
 */
export async function startRegistry(options: RegistryOptions = {}): Promise<EmbeddedRegistry> {
  const { auth = { kind: 'none' }, faults: rules, now = Date.now, tls } = options;
  const store = createStore(options.spillAbove ?? 8 * 1024 * 1024, options.temporaryDirectory ?? tmpdir());
  const log: LoggedRequest[] = [];
  const faults = createFaultList(rules);
  const wire = { intercept: interceptBy(faults), log, now, tls };
  let tokenUrl: string | null = null;
  const tokens = auth.kind === 'token' ? createTokenService(auth, now, () => tokenUrl ?? '') : null;
  const guard = auth.kind === 'basic' ? basicGuard(auth) : tokens?.guard;
  const behaviour: Behaviour = { ...SPEC, ...options.behaviour };
  const handle = handler(store, behaviour, { guard, token: tokens?.answer });
  const main = await listen({ ...wire, handle, port: options.port ?? 0 });
  const second =
    tokens && auth.kind === 'token' && auth.ownPort
      ? await listen({
          ...wire,
          handle: (call) => (call.kind === 'token' ? tokens.answer(call) : pageNotFound()),
        })
      : null;
  if (tokens) tokenUrl = `${(second ?? main).url}/token`;
  return {
    url: main.url,
    host: main.host,
    requests: log,
    tokenUrl,
    tokens: tokens?.issued ?? [],
    faults,
    history: store.history,
    tags: (repository) => [...store.tags(repository)].sort(),
    manifest: (repository, reference) => store.manifest(repository, reference),
    hasBlob: (repository, digest) => store.blob(repository, digest) !== undefined,
    putManifest: (repository, tag, manifest) => store.putManifest(repository, tag, manifest, null),
    putBlob(repository, content, like) {
      const digest = digestOf(content, algorithmOf(like ?? ''));
      store.putBlob(repository, digest, inMemory([content]));
      return digest;
    },
    async streamBlob(repository, content) {
      const sink = store.newSink();
      // Copied, because generators like to fill one buffer again and again.
      for await (const chunk of content) await sink.write(Buffer.from(chunk));
      const { digest, content: stored } = await sink.finish();
      store.putBlob(repository, digest, stored);
      return digest;
    },
    deleteTag: (repository, tag) => void store.deleteTag(repository, tag, null),
    async close() {
      await Promise.all([main.close(), second?.close()]);
      await store.close();
    },
  };
}

/** What stands in front of the registry. */
interface Accounts {
  /** Lets a request pass (null) or answers it. */
  readonly guard: ((call: Call) => Answer | null) | undefined;
  /** the token endpoint; without it there is none */
  readonly token: ((call: Call) => Promise<Answer>) | undefined;
}

function handler(store: Store, behaviour: Behaviour, { guard, token }: Accounts) {
  return async (call: Call): Promise<Answer> => {
    if (call.kind === 'token') return token ? token(call) : pageNotFound();
    const refused = guard?.(call);
    if (refused) return refused;
    if (call.kind === 'ping') return json(200, {}, { 'docker-distribution-api-version': 'registry/2.0' });
    if (call.kind === 'catalog' && behaviour.catalog) return listRepositories(store, behaviour, call);
    const { repository } = call;
    if (call.kind === 'other' || repository === null) return pageNotFound();
    if (!parseRepository(`localhost/${repository}`).ok) {
      return refusal(400, 'NAME_INVALID', 'invalid repository name', repository);
    }
    return route(store, behaviour, repository, call);
  };
}

function route(store: Store, behaviour: Behaviour, repository: string, call: Call): Answer | Promise<Answer> {
  switch (call.kind) {
    case 'head-manifest':
    case 'get-manifest':
      return getManifest(store, behaviour, repository, call);
    case 'put-manifest-tag':
    case 'put-manifest-digest':
      return putManifest(store, behaviour, repository, call);
    case 'delete-manifest':
      return deleteManifest(store, behaviour, repository, call);
    case 'head-blob':
    case 'get-blob':
      return getBlob(store, repository, call);
    case 'delete-blob':
      return deleteBlob(store, repository, call);
    case 'mount':
    case 'start-upload':
      return startUpload(store, behaviour, repository, call);
    case 'patch-blob':
      return patchUpload(store, behaviour, repository, call);
    case 'put-blob':
      return finishUpload(store, behaviour, repository, call);
    case 'upload-status':
      return uploadStatus(store, repository, call);
    case 'cancel-upload':
      return cancelUpload(store, repository, call);
    case 'tags':
      return listTags(store, behaviour, repository, call);
    case 'referrers':
      return listReferrers(store, behaviour, repository, call);
    case 'ping':
    case 'catalog':
    case 'token':
    case 'other':
      return empty(404);
  }
}
