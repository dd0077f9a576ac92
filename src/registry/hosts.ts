/**
 * What a host is, told from its name alone: loopback, private, listed. Nothing is resolved here; http/reach.ts judges
 * the addresses that a name resolves to, on events that only plan (docs/threat-model.md).
 * All functions want host names as `new URL()` gives them, because it rewrites `127.1`, `0x7f000001`
 * and full-width letters: comparing before parsing compares the wrong thing.
 */
import { OperationError } from '../errors.js';

/** Docker Hub's API does not live at the name that people write. */
const API_HOSTS: ReadonlyMap<string, string> = new Map([['docker.io', 'registry-1.docker.io']]);

/** Where a registry's API is and how Retag connects to it. `either`: loopback, http until TLS turns out to answer. */
export interface RegistryAddress {
  /** host or host:port of the API */
  readonly host: string;
  readonly hostname: string;
  readonly scheme: 'http' | 'https' | 'either';
}

/** `localhost`, 127.0.0.0/8 and ::1, also as an IPv4-mapped IPv6 address. */
export function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost') return true;
  const address = addressOf(hostname);
  if (!address) return false;
  return address.v4 ? address.v4[0] === 127 : address.v6.every((part, at) => part === (at === 7 ? 1 : 0));
}

/** 169.254.0.0/16 and fe80::/10: where clouds keep the credentials of the machine. */
function isLinkLocal(hostname: string): boolean {
  const address = addressOf(hostname);
  if (!address) return false;
  return address.v4
    ? address.v4[0] === 169 && address.v4[1] === 254
    : ((address.v6[0] ?? 0) & 0xffc0) === 0xfe80;
}

/** Any address literal that the public internet does not route: private, link-local, loopback, shared, multicast, reserved. */
export function isPrivate(hostname: string): boolean {
  if (isLoopback(hostname) || isLinkLocal(hostname)) return true;
  const address = addressOf(hostname);
  if (!address) return false;
  return address.v4 ? isPrivateV4(address.v4) : isPrivateV6(address.v6);
}

function isPrivateV4([a = 0, b = 0]: readonly number[]): boolean {
  return (
    a === 0 ||
    a === 10 ||
    (a === 100 && (b & 0xc0) === 64) ||
    (a === 172 && (b & 0xf0) === 16) ||
    (a === 192 && b === 168) ||
    a >= 224
  );
}

function isPrivateV6(parts: readonly number[]): boolean {
  const first = parts[0] ?? 0;
  return (first & 0xfe00) === 0xfc00 || (first & 0xff00) === 0xff00 || parts.every((part) => part === 0);
}

/** Is `url`'s host in `list`? An entry with a port means that port, one without means any. */
export function isListed(url: URL, list: readonly string[]): boolean {
  const port = url.port || (url.protocol === 'http:' ? '80' : '443');
  return list.some((entry) => {
    const wanted = entry.toLowerCase();
    return wanted === url.hostname || wanted === `${url.hostname}:${port}`;
  });
}

/**
 * Where the API of `registry` is. Plain http only for hosts of `insecure` and for loopback (docs/registries.md).
 * Throws OperationError `unsafe` for a host that is written as something it is not (`2130706433`, `127.1`)
 * and for link-local addresses that nobody listed.
 */
export function addressOfRegistry(registry: string, insecure: readonly string[]): RegistryAddress {
  const host = API_HOSTS.get(registry) ?? registry;
  const hostname = hostnameOf(host);
  const listed = insecure.some((entry) => entry.toLowerCase() === registry);
  const literal = addressOf(hostname)?.v4 !== undefined && !hostname.startsWith('[');
  if (literal && !host.startsWith(hostname)) {
    throw new OperationError('unsafe', `${registry}: this host means ${hostname}; write it so`);
  }
  if (isLinkLocal(hostname) && !listed) {
    throw new OperationError(
      'unsafe',
      `${registry}: a link-local address is not a registry; list it in insecure-registries if it is one`,
    );
  }
  return { host, hostname, scheme: listed ? 'http' : isLoopback(hostname) ? 'either' : 'https' };
}

function hostnameOf(host: string): string {
  try {
    return new URL(`https://${host}`).hostname;
  } catch {
    throw new OperationError(
      'unsafe',
      `${host}: this is not a host that Retag can connect to; correct the name`,
    );
  }
}

interface Address {
  /** four bytes: an IPv4 literal, or one inside an IPv6 literal (mapped ::ffff:0:0/96, NAT64 64:ff9b::/96) */
  readonly v4?: readonly number[];
  /** eight groups of sixteen bits */
  readonly v6: readonly number[];
}

function addressOf(hostname: string): Address | null {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(hostname)) return { v4: hostname.split('.').map(Number), v6: [] };
  if (!hostname.startsWith('[')) return null;
  const v6 = groupsOf(hostname.slice(1, -1));
  const head = v6.slice(0, 6).join(':');
  const [high = 0, low = 0] = v6.slice(6);
  if (head !== '0:0:0:0:0:65535' && head !== '100:65435:0:0:0:0') return { v6 };
  return { v4: [high >> 8, high & 255, low >> 8, low & 255], v6 };
}

/** The eight groups of a compressed IPv6 address as URL writes it (never with a dotted tail). */
function groupsOf(text: string): number[] {
  const [head = '', tail] = text.split('::');
  const parse = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => parseInt(group, 16));
  const before = parse(head);
  if (tail === undefined) return before;
  const after = parse(tail);
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}
