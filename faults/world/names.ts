/** Host names below `.test` for this process, whose answers tests choose. Other names resolve as ever. */
import dns from 'node:dns';

type Callback = (error: Error | null, address?: unknown, family?: number) => void;
type Lookup = (hostname: string, options: unknown, callback: Callback) => void;

const missing = new Set<string>();
let real: Lookup | null = null;

/** From now on every name below `.test` is 127.0.0.1, until it is told to be missing. */
export function serveNames(): void {
  if (real !== null) return;
  real = dns.lookup as unknown as Lookup;
  const lookup: Lookup = (hostname, options, callback) => {
    if (!hostname.endsWith('.test')) return real?.(hostname, options, callback);
    const answer = (typeof options === 'function' ? options : callback) as Callback;
    const all = typeof options === 'object' && options !== null && 'all' in options && options.all === true;
    setImmediate(() => {
      if (missing.has(hostname)) answer(notFound(hostname));
      else if (all) answer(null, [{ address: '127.0.0.1', family: 4 }]);
      else answer(null, '127.0.0.1', 4);
    });
  };
  Object.assign(dns, { lookup });
}

/** Does the name exist? */
export function setName(hostname: string, exists: boolean): void {
  if (exists) missing.delete(hostname);
  else missing.add(hostname);
}

function notFound(hostname: string): Error {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
    code: 'ENOTFOUND',
    errno: -3008,
    syscall: 'getaddrinfo',
    hostname,
  });
}
