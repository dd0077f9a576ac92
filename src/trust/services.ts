/** Which services sign: Sigstore's signing config (github.com/sigstore/protobuf-specs, sigstore_trustroot.proto, SigningConfig), or the public good instance. */
import type { Parsed } from '../errors.js';
import { isObject, parseJson } from '../oci/manifest.js';
import { at, textAt } from '../shared/text.js';

export interface SigningServices {
  readonly fulcio: URL;
  /** null: signatures are not logged, and time-stamps say when they were made */
  readonly rekor: URL | null;
  readonly timestamps: readonly URL[];
}

/** The public good instance, https://docs.sigstore.dev/about/overview/ */
export const PUBLIC_GOOD: SigningServices = {
  fulcio: new URL('https://fulcio.sigstore.dev'),
  rekor: new URL('https://rekor.sigstore.dev'),
  timestamps: [],
};

/** @param now milliseconds since the epoch: services of another time are passed over */
export function parseSigningConfig(text: Uint8Array, now: number): Parsed<SigningServices> {
  const config = parseJson(text);
  if (!isObject(config) || !(textAt(config, 'mediaType') ?? '').startsWith(MEDIA_TYPE))
    return wrong(
      'it is not a signing config of Sigstore',
      'give the file that "cosign signing-config create" writes',
    );
  const [fulcio] = servicesIn(config['caUrls'], now);
  const rekor = servicesIn(config['rekorTlogUrls'], now);
  const stamps = servicesIn(config['tsaUrls'], now);
  if (fulcio === undefined)
    return wrong('it has no certificate authority of version 1 in "caUrls"', 'add one that is valid today');
  if (rekor.length === 0 && stamps.length === 0)
    return wrong(
      'it has neither a log of version 1 in "rekorTlogUrls" nor a time-stamp authority',
      'add one that is valid today: nothing else proves when a record was signed',
    );
  const all = textAt(config, 'tsaConfig', 'selector') === 'ALL';
  return {
    ok: true,
    value: { fulcio, rekor: rekor[0] ?? null, timestamps: all ? stamps : stamps.slice(0, 1) },
  };
}

const MEDIA_TYPE = 'application/vnd.dev.sigstore.signingconfig.v0.2+json';

const wrong = (what: string, hint: string): Parsed<never> => ({ ok: false, what, hint });

/** Those that this version of the protocol and this day are for. Tokens go to them, so nothing but https, except on this machine. */
function servicesIn(list: unknown, now: number): URL[] {
  if (!Array.isArray(list)) return [];
  return (list as unknown[]).flatMap((service) => {
    const url = textAt(service, 'url') ?? '';
    const [from, to] = [textAt(service, 'validFor', 'start'), textAt(service, 'validFor', 'end')];
    const isNow = (from === null || Date.parse(from) <= now) && (to === null || now < Date.parse(to));
    if (at(service, 'majorApiVersion') !== 1 || !isNow || !URL.canParse(url)) return [];
    const parsed = new URL(url);
    return parsed.protocol === 'https:' || LOOPBACK.test(parsed.hostname) ? [parsed] : [];
  });
}

const LOOPBACK = /^(?:127(?:\.\d+){3}|localhost|\[::1\])$/;
