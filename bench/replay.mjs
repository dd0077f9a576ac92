/**
 * The bare loop: sends a recorded list of requests on kept-alive connections, so many in flight, and does
 * nothing else. Requests for one URL go one after the other, as recorded.
 * `node bench/replay.mjs LIST CONCURRENCY [TAG_FILE]`; LIST is JSON of {url, method, status, accept?, type?, body?}.
 * With TAG_FILE it reads that as YAML first, which is the least that a program has to do that starts from a tag file.
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

const [list, concurrency] = [JSON.parse(readFileSync(process.argv[2], 'utf8')), Number(process.argv[3])];
if (process.argv[4] !== undefined) {
  const { parseDocument } = await import('yaml');
  parseDocument(readFileSync(process.argv[4], 'utf8'));
}
const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
const chains = chainsOf(list);
let next = 0;
let wrong = 0;

function chainsOf(requests) {
  const byUrl = new Map();
  for (const each of requests) byUrl.set(each.url, [...(byUrl.get(each.url) ?? []), each]);
  return [...byUrl.values()];
}

function send({ url, method, status, accept, type, body }) {
  return new Promise((resolve, reject) => {
    const headers = {
      ...(accept && { accept }),
      ...(type && { 'content-type': type }),
      ...(body && { 'content-length': Buffer.byteLength(body) }),
    };
    const sent = request(url, { method, agent, headers }, (response) => {
      if (response.statusCode !== status) wrong += 1;
      response.resume();
      response.on('end', resolve);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function lane() {
  while (next < chains.length) {
    for (const each of chains[next++]) await send(each);
  }
}

await Promise.all(Array.from({ length: concurrency }, lane));
agent.destroy();
if (wrong > 0) {
  console.error(`${wrong} of ${list.length} answers had another status than in the recording`);
  process.exitCode = 1;
}
