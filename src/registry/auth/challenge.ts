import { getDomain } from 'tldts';
import { OperationError } from '../../errors.js';
import { isListed, isLoopback } from '../hosts.js';
import { quirksOf } from '../quirks.js';

/** One way of proving who one is, as a registry asks for it. Names are lower-case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const MAX_HEADER = 8192;
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const VALUE = /"((?:[^"\\]|\\.)*)"|([^\s",]+)/y;
const SPACE = /[ \t]*/y;
const SEPARATORS = /[ \t,]*/y;

/**
 * The challenges of a WWW-Authenticate header (RFC 9110 11.6.1): several in one header, commas and escapes inside
 * quotes, names in any case. What cannot be read ends the list; nothing is guessed.
 */
export function parseChallenges(header: string | undefined): Challenge[] {
  if (header === undefined || header.length > MAX_HEADER) return [];
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const read = reader(header);
  for (;;) {
    read.skip(SEPARATORS);
    const word = read.match(TOKEN)?.[0].toLowerCase();
    if (word === undefined) return challenges;
    read.skip(SPACE);
    const last = challenges.at(-1);
    if (!read.take('=')) {
      challenges.push({ scheme: word, parameters: new Map() });
      continue;
    }
    read.skip(SPACE);
    const value = read.match(VALUE);
    if (!last || !value) return challenges;
    // The first of two equal names counts: a second one must not redirect what the first one said.
    if (!last.parameters.has(word))
      last.parameters.set(word, (value[1] ?? value[2] ?? '').replace(/\\(.)/g, '$1'));
  }
}

interface Reader {
  match(pattern: RegExp): RegExpExecArray | null;
  skip(pattern: RegExp): void;
  take(char: string): boolean;
}

function reader(text: string): Reader {
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  return {
    match,
    skip: (pattern) => void match(pattern),
    take(char) {
      if (text[at] !== char) return false;
      at++;
      return true;
    },
  };
}

/** The registry that named a realm. */
export interface Origin {
  readonly registry: string;
  /** the URL of its API, with the scheme that is spoken */
  readonly api: URL;
  /** hosts that the user listed */
  readonly listed: readonly string[];
}

/**
 * The token server that a challenge names, or OperationError. A registry could name any URL, and whoever is asked
 * there gets the credentials and is reached from inside this machine's network. So: https, or http where the
 * registry itself is connected to over http; and a host that belongs to the registry (the same, one in the same
 * registered domain, a row of the quirks table, loopback for loopback) or that the user listed.
 */
export function tokenServer(origin: string | undefined, asker: Origin): URL {
  if (origin === undefined || origin === '') {
    throw new OperationError(
      'protocol',
      `${asker.registry} asks for a token without naming a token server (realm); the registry has to be fixed`,
    );
  }
  const url = URL.canParse(origin) ? new URL(origin) : null;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw refused(asker, 'something that is not an http(s) address');
  }
  if (url.username !== '' || url.password !== '')
    throw refused(asker, `${url.host}, with a user name in the address`);
  if (url.protocol === 'http:' && asker.api.protocol !== 'http:') {
    throw refused(asker, `${url.host} over plain http`);
  }
  if (!belongs(url, asker)) throw refused(asker, url.host);
  url.hash = '';
  return url;
}

function belongs(url: URL, { registry, api, listed }: Origin): boolean {
  if (url.hostname === api.hostname || isListed(url, listed)) return true;
  if (isLoopback(api.hostname) && isLoopback(url.hostname)) return true;
  const known = quirksOf(registry).flatMap((quirk) => quirk.tokenHosts ?? []);
  return known.includes(url.host) || sameDomain(url.hostname, api.hostname);
}

/** Domains below which everybody gets a registry, and that are not on the public suffix list. */
const SHARED = [
  ...[
    'aliyuncs.com',
    'amazonaws.com',
    'amazonaws.com.cn',
    'azure.com',
    'azurecr.cn',
    'azurecr.io',
    'azurecr.us',
  ],
  ...[
    'container-registry.com',
    'icr.io',
    'jfrog.io',
    'myhuaweicloud.com',
    'nip.io',
    'ocir.io',
    'ovh.net',
    'pkg.dev',
  ],
  ...['scw.cloud', 'sslip.io', 'tencentcloudcr.com', 'windows.net'],
];

/** Do both names lie in one domain that one owner registered? By the public suffix list (https://publicsuffix.org), private part included. */
function sameDomain(a: string, b: string): boolean {
  const domain = getDomain(a, { allowPrivateDomains: true });
  if (domain === null || domain !== getDomain(b, { allowPrivateDomains: true })) return false;
  return !SHARED.some((suffix) => domain === suffix || domain.endsWith(`.${suffix}`));
}

function refused(asker: Origin, what: string): OperationError {
  return new OperationError(
    'unsafe',
    `${asker.registry} sends to ${what} for a token, where credentials must not go; ` +
      'list that host in insecure-registries if it is meant',
  );
}
