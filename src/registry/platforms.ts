import type { Descriptor, Platform } from './manifest.js';

/** BuildKit marks its attestation manifests with this annotation on their descriptor. */
const ATTESTATION = 'vnd.docker.reference.type';

/** Is this child of an index an attestation of another child (moby/buildkit docs/attestations/attestation-storage.md)? */
export function isAttestation(child: Descriptor): boolean {
  return child.annotations.has(ATTESTATION);
}

/** Can anything be run on it? `unknown/unknown` is what builders write where no platform is meant. */
export function isRealPlatform({ os, architecture }: Platform): boolean {
  return os !== '' && architecture !== '' && os !== 'unknown' && architecture !== 'unknown';
}

/** `linux/amd64`, `linux/arm/v7`. The variant that an architecture has by default is left out, as buildx does. */
export function formatPlatform({ os, architecture, variant }: Platform): string {
  const isDefault =
    (architecture === 'arm64' && variant === 'v8') || (architecture === 'amd64' && variant === 'v1');
  return [os, architecture, ...(variant === '' || isDefault ? [] : [variant])].join('/');
}
