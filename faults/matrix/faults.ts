/** Every kind of fault, as rows of one table. */
import { OperationError } from '../../src/errors.js';
import type { Fault, FaultMatch, FaultRule } from '../../testing/registry/server.js';
import type { Step } from './steps.js';
import type { CertificateKind, Door, Doors, World } from '../world/world.js';
import type { FakeTime } from '../world/time.js';
import type { Stranger } from '../world/stranger.js';

/** What a fault needs to know to strike. */
export interface Scene {
  readonly step: Step;
  readonly match: FaultMatch;
  /** which of the requests that match is the step */
  readonly nth: number;
  readonly world: World;
  readonly time: FakeTime;
  readonly stranger: Stranger;
  readonly door: Door | null;
}

/**
 * What must become of the run.
 * - `cured`: nobody notices; exit status 0
 * - `any`: exit status 0 with everything right, or another one with the tag untouched (or right) and said so
 */
export type Expectation = 'cured' | 'any';

export interface FaultKind {
  readonly name: string;
  readonly expect: Expectation | ((step: Step) => Expectation);
  readonly doors: Doors;
  /** the longest silence of a registry in this cell, milliseconds */
  readonly patience: number;
  /** somebody else writes: the tag may end with the other's content */
  readonly rival: boolean;
  /** a lie in the registry's own words, which nobody could tell from the truth */
  readonly believable: boolean;
  /** only HTTP/2 has it */
  readonly http2: boolean;
  /** why it cannot strike at this step; null when it can */
  not(step: Step, world: Pick<World, 'scenario'>): string | null;
  rules(scene: Scene): readonly FaultRule[];
}

interface Options {
  readonly expect?: FaultKind['expect'];
  readonly doors?: Doors;
  readonly patience?: number;
  readonly rival?: boolean;
  readonly believable?: boolean;
  readonly http2?: boolean;
  readonly not?: FaultKind['not'];
}

const PATIENCE = 5_000;
/** Long enough for a busy machine to answer, short enough to wait for. */
const IMPATIENCE = 300;

function kind(name: string, options: Options, rules: FaultKind['rules']): FaultKind {
  return {
    name,
    expect: options.expect ?? 'any',
    doors: options.doors ?? 'none',
    patience: options.patience ?? PATIENCE,
    rival: options.rival ?? false,
    believable: options.believable ?? false,
    http2: options.http2 ?? false,
    not: options.not ?? (() => null),
    rules,
  };
}

/** The fault at this request, and never again. */
function once(name: string, fault: Fault, options: Options = {}): FaultKind {
  return kind(name, options, ({ match, nth }) => [{ match, fault, nth }]);
}

/** The fault at this request and at all later ones of the same kind. */
function always(name: string, fault: Fault, options: Options = {}): FaultKind {
  return kind(name, options, ({ match, nth }) => [{ match, fault, nth, times: 'always' }]);
}

/** Something that happens when this request arrives. */
function event(
  name: string,
  options: Options,
  when: 'before' | 'after',
  work: (scene: Scene) => void | Promise<void>,
): FaultKind {
  return kind(name, options, (scene) => [
    {
      match: scene.match,
      nth: scene.nth,
      fault: { kind: 'call', when, onRequest: () => work(scene) },
    },
  ]);
}

const NO_ANSWER_BODY = ({ answer, kind }: Step): string | null =>
  answer !== 'headers' ? null : `the answer to a ${verb(kind)} has no body to spoil`;
const NO_REQUEST_BODY = ({ kind }: Step): string | null =>
  ['put-blob', 'put-manifest-tag', 'put-manifest-digest'].includes(kind)
    ? null
    : 'the request has no body to be cut in';
const NOT_ADDRESSED = ({ kind }: Step): string | null =>
  kind === 'token' || kind === 'referrers' || kind === 'mount' || kind === 'start-upload'
    ? 'the answer carries no digest'
    : null;
const READS_MANIFEST = ({ kind }: Step): string | null =>
  kind === 'get-manifest' || kind === 'head-manifest' ? null : 'only manifests are negotiated by Accept';
const HAS_LOCATION = ({ kind }: Step): string | null =>
  kind === 'start-upload' ? null : 'only the start of an upload is answered with a Location that is used';
const LOGS_IN = (step: Step, { scenario }: Pick<World, 'scenario'>): string | null =>
  scenario.login === 'token' && step.kind !== 'token'
    ? null
    : 'no token is shown here that could have expired';

function verb(kind: Step['kind']): string {
  return kind.startsWith('head') ? 'HEAD' : kind === 'mount' || kind === 'start-upload' ? 'POST' : 'PUT';
}

/** Bytes that are hashed are known to be wrong; a list or a token is not. */
const CURED_IF_HASHED = ({ kind, answer }: Step): Expectation =>
  answer === 'body' && (kind === 'get-manifest' || kind === 'get-blob') ? 'cured' : 'any';

const IMMUTABLE = {
  kind: 'status',
  status: 400,
  code: 'TAG_INVALID',
  message:
    "tag invalid: The image tag '1.0' already exists in the 'app' repository and cannot be overwritten because the repository is immutable.",
} as const;

const status = (code: number, name = 'UNKNOWN'): Fault => ({ kind: 'status', status: code, code: name });
const challenge = ({ world, step }: Scene): string => {
  const side = world[step.side];
  return `Bearer realm="${side.origin}/token",service="retag-embedded",error="invalid_token"`;
};

const NETWORK: readonly FaultKind[] = [
  event(
    'refused connections, until the first pause',
    { expect: 'cured', doors: 'plain' },
    'before',
    (scene) => {
      scene.door?.shut();
      scene.time.onSleep(() => scene.door?.open());
    },
  ),
  event('refused connections from here on', { doors: 'plain' }, 'before', ({ door }) => door?.shut()),
  event('the host name is gone, until the first pause', { doors: 'plain' }, 'before', (scene) => {
    scene.door?.name(false);
    scene.time.onSleep(() => scene.door?.name(true));
  }),
  event('the host name is gone from here on', { doors: 'plain' }, 'before', ({ door }) => door?.name(false)),
  ...(['expired', 'for another host', 'of an unknown authority'] as const).map((bad: CertificateKind) =>
    event(`the certificate is ${bad} from here on`, { doors: 'tls' }, 'before', ({ door }) =>
      door?.certificate(bad),
    ),
  ),
  once('reset before it is handled', { kind: 'reset', when: 'before' }, { expect: 'cured' }),
  once(
    'reset in the middle of the request',
    { kind: 'reset', when: 'during' },
    { expect: 'cured', not: NO_REQUEST_BODY },
  ),
  once('reset after it was handled', { kind: 'reset', when: 'after' }, { expect: 'cured' }),
  always('reset, always', { kind: 'reset', when: 'before' }),
  always('reset after it was handled, always', { kind: 'reset', when: 'after' }),
  once(
    'silence before it is handled',
    { kind: 'stall', when: 'headers' },
    { expect: 'cured', patience: IMPATIENCE },
  ),
  once(
    'silence after it was handled',
    { kind: 'stall', when: 'answer' },
    { expect: 'cured', patience: IMPATIENCE },
  ),
  once(
    'silence in the middle of the answer',
    { kind: 'stall', when: 'body' },
    { expect: 'cured', patience: IMPATIENCE, not: NO_ANSWER_BODY },
  ),
  always('silence, always', { kind: 'stall', when: 'headers' }, { patience: IMPATIENCE }),
];

/** What HTTP/2 has of its own (RFC 9113): `before`, the host did not handle the request; `after`, it did. */
const STREAMS: readonly FaultKind[] = [
  ...(['REFUSED_STREAM', 'GOAWAY', 'INTERNAL_ERROR', 'CANCEL', 'a flood of SETTINGS'] as const).map((how) =>
    once(
      `${how} before it is handled`,
      { kind: 'http2', when: 'before', how },
      { expect: 'cured', http2: true },
    ),
  ),
  ...(['INTERNAL_ERROR', 'CANCEL', 'a flood of SETTINGS'] as const).map((how) =>
    once(
      `${how} after it was handled`,
      { kind: 'http2', when: 'after', how },
      { expect: 'cured', http2: true },
    ),
  ),
  always('REFUSED_STREAM, always', { kind: 'http2', when: 'before', how: 'REFUSED_STREAM' }, { http2: true }),
];

const REFUSALS: readonly FaultKind[] = [
  once('400 as ECR for an immutable tag', IMMUTABLE),
  always('400 as ECR for an immutable tag, always', IMMUTABLE),
  once('401', status(401, 'UNAUTHORIZED')),
  always('401, always', status(401, 'UNAUTHORIZED')),
  kind('401 as for an expired token', { expect: 'cured', not: LOGS_IN }, (scene) => [
    {
      match: scene.match,
      nth: scene.nth,
      fault: {
        kind: 'status',
        status: 401,
        code: 'UNAUTHORIZED',
        headers: { 'www-authenticate': challenge(scene) },
      },
    },
  ]),
  once('403', status(403, 'DENIED')),
  always('403, always', status(403, 'DENIED')),
  once('404 that is not true', status(404, 'MANIFEST_UNKNOWN'), { believable: true }),
  always('404 that is not true, always', status(404, 'MANIFEST_UNKNOWN'), { believable: true }),
  once('404 in HTML', { kind: 'status', status: 404, body: 'html' }),
  once('404 over the Accept header', { kind: 'accept-404' }, { not: READS_MANIFEST }),
  always('404 over the Accept header, always', { kind: 'accept-404' }, { not: READS_MANIFEST }),
  once('405', status(405, 'UNSUPPORTED')),
  once('409', status(409, 'CONFLICT')),
  once('412', status(412, 'PRECONDITION')),
  once('413', status(413, 'SIZE_INVALID')),
  once('416', status(416, 'RANGE_INVALID')),
];

const THROTTLES: readonly FaultKind[] = [
  once('429', { kind: 'throttle', retryAfter: null }, { expect: 'cured' }),
  once('429 with Retry-After: 2', { kind: 'throttle', retryAfter: '2' }, { expect: 'cured' }),
  once(
    '429 with a date',
    { kind: 'throttle', retryAfter: 'Thu, 01 Jan 2026 00:00:03 GMT' },
    { expect: 'cured' },
  ),
  once('429 with nonsense', { kind: 'throttle', retryAfter: 'soon' }, { expect: 'cured' }),
  once('429 with a day to wait', { kind: 'throttle', retryAfter: '86400' }),
  always('429 with Retry-After: 20, always', { kind: 'throttle', retryAfter: '20' }),
];

const FAILURES: readonly FaultKind[] = [500, 502, 503, 504].flatMap((code) => [
  once(
    `${code}`,
    { kind: 'status', status: code, ...(code === 502 ? { body: 'html' as const } : {}) },
    { expect: 'cured' },
  ),
  always(`${code}, always`, { kind: 'status', status: code }),
]);

const LIES: readonly FaultKind[] = [
  once(
    '502 although it was done',
    { kind: 'status', status: 502, body: 'html', commit: true },
    { expect: 'cured' },
  ),
  once('200 with HTML', { kind: 'status', status: 200, body: 'html' }),
  always('200 with HTML, always', { kind: 'status', status: 200, body: 'html' }),
  once('200 with nothing', { kind: 'status', status: 200, body: 'empty' }),
  once(
    'cut short of its length',
    { kind: 'truncate', framing: 'length' },
    { expect: 'cured', not: NO_ANSWER_BODY },
  ),
  once(
    'cut between chunks',
    { kind: 'truncate', framing: 'chunked' },
    { expect: 'cured', not: NO_ANSWER_BODY },
  ),
  once(
    'cut without framing',
    { kind: 'truncate', framing: 'close' },
    { expect: CURED_IF_HASHED, not: NO_ANSWER_BODY },
  ),
  always('cut short of its length, always', { kind: 'truncate', framing: 'length' }, { not: NO_ANSWER_BODY }),
  once('one bit turned', { kind: 'corrupt' }, { expect: CURED_IF_HASHED, not: NO_ANSWER_BODY }),
  always('one bit turned, always', { kind: 'corrupt' }, { not: NO_ANSWER_BODY }),
  once(
    'another digest in the header',
    { kind: 'headers', set: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` } },
    { not: NOT_ADDRESSED },
  ),
  always(
    'no digest in the header, always',
    { kind: 'headers', set: { 'docker-content-digest': null } },
    { expect: 'cured', not: NOT_ADDRESSED },
  ),
  once('another content type', { kind: 'headers', set: { 'content-type': 'text/html' } }),
  once('a gzip bomb', { kind: 'flood', bytes: 1024 * 1024 * 1024, gzip: true }, { not: NO_ANSWER_BODY }),
  once('64 MiB of blanks', { kind: 'flood', bytes: 64 * 1024 * 1024, gzip: false }, { not: NO_ANSWER_BODY }),
  once('a slow drip', { kind: 'drip', everyMs: 2, bytes: 100 }, { expect: 'cured', not: NO_ANSWER_BODY }),
];

const DETOURS: readonly FaultKind[] = [
  once('a redirect to itself', { kind: 'redirect', to: 'loop' }),
  always('a redirect to itself, always', { kind: 'redirect', to: 'loop' }),
  kind('a redirect to a host that has it', {}, ({ match, nth, stranger }) => [
    { match, nth, fault: { kind: 'redirect', to: stranger.origin } },
  ]),
  once('a redirect to a private address', { kind: 'redirect', to: 'http://10.0.0.1/latest/meta-data' }),
  once('a redirect to a file', { kind: 'redirect', to: 'file:///etc/passwd', status: 302 }),
  once(
    'an upload Location on a private address',
    { kind: 'location', to: 'http://10.0.0.1' },
    { not: HAS_LOCATION },
  ),
  kind('an upload Location on another host', { not: HAS_LOCATION }, ({ match, nth, stranger }) => [
    { match, nth, fault: { kind: 'location', to: stranger.origin } },
  ]),
  once(
    'an upload Location that is absolute',
    { kind: 'location', to: 'absolute' },
    { expect: 'cured', not: HAS_LOCATION },
  ),
  once(
    'an upload Location that is relative',
    { kind: 'location', to: 'relative' },
    { expect: 'cured', not: HAS_LOCATION },
  ),
];

const HAS_SOURCE = (_step: Step, { scenario }: Pick<World, 'scenario'>): string | null =>
  scenario.source === null ? 'there is no source tag: the images are built' : null;

const EVENTS: readonly FaultKind[] = [
  event('SIGTERM', {}, 'before', ({ time }) => {
    time.stop(new OperationError('cancelled', 'stopped by SIGTERM; run again to complete'));
  }),
  event('SIGTERM after it was handled', {}, 'after', ({ time }) => {
    time.stop(new OperationError('cancelled', 'stopped by SIGTERM; run again to complete'));
  }),
  event('the time limit passes', {}, 'before', ({ time }) => {
    time.stop(new OperationError('timeout', 'the time limit for the whole run has passed; run again'));
  }),
  event('somebody else writes the tag, just before', { rival: true }, 'before', ({ world }) => world.rival()),
  event('somebody else writes the tag, just after', { rival: true }, 'after', ({ world }) => world.rival()),
  event(
    'somebody else makes the same tag, just before',
    { expect: 'cured', rival: true, not: HAS_SOURCE },
    'before',
    ({ world }) => world.twin(),
  ),
  event('the source tag moves, just before', { rival: true, not: HAS_SOURCE }, 'before', ({ world }) =>
    world.moveSource(),
  ),
  event('the source tag moves, just after', { rival: true, not: HAS_SOURCE }, 'after', ({ world }) =>
    world.moveSource(),
  ),
];

/** Faults that the matrix leaves to another command, with the reason that is printed. */
export const ELSEWHERE: readonly { readonly name: string; readonly why: string }[] = [
  { name: 'kill -9', why: 'ends a process, not a call: npm run faults:kill does it at every request' },
];

export const FAULTS: readonly FaultKind[] = [
  ...NETWORK,
  ...STREAMS,
  ...REFUSALS,
  ...THROTTLES,
  ...FAILURES,
  ...LIES,
  ...DETOURS,
  ...EVENTS,
];

/** One fault of each family: what `npm run test:slow` and, by default, the slower real registries get. */
const SHORT: ReadonlySet<string> = new Set([
  'refused connections, until the first pause',
  'refused connections from here on',
  'REFUSED_STREAM before it is handled',
  'GOAWAY before it is handled',
  'INTERNAL_ERROR after it was handled',
  'reset before it is handled',
  'reset in the middle of the request',
  'reset after it was handled',
  'silence after it was handled',
  '400 as ECR for an immutable tag',
  '401 as for an expired token',
  '403',
  '404 that is not true',
  '404 over the Accept header',
  '429 with nonsense',
  '500',
  '502 although it was done',
  '503, always',
  '200 with HTML',
  'cut between chunks',
  'one bit turned',
  'another digest in the header',
  'no digest in the header, always',
  'a redirect to a host that has it',
  'SIGTERM',
  'somebody else writes the tag, just before',
  'somebody else makes the same tag, just before',
  'the source tag moves, just after',
]);

export function isShort({ name }: FaultKind): boolean {
  return SHORT.has(name);
}
