/** Promotions that between them make every kind of request that Retag sends. */
import { cosign, referrer, type TaggedImage } from '../../src/embedded/attached.js';
import { image, index, type BuiltImage } from '../../src/embedded/images.js';
import { DISTRIBUTION_2_8, SPEC, type Behaviour } from '../../src/embedded/server.js';

export const COMMIT = 'dac417bd31ed36d455e94db4aabe5916367654d4';
export const SOURCE_TAG = 'build-7';

export interface Scenario {
  readonly name: 'between' | 'within' | 'move';
  readonly title: string;
  /** one registry or two */
  readonly sides: 1 | 2;
  readonly login: 'basic' | 'token' | null;
  readonly behaviour: Behaviour;
  readonly source: string;
  readonly target: string;
  /** tags that are wanted, and what they are before */
  readonly wanted: readonly { readonly tag: string; readonly before: BuiltImage | null }[];
  readonly attachments: boolean;
  readonly lines: readonly string[];
}

/** One layer for both platforms: the fewer requests, the more cells. */
function child(platform: string): BuiltImage {
  return image({
    platform,
    labels: { 'org.opencontainers.image.revision': COMMIT },
    layers: [{ files: { 'etc/release': 'seven\n' } }],
  });
}

/** The image that is promoted. Its first child has to be read for the commit that it is made from. */
export const IMAGE = index([child('linux/amd64'), child('linux/arm64')]);
export const CHILD = IMAGE.children[0] as BuiltImage;
export const SIGNATURE: TaggedImage = cosign(IMAGE, 'sig');
export const SBOM = referrer(IMAGE);
/** What is under a tag that is to be moved. */
export const OLDER = index([image({ layers: [{ files: { old: 'yes' } }] })]);
/** What somebody else writes at the wrong moment. */
export const RIVAL = index(
  ['linux/amd64', 'linux/arm64'].map((platform) =>
    image({ platform, layers: [{ files: { rival: 'yes' } }] }),
  ),
);

/** Between registries that ask for tokens: everything is read on one side and uploaded on the other. */
export const BETWEEN: Scenario = {
  name: 'between',
  title: 'between two registries with token login, with signature and SBOM',
  sides: 2,
  login: 'token',
  behaviour: SPEC,
  source: 'team/app',
  target: 'release/app',
  wanted: [{ tag: '1.0', before: null }],
  attachments: true,
  lines: [
    'tag: "1.0"',
    `src_ref: https://example.org/app/commit/${COMMIT}`,
    'platforms: [linux/amd64, linux/arm64]',
    'attachments: copy',
  ],
};

/** Within a registry as docker-registry 2.8 is: blobs are mounted, referrers live under the fallback tag. */
export const WITHIN: Scenario = {
  name: 'within',
  title: 'between repositories of one registry without a referrers API, with SBOM',
  sides: 1,
  login: 'basic',
  behaviour: DISTRIBUTION_2_8,
  source: 'team/app',
  target: 'release/app',
  wanted: [{ tag: '1.0', before: null }],
  attachments: true,
  lines: ['tag: "1.0"', 'platforms: [linux/amd64, linux/arm64]', 'attachments: copy'],
};

/** The plain retag, and a tag that is moved by force. */
export const MOVE: Scenario = {
  name: 'move',
  title: 'within one repository: a tag moved by force, and its stable tag made',
  sides: 1,
  login: null,
  behaviour: SPEC,
  source: 'team/app',
  target: 'team/app',
  wanted: [
    { tag: '1.0', before: OLDER },
    { tag: '1.0-stable', before: null },
  ],
  attachments: false,
  lines: ['tag: "1.0"', 'stable: true', 'attachments: ignore'],
};

export const SCENARIOS: readonly Scenario[] = [BETWEEN, WITHIN, MOVE];
