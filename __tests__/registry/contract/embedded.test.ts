import { DISTRIBUTION_2_8, startRegistry, type Behaviour } from '../../../src/embedded/server.js';
import { rawOf, type Capabilities } from './place.js';
import { registryContract } from './suite.js';

const KINDS: Readonly<Record<string, readonly [Partial<Behaviour>, Capabilities]>> = {
  'embedded, as the specification': [{}, { referrersApi: true, refuses: [], pagesTags: true }],
  'embedded, as docker-registry 2.8': [
    DISTRIBUTION_2_8,
    { referrersApi: false, refuses: [], pagesTags: false },
  ],
};

for (const [name, [behaviour, capabilities]] of Object.entries(KINDS)) {
  registryContract(name, async () => {
    const [one, two] = [await startRegistry({ behaviour }), await startRegistry({ behaviour })];
    return {
      place: { host: one.host, raw: rawOf(one.url) },
      other: { host: two.host, raw: rawOf(two.url) },
      capabilities,
      stop: () => Promise.all([one.close(), two.close()]),
    };
  });
}
