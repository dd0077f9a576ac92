/** The registry client of a run, and what inputs and flags say about it. */
import { UserError } from '../errors.js';
import { parseRepository } from '../oci/reference.js';
import type { Permission } from '../policy/policy.js';
import type { Log, Registry } from '../ports.js';
import { createCredentials } from '../registry/auth/credentials.js';
import { createTransport } from '../registry/http/transport.js';
import { createRegistry } from '../registry/registry.js';
import { systemClock } from '../system/clock.js';
import { youngCollector } from '../system/process.js';
import { VERSION } from '../version.js';

interface RegistrySettings {
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly concurrency: number;
  readonly insecureRegistries?: readonly string[];
  /** no credential at all is used (pull requests of forks) */
  readonly anonymous: boolean;
  /** the job's token, for ghcr.io when nothing else is configured; absent outside Actions */
  readonly githubToken?: string;
  /** hosts that may be loopback or private; absent: every host */
  readonly localHosts?: readonly string[] | undefined;
  /** told of each secret, for masking; absent: the log has no masks */
  readonly onSecret?: (secret: string) => void;
}

/** The registry client with real network, clock and credentials. Nothing is read or sent before it is asked. */
export function realRegistry(settings: RegistrySettings): Registry {
  const { env, log, signal } = settings;
  const transport = createTransport({
    clock: systemClock,
    env,
    credentials: createCredentials({
      env,
      githubToken: settings.githubToken ?? '',
      githubActor: env['GITHUB_ACTOR'] ?? '',
      signal,
    }),
    insecureRegistries: settings.insecureRegistries ?? [],
    concurrency: settings.concurrency,
    deadline: signal,
    userAgent: `retag/${VERSION}`,
    log,
    anonymous: settings.anonymous,
    localHosts: settings.localHosts,
    onSecret: settings.onSecret ?? (() => undefined),
    collect: youngCollector(),
  });
  return createRegistry(transport, { clock: systemClock, log });
}

/** What a run may do at registries, as settings of the client. @param named registry-map and images, which name hosts */
export function permitted(
  may: Pick<Permission, 'credentials' | 'localHosts'>,
  insecureRegistries: readonly string[],
  ...named: Parameters<typeof hostsIn>
): Pick<RegistrySettings, 'anonymous' | 'localHosts' | 'insecureRegistries'> {
  const localHosts = may.localHosts ? undefined : [...insecureRegistries, ...hostsIn(...named)];
  return { insecureRegistries, anonymous: !may.credentials, localHosts };
}

/** The hosts that inputs name, for a run that may not connect to other loopback or private ones. */
function hostsIn(registryMap: readonly string[], images: readonly string[] = []): readonly string[] {
  // A line that cannot be read is an error elsewhere.
  const named = [...registryMap.map((line) => `${line.slice(line.indexOf('=') + 1)}/x`), ...images];
  return named.flatMap((name) => {
    const parsed = parseRepository(name);
    return parsed.ok ? [parsed.value.registry] : [];
  });
}

const MOST_CONCURRENCY = 256;

/** Where `auto` ends; how a run gets there is `createPace`'s to say. */
const AUTO_CONCURRENCY = 64;

/** `concurrency` as a number: `auto`, or how many. @throws UserError */
export function parseConcurrency(text: string): number {
  if (text.trim() === 'auto') return AUTO_CONCURRENCY;
  const value = Number(text);
  if (!/^\d+$/.test(text.trim()) || value < 1 || value > MOST_CONCURRENCY) {
    throw new UserError({
      what: `concurrency: "${text}" is not a number of requests`,
      hint: `give auto, or a whole number from 1 to ${MOST_CONCURRENCY}`,
    });
  }
  return value;
}

/** Checks the hosts of insecure-registries. @throws UserError with every wrong one */
export function parseInsecureHosts(hosts: readonly string[]): readonly string[] {
  const wrong = hosts.filter((host) => {
    const parsed = parseRepository(`${host}/x`);
    const registry = parsed.ok ? parsed.value.registry : null;
    // A word that is no host would be taken for the first part of a name on Docker Hub.
    return (
      registry !== host.toLowerCase() && !(registry === 'docker.io' && /(?:^|\.)docker\.io$/i.test(host))
    );
  });
  if (wrong.length > 0) {
    throw new UserError(
      wrong.map((host) => ({
        what: `insecure-registries: "${host}" is not a registry host`,
        hint: 'write it as "host" or "host:port", without a scheme',
      })),
    );
  }
  return hosts;
}
