import { listen, type LoggedRequest } from '../../src/embedded/http.js';
import { pageNotFound } from '../../src/embedded/request.js';
import {
  type EmbeddedRegistry as PlainRegistry,
  startRegistry as startPlain,
} from '../../src/embedded/server.js';
import { type AuthOptions, basicGuard, createTokenService } from './auth.js';
import { createFaultList, type FaultList, type FaultRule } from './faults.js';
import { interceptBy } from './intercept.js';

export { DISTRIBUTION_2_8, DISTRIBUTION_3, SPEC, type Behaviour } from '../../src/embedded/manifests.js';
export type { Call, RequestKind } from '../../src/embedded/request.js';
export type { StoredManifest, TagEvent } from '../../src/embedded/store.js';
export type { LoggedRequest, TlsOptions } from '../../src/embedded/http.js';
export type { AuthOptions, TokenAuth } from './auth.js';
export type { Fault, FaultList, FaultMatch, FaultRule } from './faults.js';

type PlainOptions = NonNullable<Parameters<typeof startPlain>[0]>;

export interface RegistryOptions extends Omit<PlainOptions, 'hooks' | 'log'> {
  readonly auth?: AuthOptions;
  readonly faults?: readonly FaultRule[];
}

/** The registry of the product, with accounts in front of it and with faults on demand. */
export interface EmbeddedRegistry extends PlainRegistry {
  /** where tokens are given out; null without token authentication */
  readonly tokenUrl: string | null;
  /** every token handed out */
  readonly tokens: readonly string[];
  readonly faults: Pick<FaultList, 'set' | 'fired'>;
}

/** Starts a registry on 127.0.0.1. Its log has the requests for tokens too; `now` is also the clock of their life. */
export async function startRegistry(options: RegistryOptions = {}): Promise<EmbeddedRegistry> {
  const { auth = { kind: 'none' }, faults: rules, ...plain } = options;
  const now = options.now ?? Date.now;
  const log: LoggedRequest[] = [];
  const faults = createFaultList(rules);
  const intercept = interceptBy(faults);
  let tokenUrl: string | null = null;
  const tokens = auth.kind === 'token' ? createTokenService(auth, now, () => tokenUrl ?? '') : null;
  const guard = auth.kind === 'basic' ? basicGuard(auth) : tokens?.guard;
  const main = await startPlain({
    ...plain,
    log,
    hooks: { intercept, ...(guard ? { guard } : {}), ...(tokens ? { token: tokens.answer } : {}) },
  });
  const second =
    tokens && auth.kind === 'token' && auth.ownPort
      ? await listen({
          handle: (call) => (call.kind === 'token' ? tokens.answer(call) : pageNotFound()),
          intercept,
          log,
          now,
          tls: options.tls,
        })
      : null;
  if (tokens) tokenUrl = `${(second ?? main).url}/token`;
  return {
    ...main,
    tokenUrl,
    tokens: tokens?.issued ?? [],
    faults,
    async close() {
      await Promise.all([main.close(), second?.close()]);
    },
  };
}
