import { type Behaviour, DISTRIBUTION_2_8, startRegistry } from '../../testing/registry/server.js';
import { type Capabilities, rawOf } from '../support/registry-contract/place.js';
import { registryContract } from '../support/registry-contract/suite.js';

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
