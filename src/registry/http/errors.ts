import { messageOf, type OperationCode, OperationError, withoutHint } from '../../errors.js';

const CODES: Readonly<Record<FaultKind, OperationCode>> = {
  connect: 'unavailable',
  name: 'unavailable',
  tls: 'unsafe',
  proxy: 'unavailable',
  refused: 'unavailable',
  reset: 'unavailable',
  timeout: 'timeout',
  garbled: 'protocol',
  cut: 'protocol',
  encoded: 'protocol',
  'too-large': 'protocol',
};

const NEXT: Readonly<Record<FaultKind, string>> = {
  connect: 'see whether the registry is up and can be reached from here, then run again',
  name: 'correct the host name, or see whether DNS works here',
  tls: '',
  proxy: '',
  refused: 'run again when the registry is less busy',
  reset: 'run again; when it stays so, see the log of the registry or of the proxy before it',
  timeout: 'run again when the registry is well',
  garbled: 'see whether the host is a registry',
  cut: 'run again; when it stays so, see the registry or the proxy before it',
  encoded: 'switch compression of answers off in the registry or the proxy before it',
  'too-large': 'see whether the host is a registry and the image is what it should be',
};

/** What a caller of the transport sees when no try had an answer. `what` is `HEAD host/path`; `scrub` hides secrets. */
export function failureOf(
  error: unknown,
  what: string,
  tries: number,
  scrub: (text: string) => string,
): OperationError {
  if (error instanceof TransportFault) {
    const often = tries > 1 ? ` (${tries} tries)` : '';
    const hint = error.hint ?? NEXT[error.kind];
    return new OperationError(CODES[error.kind], scrub(`${what}: ${error.message}${often}`), {
      cause: error,
      hint: hint === '' ? undefined : scrub(hint),
    });
  }
  if (error instanceof OperationError) {
    const { code, message, status, hint } = error;
    const said = scrub(`${what}: ${withoutHint(message, hint)}`);
    return new OperationError(code, said, { cause: error, status, hint: hint && scrub(hint) });
  }
  return new OperationError('protocol', scrub(`${what}: ${messageOf(error)}`), { cause: error });
}

/**
 * Why a request has no usable answer, as the wire shows it.
 * - `connect`: no connection, so nothing was sent
 * - `name`: the host does not exist
 * - `tls`: the other side's certificate or TLS is not acceptable
 * - `proxy`: the proxy refused to connect
 * - `refused`: the host says that it did not handle the request (HTTP/2), so it may be sent again
 * - `reset`: the connection ended before an answer
 * - `timeout`: nothing came for too long
 * - `garbled`: what came is not HTTP
 * - `cut`: the body ended early, or its end cannot be told from a cut
 * - `encoded`: the body is compressed although nobody asked for that
 * - `too-large`: the body is larger than the caller's limit
 */
export type FaultKind =
  | 'connect'
  | 'name'
  | 'tls'
  | 'proxy'
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'garbled'
  | 'cut'
  | 'encoded'
  | 'too-large';

/** A fault of one try; the transport decides whether there is another. Never leaves src/registry/http. */
export class TransportFault extends Error {
  override readonly name = 'WireFault';
  readonly kind: FaultKind;
  /** a kept-alive connection that the other side closed while it was idle, most likely */
  readonly stale: boolean;
  /** what to do about this one; undefined: what its kind says */
  readonly hint: string | undefined;

  constructor(
    kind: FaultKind,
    message: string,
    options: { cause?: unknown; stale?: boolean; hint?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.stale = options.stale ?? false;
    this.hint = options.hint;
  }
}

/** How far a request got, for judging an error of the connection. */
interface Progress {
  readonly connected: boolean;
  readonly reused: boolean;
  /** host and port of the proxy that the request goes through; null: none */
  readonly proxy: string | null;
}

const TLS_CODE =
  /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|EPROTO)/;

/** Sorts an error of node:http, node:net or node:tls. */
export function faultOf(error: Error, progress: Progress): TransportFault {
  const code = codeOf(error);
  if (TLS_CODE.test(code)) return tlsFault(code, error);
  if (progress.proxy !== null && !progress.connected)
    return new TransportFault(
      'connect',
      `no connection to the proxy ${progress.proxy} (${code || error.message})`,
      {
        cause: error,
        hint: 'correct HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or list the registry in NO_PROXY',
      },
    );
  if (code === 'ENOTFOUND')
    return new TransportFault('name', 'the host name does not exist', { cause: error });
  if (code.startsWith('HPE_')) {
    return new TransportFault('garbled', `the answer is not HTTP (${code})`, { cause: error });
  }
  if (!progress.connected) {
    return new TransportFault('connect', `no connection (${code || error.message})`, { cause: error });
  }
  return new TransportFault('reset', `the connection was reset (${code || error.message})`, {
    cause: error,
    stale: progress.reused,
  });
}

function codeOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  return typeof code === 'string' ? code : '';
}

const FOREIGN = 'the certificate is from an authority that is not known here';
const NO_TLS = 'the other side does not speak TLS as expected';
const PLAIN = 'if plain http is meant, list the host with --insecure-registry (input insecure-registries)';
const TRUST = 'make its certificate authority known with NODE_EXTRA_CA_CERTS=/path/to/ca.pem';

/** What is wrong with the certificate, and how to fix that; switching the check off is never the advice. */
const TLS_FAULTS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: ['the certificate is self-signed', TRUST],
  SELF_SIGNED_CERT_IN_CHAIN: ['the certificate is self-signed', TRUST],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [FOREIGN, TRUST],
  UNABLE_TO_GET_ISSUER_CERT: [FOREIGN, TRUST],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [FOREIGN, TRUST],
  CERT_HAS_EXPIRED: [
    'the certificate has expired',
    "renew it on the registry, or set this machine's clock right",
  ],
  CERT_NOT_YET_VALID: ['the certificate is not valid yet', "set this machine's clock right"],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'the certificate is for another host',
    'use the host name that the certificate is for, or have it issued for this one',
  ],
  EPROTO: [NO_TLS, PLAIN],
  ERR_SSL_WRONG_VERSION_NUMBER: [NO_TLS, PLAIN],
};

function tlsFault(code: string, error: Error): TransportFault {
  const [what, hint] = TLS_FAULTS[code] ?? ['TLS failed', TRUST];
  return new TransportFault('tls', `${what} (${code || error.message})`, { cause: error, hint });
}
