import { createHash } from 'node:crypto';
import type { Manifest } from '../../src/oci/manifest.js';

export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const SCHEMA1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

export function sha256(text: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

export function sha512(text: string | Uint8Array): string {
  return `sha512:${createHash('sha512').update(text).digest('hex')}`;
}

/** The sha256 of nothing, of the distribution-spec's favourite examples. */
export const EMPTY = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** A small image manifest as text: pretty-printed and with a trailing newline, so that nobody writes it anew unnoticed. */
export const IMAGE_TEXT = `{
  "schemaVersion": 2,
  "mediaType": "${OCI_MANIFEST}",
  "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": "${EMPTY}", "size": 0 },
  "layers": []
}
`;

export function manifestOf(text: string, mediaType: string): Manifest {
  return { bytes: Buffer.from(text), mediaType, digest: sha256(text) };
}
