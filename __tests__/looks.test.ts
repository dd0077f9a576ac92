import { expect, test } from '@jest/globals';

import { rememberLooks } from '../src/observe.js';
import { memoryRegistry } from './support/memory-registry.js';

const REF = { registry: 'r.example', repository: 'app', tag: '1.0' };

test('two who ask for one tag get one answer, also when the tag moves in between', async () => {
  const registry = memoryRegistry({});
  const looking = rememberLooks(registry);
  const first = await looking.look(REF);
  registry.tagged.set('r.example/app:1.0', 'sha256:'.padEnd(71, 'a'));
  expect(await looking.look({ ...REF })).toBe(first);
  expect(registry.calls.filter((call) => call.startsWith('look '))).toHaveLength(1);
});

test('the look right before a write is never remembered', async () => {
  const registry = memoryRegistry({});
  const looking = rememberLooks(registry);
  await looking.look(REF);
  await looking.lookAgain(REF);
  await looking.lookAgain(REF);
  expect(registry.calls.filter((call) => call.startsWith('lookAgain'))).toHaveLength(2);
});
