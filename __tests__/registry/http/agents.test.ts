import { expect, test } from '@jest/globals';
import { isLoopback } from '../../../src/registry/hosts.js';
import { proxyFor } from '../../../src/registry/http/agents.js';

const https = (hostname: string, port = 443) => ({ secure: true, hostname, port });
const http = (hostname: string, port = 80) => ({ secure: false, hostname, port });
const P = 'http://proxy:3128';

test.each<[string, ReturnType<typeof https>, Record<string, string>, string | null]>([
  ['nothing set', https('quay.io'), {}, null],
  ['HTTPS_PROXY', https('quay.io'), { HTTPS_PROXY: P }, P],
  ['https_proxy', https('quay.io'), { https_proxy: P }, P],
  ['lower case wins', https('quay.io'), { https_proxy: P, HTTPS_PROXY: 'http://other' }, P],
  ['an empty lower-case one switches it off', https('quay.io'), { https_proxy: '', HTTPS_PROXY: P }, null],
  ['HTTP_PROXY is for http only', https('quay.io'), { HTTP_PROXY: P }, null],
  ['HTTP_PROXY', http('plain.example'), { HTTP_PROXY: P }, P],
  ['ALL_PROXY', https('quay.io'), { ALL_PROXY: P }, P],
  ['no scheme', https('quay.io'), { HTTPS_PROXY: 'proxy:3128' }, P],
  ['loopback is direct', https('127.0.0.1'), { HTTPS_PROXY: P }, null],
  ['localhost is direct', http('localhost', 5000), { HTTP_PROXY: P }, null],
  ['NO_PROXY *', https('quay.io'), { HTTPS_PROXY: P, NO_PROXY: '*' }, null],
  ['NO_PROXY exact', https('quay.io'), { HTTPS_PROXY: P, NO_PROXY: 'a.b, Quay.IO' }, null],
  ['NO_PROXY below', https('cdn.quay.io'), { HTTPS_PROXY: P, no_proxy: 'quay.io' }, null],
  ['NO_PROXY with dot', https('cdn.quay.io'), { HTTPS_PROXY: P, NO_PROXY: '.quay.io' }, null],
  ['NO_PROXY with star', https('cdn.quay.io'), { HTTPS_PROXY: P, NO_PROXY: '*.quay.io' }, null],
  ['NO_PROXY is no substring', https('notquay.io'), { HTTPS_PROXY: P, NO_PROXY: 'quay.io' }, P],
  ['NO_PROXY port', https('quay.io', 8443), { HTTPS_PROXY: P, NO_PROXY: 'quay.io:8443' }, null],
  ['NO_PROXY other port', https('quay.io'), { HTTPS_PROXY: P, NO_PROXY: 'quay.io:8443' }, P],
])('%s', (_, target, env, proxy) => {
  expect(proxyFor(target, env, (name) => isLoopback(name))).toBe(proxy);
});
