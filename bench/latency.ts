import { CLI } from '../e2e/support/retag.js';
import { recordingProxy, startRegistryV3, temporaryDirectory } from '../e2e/support/stack.js';
import { measureOk, ratio, table, time } from './support.js';
import { fill, writeTagFile } from './world.js';

const DELAY = 40;
const COUNT = 64;

/** The same promotions with 40 ms added to each request, at several concurrencies; and the requests that they take. */
export async function benchLatency(): Promise<string> {
  const registry = await startRegistryV3();
  const directory = temporaryDirectory('bench-latency');
  const proxy = await recordingProxy(registry.base, { delay: DELAY });
  const rows: string[][] = [];
  try {
    const entries = await fill(registry.base, COUNT, 16);
    for (const concurrency of [1, 4, 16, 64]) {
      const file = writeTagFile(directory.path, proxy.host, entries, `-c${concurrency}`);
      for (const what of ['to create', 'there already']) {
        proxy.reset();
        const args = [CLI, 'apply', '--config', file, '--concurrency', String(concurrency), '--quiet'];
        const { duration } = await measureOk(process.execPath, args);
        const least = (proxy.count() * DELAY) / concurrency;
        const perEntry = (proxy.count() / COUNT).toFixed(2);
        rows.push([`${concurrency}, ${what}`, perEntry, time(duration), time(least), ratio(duration, least)]);
      }
    }
  } finally {
    await proxy.stop();
    await registry.stop();
    directory.remove();
  }
  return [
    `### ${COUNT} promotions with ${DELAY} ms added to each request`,
    table(['in flight', 'requests per tag', 'time', `requests × ${DELAY} ms ÷ in flight`, 'ratio'], rows),
  ].join('\n\n');
}
