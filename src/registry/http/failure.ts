import { messageOf, OperationError, type OperationCode } from '../../errors.js';
import { WireFault, type FaultKind } from './fault.js';

const CODES: Readonly<Record<FaultKind, OperationCode>> = {
  connect: 'unavailable',
  name: 'unavailable',
  tls: 'unsafe',
  proxy: 'unavailable',
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
  if (error instanceof WireFault) {
    const often = tries > 1 ? ` (${tries} tries)` : '';
    const next = NEXT[error.kind] === '' ? '' : `; ${NEXT[error.kind]}`;
    return new OperationError(CODES[error.kind], scrub(`${what}: ${error.message}${often}${next}`), {
      cause: error,
    });
  }
  if (error instanceof OperationError) {
    return new OperationError(error.code, scrub(`${what}: ${error.message}`), {
      cause: error,
      ...(error.status === undefined ? {} : { status: error.status }),
    });
  }
  return new OperationError('protocol', scrub(`${what}: ${messageOf(error)}`), { cause: error });
}
