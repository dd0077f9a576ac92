/**
 * Which proxy a URL goes through, from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in either case.
 * NO_PROXY: a list of hosts; `example.com` and `.example.com` mean the host and all below it, `*.example.com`
 * likewise, `host:port` only that port, `*` everything. These are the rules of curl and of Go's tools, which
 * people who set the variables on a build machine expect.
 */
export type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLES = ['https_proxy', 'http_proxy', 'all_proxy', 'no_proxy'];

/** The proxy variables as they are now, as a plain object: each look at `process.env` asks the C library. */
export function proxyVariables(env: Environment): Environment {
  const names = VARIABLES.flatMap((name) => [name, name.toUpperCase()]);
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}

/** The proxy's URL, or null for a direct connection. Loopback is always direct unless `loopbackToo`. */
export function proxyFor(
  target: { readonly secure: boolean; readonly hostname: string; readonly port: number },
  env: Environment,
  isLoopback: (hostname: string) => boolean,
): string | null {
  const { secure, hostname, port } = target;
  const configured = read(env, secure ? 'https_proxy' : 'http_proxy') || read(env, 'all_proxy');
  if (configured === '' || isLoopback(hostname)) return null;
  if (isExcluded(hostname.toLowerCase(), port, read(env, 'no_proxy'))) return null;
  return configured.includes('://') ? configured : `http://${configured}`;
}

function isExcluded(hostname: string, port: number, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, host = entry, entryPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
      if (entryPort !== undefined && Number(entryPort) !== port) return false;
      const name = host.replace(/^\*?\./, '');
      return hostname === name || hostname.endsWith(`.${name}`);
    });
}

function read(env: Environment, name: string): string {
  // curl's order: the lower-case form is the older convention and wins.
  return (env[name] ?? env[name.toUpperCase()] ?? '').trim();
}
