/** Promotions and a release that between them make every kind of request that Retag sends. */
import { cosign, referrer, type TaggedImage } from '../../testing/registry/images.js';
import { built, image, index, type BuiltImage } from '../../testing/registry/image.js';
import { DISTRIBUTION_2_8, SPEC, type Behaviour } from '../../testing/registry/server.js';

export const COMMIT = 'dac417bd31ed36d455e94db4aabe5916367654d4';
export const SOURCE_TAG = 'build-7';

/** A tag that Retag is asked for. */
export interface WantedTag {
  /** without the prefix that keeps tests apart */
  readonly repository: string;
  readonly tag: string;
  /** what is there before; null: nothing */
  readonly before: BuiltImage | null;
  /** may Retag move it? Only when somebody said so by name */
  readonly force: boolean;
}

export interface Scenario {
  readonly name: 'between' | 'within' | 'late' | 'move' | 'recorded' | 'release';
  readonly title: string;
  /** one registry or two */
  readonly sides: 1 | 2;
  readonly login: 'basic' | 'token' | null;
  readonly behaviour: Behaviour;
  /** repository that holds the source tag; null: the images are built in the run */
  readonly source: string | null;
  /** the first of each repository is its primary, which the others follow */
  readonly wanted: readonly WantedTag[];
  /** what else is there and stays */
  readonly bystanders: readonly { readonly repository: string; readonly tag: string }[];
  /** there from the start, or at the source only after the tag was made: an SBOM, and a signature more in the tag of cosign's */
  readonly attachments: 'none' | 'from the start' | 'late';
  /** of the entry in the tag file, besides its name */
  readonly lines: readonly string[];
  /** the tag file asks for records, signed with a key */
  readonly record?: true;
}

/** One layer for both platforms: the fewer requests, the more cells. */
function child(platform: string, text: string): BuiltImage {
  return image({
    platform,
    labels: { 'org.opencontainers.image.revision': COMMIT },
    layers: [{ files: { 'etc/release': text } }],
  });
}

/** The image that is promoted. Its first child has to be read for the commit that it is made from. */
export const IMAGE = index([child('linux/amd64', 'seven\n'), child('linux/arm64', 'seven\n')]);
export const CHILD = IMAGE.children[0] as BuiltImage;
export const SIGNATURE: TaggedImage = cosign(IMAGE, 'sig');
/** The same tag once somebody else has signed too: cosign appends a layer. */
export const SIGNED_TWICE: TaggedImage = signedAgain(SIGNATURE);
export const SBOM = referrer(IMAGE);
/** What is under a tag that is to be moved. */
export const OLDER = index([image({ layers: [{ files: { old: 'yes' } }] })]);
/** What somebody else writes at the wrong moment. */
export const RIVAL = index(
  ['linux/amd64', 'linux/arm64'].map((platform) =>
    image({ platform, layers: [{ files: { rival: 'yes' } }] }),
  ),
);

function signedAgain({ tag, image: before }: TaggedImage): TaggedImage {
  const document = JSON.parse(before.bytes.toString()) as { layers: object[] };
  const annotations = { 'dev.cosignproject.cosign/signature': Buffer.from('another key').toString('base64') };
  const layers = [...document.layers, ...document.layers.map((layer) => ({ ...layer, annotations }))];
  return { tag, image: built({ ...document, layers }, before.mediaType, { blobs: before.blobs }) };
}

/** What cosign's tag holds once all that is attached to the source is carried. */
export function signatureOf({ attachments }: Scenario): TaggedImage {
  return attachments === 'late' ? SIGNED_TWICE : SIGNATURE;
}

/** What a builder makes: another digest each time, as real ones do. */
export function freshBuild(repository: string, attempt: number): BuiltImage {
  return index([child('linux/amd64', `${repository} ${attempt}\n`)]);
}

const wanted = (
  repository: string,
  tag: string,
  before: BuiltImage | null = null,
  force = false,
): WantedTag => ({
  repository,
  tag,
  before,
  force,
});

/** Between registries that ask for tokens: everything is read on one side and uploaded on the other. */
export const BETWEEN: Scenario = {
  name: 'between',
  title: 'promotion between two registries with token login, with signature and SBOM',
  sides: 2,
  login: 'token',
  behaviour: SPEC,
  source: 'team/app',
  wanted: [wanted('release/app', '1.0')],
  bystanders: [{ repository: 'release/app', tag: 'bystander' }],
  attachments: 'from the start',
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
  title: 'promotion between repositories of one registry without a referrers API, with SBOM',
  sides: 1,
  login: 'basic',
  behaviour: DISTRIBUTION_2_8,
  source: 'team/app',
  wanted: [wanted('release/app', '1.0')],
  bystanders: [{ repository: 'release/app', tag: 'bystander' }],
  attachments: 'from the start',
  lines: ['tag: "1.0"', 'platforms: [linux/amd64, linux/arm64]', 'attachments: copy'],
};

/** A tag that is right, and signed there: what came to its source later is carried. */
export const LATE: Scenario = {
  name: 'late',
  title: 'a promoted tag to whose source an SBOM and a second signature were attached later',
  sides: 1,
  login: null,
  behaviour: SPEC,
  source: 'team/app',
  wanted: [wanted('release/app', '1.0', IMAGE)],
  bystanders: [{ repository: 'release/app', tag: 'bystander' }],
  attachments: 'late',
  lines: ['tag: "1.0"', 'attachments: copy'],
};

/** The plain retag, and a tag that is moved by force. */
export const MOVE: Scenario = {
  name: 'move',
  title: 'promotion within one repository: a tag moved by force, and its stable tag made',
  sides: 1,
  login: null,
  behaviour: SPEC,
  source: 'team/app',
  wanted: [wanted('team/app', '1.0', OLDER, true), wanted('team/app', '1.0-stable')],
  bystanders: [{ repository: 'team/app', tag: 'bystander' }],
  attachments: 'none',
  lines: ['tag: "1.0"', 'stable: true', 'attachments: ignore'],
};

/** The same with a record of each tag, found by the API, and by the fallback tag. */
export const RECORDED: Scenario = {
  ...MOVE,
  name: 'recorded',
  title: 'a tag moved by force and its stable tag, with records, with a referrers API',
  record: true,
};
export const RECORDED_WITHIN: Scenario = {
  ...WITHIN,
  name: 'recorded',
  title: 'promotion between repositories without a referrers API, with records',
  record: true,
};

/** A git tag: two images built together, each with its version and its channels. */
export const RELEASE: Scenario = {
  name: 'release',
  title: 'release of two images that are built together, with channels',
  sides: 1,
  login: 'token',
  behaviour: SPEC,
  source: null,
  wanted: ['shop/api', 'shop/web'].flatMap((repository) => [
    wanted(repository, 'v1.3.0'),
    wanted(repository, '1.3'),
    wanted(repository, 'latest', OLDER),
  ]),
  bystanders: [
    { repository: 'shop/api', tag: 'v1.2.0' },
    { repository: 'shop/web', tag: 'v1.2.0' },
  ],
  attachments: 'none',
  lines: [],
};

export const RELEASE_REF = 'refs/tags/v1.3.0';
export const RELEASE_POLICY = `policy:
  rules:
    - class: final
      git_tag: 'v{major}.{minor}.{patch}'
      tag: '{git_tag}'
      channels: ['{major}.{minor}', latest]
`;

export const SCENARIOS: readonly Scenario[] = [BETWEEN, WITHIN, LATE, MOVE, RELEASE];
