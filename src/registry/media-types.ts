/** The media types of manifests, and the Accept lines made of them. */

export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_ARTIFACT = 'application/vnd.oci.artifact.manifest.v1+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_SCHEMA1 = 'application/vnd.docker.distribution.manifest.v1+json';
export const DOCKER_SCHEMA1_SIGNED = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

/** What Retag copies. One line: proxies that keep only the last of several Accept lines turn tags into 404s. */
export const COPY_ACCEPT = [OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST].join(', ');

/**
 * What may sit behind a tag. A registry that finds a type which is not accepted may answer 404
 * (docker-registry 2.8), so a look that leaves one out can take a tag for free that is not.
 */
export const LOOK_ACCEPT = `${COPY_ACCEPT}, ${OCI_ARTIFACT}, ${DOCKER_SCHEMA1_SIGNED}, */*;q=0.1`;

const INDEXES: readonly string[] = [OCI_INDEX, DOCKER_LIST];
const IMAGES: readonly string[] = [OCI_MANIFEST, DOCKER_MANIFEST];
const SCHEMA1: readonly string[] = [DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED];

/** A Content-Type without its parameters, in lower case; '' when there is none. */
export function bareMediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

export function isIndex(mediaType: string): boolean {
  return INDEXES.includes(mediaType);
}

export function isSchema1(mediaType: string): boolean {
  return SCHEMA1.includes(mediaType);
}

/** One of the four types that can be copied byte for byte. */
export function isCopyable(mediaType: string): boolean {
  return INDEXES.includes(mediaType) || IMAGES.includes(mediaType);
}

/** Any type that a registry serves at the manifest endpoint. */
export function isManifest(mediaType: string): boolean {
  return isCopyable(mediaType) || isSchema1(mediaType) || mediaType === OCI_ARTIFACT;
}

/** Layers that licences keep out of other registries (image-spec "Non-distributable layers"). */
export function isNonDistributable(mediaType: string): boolean {
  return (
    mediaType.includes('.nondistributable.') ||
    mediaType.startsWith('application/vnd.docker.image.rootfs.foreign.')
  );
}
