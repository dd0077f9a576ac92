/** Every kind of request that Retag makes, by the words that the table uses. */
import { referrersTag } from '../../src/embedded/attached.js';
import type { FaultMatch, LoggedRequest, RequestKind } from '../../src/embedded/server.js';
import { CHILD, IMAGE, SBOM, SIGNATURE, SOURCE_TAG, type Scenario } from '../world/scenario.js';

/** One kind of request of one scenario. */
export interface Step {
  readonly name: string;
  readonly side: 'source' | 'target';
  readonly kind: RequestKind;
  /** `source` or `target` repository; null for token requests */
  readonly repository: 'source' | 'target' | null;
  /** tag or digest; `digest`: any digest; null: anything */
  readonly reference: string | null;
  /** the first of the matching requests that is meant, from 1 */
  readonly nth: number;
  /** what the good answer carries: content, or the registry's word that there is none, or nothing but headers */
  readonly answer: 'body' | 'absence' | 'headers';
}

const CONFIG = CHILD.blobs[0]?.digest ?? '';
const LAYER = CHILD.blobs[1]?.digest ?? '';

/** The steps of a promotion in the order in which they come. */
export function stepsOf(scenario: Scenario): readonly Step[] {
  switch (scenario.name) {
    case 'between':
      return BETWEEN;
    case 'within':
      return WITHIN;
    case 'move':
      return MOVE;
    case 'release':
      return RELEASE;
  }
}

/** The rule part of a fault that hits this step and nothing before it. */
export function matchOf(
  step: Step,
  repositories: { readonly source: string; readonly target: string },
): FaultMatch {
  return {
    kind: step.kind,
    ...(step.repository === null ? {} : { repository: repositories[step.repository] }),
    ...(step.reference === null
      ? {}
      : step.reference === 'digest'
        ? { by: 'digest' }
        : { reference: step.reference }),
  };
}

/** Which step a request is, for seeing that the table has them all: the same kind and thing, whichever its turn. */
export function nameOf(
  request: LoggedRequest,
  role: 'source' | 'target',
  steps: readonly Step[],
  repositories: { readonly source: string; readonly target: string },
): string | null {
  const found = steps.find(
    (step) =>
      step.side === role &&
      step.kind === request.kind &&
      (step.repository === null || repositories[step.repository] === request.repository),
  );
  return found?.name ?? null;
}

const ON_SOURCE = { side: 'source', repository: 'source', nth: 1 } as const;
const ON_TARGET = { side: 'target', repository: 'target', nth: 1 } as const;

/** The look right before the write confirms that a tag is absent; before anything is built, a request of its own does. */
function tagSteps(tag: string, label: string, built = false): readonly Step[] {
  const of = { ...ON_TARGET, reference: tag } as const;
  const confirm = {
    ...of,
    name: `GET ${label}, to confirm that it is absent`,
    kind: 'get-manifest',
    answer: 'absence',
  } as const;
  return [
    { ...of, name: `HEAD ${label}`, kind: 'head-manifest', answer: 'headers' },
    ...(built ? [confirm] : []),
    {
      ...of,
      name: `GET ${label}, right before the write`,
      kind: 'get-manifest',
      nth: built ? 2 : 1,
      answer: 'absence',
    },
    { ...of, name: `PUT ${label}`, kind: 'put-manifest-tag', answer: 'headers' },
    { ...of, name: `HEAD ${label}, read back`, kind: 'head-manifest', nth: 2, answer: 'headers' },
  ];
}

function readSteps(side: 'source' | 'target'): readonly Step[] {
  const of = { ...ON_SOURCE, side } as const;
  const listed = side === 'source' ? 'body' : 'absence';
  return [
    { ...of, name: 'GET source tag', kind: 'get-manifest', reference: SOURCE_TAG, answer: 'body' },
    { ...of, name: 'GET source child', kind: 'get-manifest', reference: CHILD.digest, answer: 'body' },
    { ...of, name: 'list referrers', kind: 'referrers', reference: null, answer: listed },
    { ...of, name: 'look for a cosign tag', kind: 'get-manifest', reference: SIGNATURE.tag, answer: 'body' },
    {
      ...of,
      name: 'look for a cosign tag that is not there',
      kind: 'get-manifest',
      reference: SIGNATURE.tag.replace('.sig', '.att'),
      answer: 'absence',
    },
    {
      ...of,
      name: 'GET cosign signature',
      kind: 'get-manifest',
      reference: SIGNATURE.tag,
      nth: 2,
      answer: 'body',
    },
    { ...of, name: 'GET referrer', kind: 'get-manifest', reference: SBOM.digest, answer: 'body' },
  ];
}

function writeSteps(): readonly Step[] {
  const of = ON_TARGET;
  return [
    {
      ...of,
      name: 'HEAD child at destination',
      kind: 'head-manifest',
      reference: CHILD.digest,
      answer: 'headers',
    },
    { ...of, name: 'PUT child', kind: 'put-manifest-digest', reference: CHILD.digest, answer: 'headers' },
    { ...of, name: 'PUT referrer', kind: 'put-manifest-digest', reference: SBOM.digest, answer: 'headers' },
    {
      ...of,
      name: 'look for cosign tag at destination',
      kind: 'get-manifest',
      reference: SIGNATURE.tag,
      answer: 'absence',
    },
    { ...of, name: 'PUT cosign tag', kind: 'put-manifest-tag', reference: SIGNATURE.tag, answer: 'headers' },
  ];
}

const BETWEEN: readonly Step[] = [
  {
    name: 'token for the source',
    side: 'source',
    repository: null,
    reference: null,
    kind: 'token',
    nth: 1,
    answer: 'body',
  },
  {
    name: 'token for the destination',
    side: 'target',
    repository: null,
    reference: null,
    kind: 'token',
    nth: 1,
    answer: 'body',
  },
  ...readSteps('source'),
  { ...ON_SOURCE, name: 'GET source config', kind: 'get-blob', reference: CONFIG, answer: 'body' },
  { ...ON_SOURCE, name: 'GET blob, to upload it', kind: 'get-blob', reference: LAYER, answer: 'body' },
  { ...ON_TARGET, name: 'HEAD blob at destination', kind: 'head-blob', reference: LAYER, answer: 'headers' },
  { ...ON_TARGET, name: 'start upload', kind: 'start-upload', reference: null, answer: 'headers' },
  { ...ON_TARGET, name: 'PUT blob', kind: 'put-blob', reference: null, answer: 'headers' },
  ...writeSteps(),
  ...tagSteps('1.0', 'tag'),
];

const FALLBACK = referrersTag(IMAGE.digest);

const WITHIN: readonly Step[] = [
  ...readSteps('target'),
  {
    ...ON_SOURCE,
    side: 'target',
    name: 'GET fallback tag of the source',
    kind: 'get-manifest',
    reference: FALLBACK,
    answer: 'body',
  },
  {
    ...ON_SOURCE,
    side: 'target',
    name: 'HEAD source blob',
    kind: 'head-blob',
    reference: LAYER,
    answer: 'headers',
  },
  { ...ON_TARGET, name: 'mount blob', kind: 'mount', reference: null, answer: 'headers' },
  ...writeSteps(),
  {
    ...ON_TARGET,
    name: 'list referrers at destination',
    kind: 'referrers',
    reference: null,
    answer: 'absence',
  },
  {
    ...ON_TARGET,
    name: 'GET fallback tag of the destination',
    kind: 'get-manifest',
    reference: FALLBACK,
    answer: 'absence',
  },
  {
    ...ON_TARGET,
    name: 'PUT fallback tag',
    kind: 'put-manifest-tag',
    reference: FALLBACK,
    answer: 'headers',
  },
  ...tagSteps('1.0', 'tag'),
];

const MOVE: readonly Step[] = [
  { ...ON_TARGET, name: 'HEAD tag to be moved', kind: 'head-manifest', reference: '1.0', answer: 'headers' },
  {
    ...ON_SOURCE,
    side: 'target',
    name: 'HEAD source tag',
    kind: 'head-manifest',
    reference: SOURCE_TAG,
    answer: 'headers',
  },
  {
    ...ON_SOURCE,
    side: 'target',
    name: 'GET source by digest',
    kind: 'get-manifest',
    reference: IMAGE.digest,
    answer: 'body',
  },
  {
    ...ON_TARGET,
    name: 'GET tag to be moved, right before',
    kind: 'get-manifest',
    reference: '1.0',
    answer: 'body',
  },
  {
    ...ON_TARGET,
    name: 'PUT tag to be moved',
    kind: 'put-manifest-tag',
    reference: '1.0',
    answer: 'headers',
  },
  {
    ...ON_TARGET,
    name: 'HEAD moved tag, read back',
    kind: 'head-manifest',
    reference: '1.0',
    nth: 2,
    answer: 'headers',
  },
  ...tagSteps('1.0-stable', 'stable tag'),
];

const RELEASE: readonly Step[] = [
  {
    name: 'token for the destination',
    side: 'target',
    repository: null,
    reference: null,
    kind: 'token',
    nth: 1,
    answer: 'body',
  },
  { ...ON_TARGET, name: 'list tags', kind: 'tags', reference: null, answer: 'body' },
  { ...ON_TARGET, name: 'GET what was built', kind: 'get-manifest', reference: 'digest', answer: 'body' },
  {
    ...ON_TARGET,
    name: 'HEAD channel that exists',
    kind: 'head-manifest',
    reference: 'latest',
    answer: 'headers',
  },
  {
    ...ON_TARGET,
    name: 'GET channel that exists, right before the write',
    kind: 'get-manifest',
    reference: 'latest',
    answer: 'body',
  },
  {
    ...ON_TARGET,
    name: 'PUT channel that exists',
    kind: 'put-manifest-tag',
    reference: 'latest',
    answer: 'headers',
  },
  {
    ...ON_TARGET,
    name: 'HEAD moved channel, read back',
    kind: 'head-manifest',
    reference: 'latest',
    nth: 2,
    answer: 'headers',
  },
  ...tagSteps('v1.3.0', 'version tag', true),
  ...tagSteps('1.3', 'new channel', true),
];
