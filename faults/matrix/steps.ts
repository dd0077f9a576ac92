/** Every kind of request that Retag makes, by the words that the table uses. */
import { referrersTag } from '../../testing/registry/images.js';
import type { FaultMatch, LoggedRequest, RequestKind } from '../../testing/registry/server.js';
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
  /** which of the matching requests is meant, from 1; the one that is answered with a demand to log in is not counted */
  readonly nth: number;
  /**
   * A registry that wants a login answers the first request with a demand for it, and the request comes once more. `demand`: the
   * first one, which only such a registry sees. `after`: one of those that match the same, from the second on.
   */
  readonly login?: 'demand' | 'after';
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
    case 'late':
      return LATE;
    case 'move':
      return MOVE;
    case 'recorded':
      throw new Error('kills alone are tried on it (faults/kill)');
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

/** Which of the requests that match is meant. `logins`: does the registry want the login that the scenario speaks of? */
export function nthOf({ nth, login }: Step, logins: boolean): number {
  return login === 'after' && logins ? nth + 1 : nth;
}

/** Only a registry that wants a login sees these. */
export function isOfLogin({ kind, login }: Step): boolean {
  return kind === 'token' || login === 'demand';
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

/** What a tag is like before: absent, or to be moved; built in the run, or promoted. */
interface Kind {
  readonly now: 'absence' | 'body';
  readonly built: boolean;
}

/**
 * What becomes of a wanted tag: HEAD, the look right before the write, PUT, and the read-back once the tag has settled. The look
 * before the write also confirms that a tag is absent. A tag that is built has two looks more: one confirms before the build
 * that it is absent, and one sees before the first tag of a release is written that none of them was touched.
 */
function tagSteps(tag: string, label: string, { now, built }: Kind): readonly Step[] {
  const of = { ...ON_TARGET, reference: tag } as const;
  const looks = [
    ...(built && now === 'absence' ? ['to confirm that it is absent'] : []),
    ...(built ? ['before the first tag of the release'] : []),
    'right before the write',
  ];
  return [
    { ...of, name: `HEAD ${label}`, kind: 'head-manifest', answer: 'headers' },
    ...looks.map((why, at): Step => ({
      ...of,
      name: `GET ${label}, ${why}`,
      kind: 'get-manifest',
      nth: at + 1,
      answer: now,
    })),
    { ...of, name: `PUT ${label}`, kind: 'put-manifest-tag', answer: 'headers' },
    { ...of, name: `HEAD ${label}, read back`, kind: 'head-manifest', nth: 2, answer: 'headers' },
  ];
}

/** Steps of which the first one named so is the first that a registry with a login sees: it comes twice. */
function withDemand(name: string, steps: readonly Step[]): readonly Step[] {
  const first = steps.find((step) => step.name === name);
  return steps.flatMap((step): readonly Step[] => {
    if (step === first) {
      return [
        { ...step, name: `${name}, before the login`, login: 'demand' },
        { ...step, login: 'after' },
      ];
    }
    const same = step.kind === first?.kind && step.side === first.side && step.reference === first.reference;
    return [same ? { ...step, login: 'after' } : step];
  });
}

function tokenStep(side: Step['side'], name: string, nth = 1): Step {
  return { name, side, repository: null, reference: null, kind: 'token', nth, answer: 'body' };
}

/** @param listed what a registry answers that has the referrers API, or has not */
function readSteps(side: 'source' | 'target', listed: 'body' | 'absence'): readonly Step[] {
  const of = { ...ON_SOURCE, side } as const;
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
  tokenStep('source', 'token for the source'),
  tokenStep('target', 'token for the destination, to read'),
  tokenStep('target', 'token for the destination, to write', 2),
  ...withDemand('GET source tag', readSteps('source', 'body')),
  { ...ON_SOURCE, name: 'GET source config', kind: 'get-blob', reference: CONFIG, answer: 'body' },
  { ...ON_SOURCE, name: 'GET blob, to upload it', kind: 'get-blob', reference: LAYER, answer: 'body' },
  { ...ON_TARGET, name: 'HEAD blob at destination', kind: 'head-blob', reference: LAYER, answer: 'headers' },
  { ...ON_TARGET, name: 'start upload', kind: 'start-upload', reference: null, answer: 'headers' },
  { ...ON_TARGET, name: 'PUT blob', kind: 'put-blob', reference: null, answer: 'headers' },
  ...writeSteps(),
  ...withDemand('HEAD tag', tagSteps('1.0', 'tag', { now: 'absence', built: false })),
];

const FALLBACK = referrersTag(IMAGE.digest);

/** Within one registry the source is looked at where the tags are. */
const HEAD_SOURCE: Step = {
  ...ON_SOURCE,
  side: 'target',
  name: 'HEAD source tag',
  kind: 'head-manifest',
  reference: SOURCE_TAG,
  answer: 'headers',
};

const WITHIN: readonly Step[] = [
  ...readSteps('target', 'absence'),
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
  ...withDemand('HEAD tag', tagSteps('1.0', 'tag', { now: 'absence', built: false })),
];

const LATE: readonly Step[] = [
  { ...ON_TARGET, name: 'HEAD tag', kind: 'head-manifest', reference: '1.0', answer: 'headers' },
  HEAD_SOURCE,
  {
    ...ON_TARGET,
    name: 'GET image at destination',
    kind: 'get-manifest',
    reference: IMAGE.digest,
    answer: 'body',
  },
  ...readSteps('target', 'body').filter(({ reference }) => reference !== SOURCE_TAG),
  {
    ...ON_TARGET,
    name: 'HEAD cosign tag at destination',
    kind: 'head-manifest',
    reference: SIGNATURE.tag,
    answer: 'headers',
  },
  {
    ...ON_TARGET,
    name: 'HEAD referrer at destination',
    kind: 'head-manifest',
    reference: SBOM.digest,
    answer: 'headers',
  },
  { ...ON_TARGET, name: 'mount blob', kind: 'mount', reference: null, answer: 'headers' },
  {
    ...ON_TARGET,
    name: 'GET cosign tag at destination',
    kind: 'get-manifest',
    reference: SIGNATURE.tag,
    answer: 'body',
  },
  {
    ...ON_TARGET,
    name: 'GET signature at destination',
    kind: 'get-manifest',
    reference: SIGNATURE.image.digest,
    answer: 'body',
  },
  ...writeSteps().filter(({ name }) => name === 'PUT referrer' || name === 'PUT cosign tag'),
];

const MOVE: readonly Step[] = [
  HEAD_SOURCE,
  {
    ...ON_SOURCE,
    side: 'target',
    name: 'GET source by digest',
    kind: 'get-manifest',
    reference: IMAGE.digest,
    answer: 'body',
  },
  ...tagSteps('1.0', 'tag to be moved', { now: 'body', built: false }),
  ...tagSteps('1.0-stable', 'stable tag', { now: 'absence', built: false }),
];

const RELEASE: readonly Step[] = [
  tokenStep('target', 'token for the destination, to read'),
  tokenStep('target', 'token for the destination, to write', 3),
  ...withDemand('list tags', [
    { ...ON_TARGET, name: 'list tags', kind: 'tags', reference: null, answer: 'body' },
  ]),
  { ...ON_TARGET, name: 'GET what was built', kind: 'get-manifest', reference: 'digest', answer: 'body' },
  ...tagSteps('v1.3.0', 'version tag', { now: 'absence', built: true }),
  ...tagSteps('1.3', 'new channel', { now: 'absence', built: true }),
  ...tagSteps('latest', 'channel that exists', { now: 'body', built: true }),
];
