import { OperationError } from '../../errors.js';
import { isListed, isLoopback } from '../hosts.js';
import { quirksOf } from '../quirks.js';

/** The registry that named a realm. */
export interface Asker {
  readonly registry: string;
  /** the URL of its API, with the scheme that is spoken */
  readonly api: URL;
  /** hosts that the user listed */
  readonly listed: readonly string[];
}

/**
 * The token server that a challenge names, or OperationError. A registry could name any URL, and whoever is asked
 * there gets the credentials and is reached from inside this machine's network. So: https, or http where the
 * registry itself is spoken to over http; and a host that belongs to the registry (the same, above or below it, its
 * sibling in one domain, a row of the quirks table, loopback for loopback) or that the user listed.
 */
export function tokenServer(realm: string | undefined, asker: Asker): URL {
  if (realm === undefined || realm === '') {
    throw new OperationError(
      'protocol',
      `${asker.registry} asks for a token without naming a token server (realm); the registry has to be mended`,
    );
  }
  const url = URL.canParse(realm) ? new URL(realm) : null;
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

function belongs(url: URL, { registry, api, listed }: Asker): boolean {
  if (url.hostname === api.hostname || isListed(url, listed)) return true;
  if (isLoopback(api.hostname) && isLoopback(url.hostname)) return true;
  const known = quirksOf(registry).flatMap((quirk) => quirk.tokenHosts ?? []);
  return known.includes(url.host) || sameDomain(url.hostname, api.hostname);
}

/** Second-level names under which anybody can register: `co.uk` is not one owner's domain. */
const SHARED_SECOND = new Set([
  'ac',
  'co',
  'com',
  'edu',
  'gob',
  'gov',
  'ltd',
  'me',
  'ne',
  'net',
  'nom',
  'or',
  'org',
  'sch',
]);
/** Domains below which everybody gets a name. */
const SHARED = [
  'amazonaws.com',
  'appspot.com',
  'aliyuncs.com',
  'azurecr.io',
  'azure.com',
  'azurewebsites.net',
  'cloudapp.net',
  'cloudfront.net',
  'cloudflare.net',
  'fly.dev',
  'github.io',
  'gitlab.io',
  'herokuapp.com',
  'jfrog.io',
  'netlify.app',
  'ngrok.io',
  'ocir.io',
  'onrender.com',
  'pages.dev',
  'pkg.dev',
  'r2.dev',
  'run.app',
  'sslip.io',
  'nip.io',
  'vercel.app',
  'windows.net',
  'workers.dev',
];

/** Do both names lie in one domain that has one owner? Without the public suffix list this errs to "no". */
function sameDomain(a: string, b: string): boolean {
  if (/^[\d.]+$|^\[/.test(a) || /^[\d.]+$|^\[/.test(b)) return false;
  const left = a.split('.').reverse();
  const right = b.split('.').reverse();
  let common = 0;
  while (common < left.length && common < right.length && left[common] === right[common]) common++;
  const domain = left.slice(0, common).reverse();
  if (common < 2 || (common === 2 && domain[1]?.length === 2 && SHARED_SECOND.has(domain[0] ?? '')))
    return false;
  return !SHARED.includes(domain.join('.'));
}

function refused(asker: Asker, what: string): OperationError {
  return new OperationError(
    'unsafe',
    `${asker.registry} sends to ${what} for a token, where credentials must not go; ` +
      'list that host in insecure-registries if it is meant',
  );
}
