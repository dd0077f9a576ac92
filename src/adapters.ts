/** Builds the registry client for a run. Together with main.ts and cli.ts the only code that knows both stages and adapters. */
import { UserError } from './errors.js';
import { parseRepository } from './oci/reference.js';
import { createCredentials } from './registry/auth/credentials.js';
import { createTransport } from './registry/http/transport.js';
import { createRegistry } from './registry/registry.js';
import { systemClock } from './system/clock.js';
import { youngCollector } from './system/process.js';
import { VERSION } from './version.js';
import type { Log, Registry } from './ports.js';

export interface RegistrySettings {
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly concurrency: number;
  readonly insecureRegistries: readonly string[];
  /** no credential at all is used (pull requests of forks) */
  readonly anonymous: boolean;
  /** the job's token, for ghcr.io when nothing else is configured; empty outside Actions */
  readonly githubToken: string;
  /** hosts that may be loopback or private, as `listedHosts` gives them; absent: every host */
  readonly localHosts?: readonly string[] | undefined;
  readonly onSecret: (secret: string) => void;
}

/** The registry client with real network, clock and credentials. Nothing is read or sent before it is asked. */
export function realRegistry(settings: RegistrySettings): Registry {
  const { env, log, signal } = settings;
  const transport = createTransport({
    clock: systemClock,
    env,
    credentials: createCredentials({
      env,
      githubToken: settings.githubToken,
      githubActor: env['GITHUB_ACTOR'] ?? '',
      signal,
    }),
    insecureRegistries: settings.insecureRegistries,
    concurrency: settings.concurrency,
    deadline: signal,
    userAgent: `retag/${VERSION}`,
    log,
    anonymous: settings.anonymous,
    localHosts: settings.localHosts,
    onSecret: settings.onSecret,
    collect: youngCollector(),
  });
  return createRegistry(transport, { clock: systemClock, log });
}

/** The hosts that inputs name, for a run that may not connect to other loopback or private ones. */
export function listedHosts(
  insecure: readonly string[],
  registryMap: readonly string[],
  images: readonly string[] = [],
): readonly string[] {
  // A line that cannot be read is an error elsewhere.
  const named = [...registryMap.map((line) => `${line.slice(line.indexOf('=') + 1)}/x`), ...images];
  const hosts = named.flatMap((name) => {
    const parsed = parseRepository(name);
    return parsed.ok ? [parsed.value.registry] : [];
  });
  return [...insecure, ...hosts];
}

const MOST_CONCURRENCY = 256;

/** `concurrency` as a number. @throws UserError */
export function parseConcurrency(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text.trim()) || value < 1 || value > MOST_CONCURRENCY) {
    throw new UserError({
      what: `concurrency: "${text}" is not a number of requests`,
      mend: `give a whole number from 1 to ${MOST_CONCURRENCY}`,
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
        mend: 'write it as "host" or "host:port", without a scheme',
      })),
    );
  }
  return hosts;
}
