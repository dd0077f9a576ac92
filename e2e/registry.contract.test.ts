import { readFileSync } from 'node:fs';

import type { Capabilities, Place, Raw } from '../__tests__/support/registry-contract/place.js';
import { registryContract } from '../__tests__/support/registry-contract/suite.js';
import type { Credential } from '../src/registry/auth/docker-config.js';
import {
  access,
  startDockerRegistry282,
  startRegistryV3,
  startThird,
  wire,
  type RealRegistry,
  type RegistryOptions,
} from './support/stack.js';

/** What these registries cannot do; the suite checks that they really cannot. */
const KINDS: Readonly<
  Record<string, readonly [(options: RegistryOptions) => Promise<RealRegistry>, Capabilities]>
> = {
  'docker-registry 2.8': [
    startDockerRegistry282,
    { referrersApi: false, refuses: ['sha512 child'], pagesTags: false },
  ],
  'distribution v3': [startRegistryV3, { referrersApi: false, refuses: ['sha512 child'], pagesTags: true }],
  olareg: [startThird, { referrersApi: true, refuses: ['layer that is not distributable'], pagesTags: true }],
};

/** Every registry, every authentication on both that have any, and TLS on each. */
const RUNS: readonly (readonly [string, RegistryOptions])[] = [
  ['docker-registry 2.8', {}],
  ['docker-registry 2.8', { auth: 'basic', tls: true }],
  ['docker-registry 2.8', { auth: 'token' }],
  ['distribution v3', {}],
  ['distribution v3', { auth: 'basic' }],
  ['distribution v3', { auth: 'token', tls: true }],
  ['olareg', {}],
  ['olareg', { tls: true }],
];

for (const [kind, options] of RUNS) {
  const [start, capabilities] = KINDS[kind]!;
  const name = `${kind}, ${options.auth ?? 'no'} auth, ${options.tls === true ? 'TLS' : 'http'}`;
  registryContract(name, async () => {
    const [one, other] = [await start(options), await start(options)];
    const both = [one, other];
    const trusted = both.flatMap(({ caFile }) => (caFile === null ? [] : [readFileSync(caFile, 'utf8')]));
    return {
      place: placeOf(one),
      other: placeOf(other),
      capabilities,
      transport: {
        credentials: (host: string) => Promise.resolve(credentialOf(both.find((each) => each.host === host))),
        ...(trusted.length === 0 ? {} : { ca: trusted.join('\n') }),
      },
      stop: () => Promise.all([one.stop(), other.stop()]),
    };
  });
}

function placeOf(registry: RealRegistry): Place {
  const known = new Map<string, ReturnType<typeof access>>();
  const raw: Raw = async (method, path, repository, headers = {}, body) => {
    // The suite uses some hundred repositories, each with a token of its own that outlives the suite.
    const allowed = known.get(repository) ?? access(registry, repository);
    known.set(repository, allowed);
    const options = await allowed;
    const answer = await wire(method, new URL(path, registry.base), {
      ...options,
      headers: { ...options.headers, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const get = (name: string): string | null => {
      const value = answer.headers[name.toLowerCase()];
      return value === undefined ? null : String(value);
    };
    return { status: answer.status, headers: { get }, body: answer.body };
  };
  return { host: registry.host, raw };
}

function credentialOf(registry: RealRegistry | undefined): Credential | null {
  const user = registry?.writer;
  if (!user) return null;
  return { kind: 'basic', username: user.name, password: user.password, source: 'the test' };
}
