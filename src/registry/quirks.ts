/**
 * Where registries differ from the specification, one row each: which, what differs, why Retag cares and where
 * that is written. Behaviour reads the flags of the row, never the name of a registry.
 */
export interface Quirk {
  /** `docker.io`, or `*.example.com` for every host below; the name of a product that any host may run matches none */
  readonly registry: string;
  readonly differs: string;
  /** what Retag does about it, where that is more than reading the flags below */
  readonly handling?: string;
  readonly source: string;
  /** hosts that may give tokens for this registry although their names do not show it */
  readonly tokenHosts?: readonly string[];
  /** what to do about 401 and 403, where "log in" is not all there is to it */
  readonly denied?: string;
  /** what to do about a tag that the registry refuses to move */
  readonly immutable?: string;
}

export const QUIRKS: readonly Quirk[] = [
  {
    registry: 'docker.io',
    differs: 'the API is at registry-1.docker.io and tokens come from auth.docker.io',
    source: 'https://distribution.github.io/distribution/spec/auth/token/',
    tokenHosts: ['auth.docker.io'],
  },
  {
    registry: 'registry.gitlab.com',
    differs: 'tokens come from the web application, gitlab.com',
    source: 'https://docs.gitlab.com/administration/packages/container_registry/',
    tokenHosts: ['gitlab.com'],
  },
  {
    registry: 'ghcr.io',
    differs: 'the job token is refused with 403 until the package grants the repository access',
    source:
      'https://docs.github.com/packages/learn-github-packages/configuring-a-packages-access-control-and-visibility',
    denied:
      'give the job "permissions: packages: write", and the repository access in the package settings under "Manage Actions access"',
  },
  {
    registry: 'docker.io',
    differs:
      'tags may be immutable by a setting or an expression; GET of a manifest counts as a pull, HEAD does not',
    handling: 'looks are HEAD; after a refused write the tag is looked at',
    source: 'https://docs.docker.com/docker-hub/repos/manage/hub-images/immutable-tags/',
    immutable: "change the repository's immutable tags setting on Docker Hub, or choose another tag",
  },
  {
    registry: '*.amazonaws.com',
    differs:
      '400 for every write to an immutable tag that exists, even of the same digest; at most 1,000 tags a page',
    handling: 'after a refused write the tag is looked at, and the same digest is success; n=1000',
    source:
      'https://github.com/moby/buildkit/issues/3776, https://github.com/aws/containers-roadmap/issues/2179',
    immutable: 'make the tags of the ECR repository mutable, or choose another tag',
  },
  {
    registry: '*.azurecr.io',
    differs: 'tags, manifests and repositories can be locked',
    handling: 'after a refused write the tag is looked at',
    source: 'https://learn.microsoft.com/azure/container-registry/container-registry-image-lock',
    immutable: 'unlock the tag with "az acr repository update --write-enabled true", or choose another tag',
  },
  {
    registry: '*.pkg.dev',
    differs: 'a repository may forbid moving and removing tags',
    handling: 'after a refused write the tag is looked at',
    source: 'https://cloud.google.com/artifact-registry/docs/repositories/update-repo',
    immutable:
      'allow mutable tags in the settings of the Artifact Registry repository, or choose another tag',
  },
  {
    registry: 'Harbor',
    differs:
      '404 NOT_FOUND where the specification has MANIFEST_UNKNOWN; 412 for a tag under an immutability rule',
    handling: 'NOT_FOUND counts as absent; after a refused write the tag is looked at',
    source: 'https://github.com/goharbor/harbor/blob/main/src/server/middleware/immutable/pushmf.go',
  },
  {
    registry: 'docker-registry 2.8',
    differs: '404 for a manifest that exists when the Accept line lacks its media type',
    handling:
      'one complete Accept line; a 404 counts only with a body that does not speak of the Accept header',
    source: 'https://github.com/distribution/distribution/blob/v2.8.2/registry/handlers/manifests.go',
  },
  {
    registry: 'docker-registry 2.8',
    differs:
      '500 for a tag while it or another tag of the same digest is written, and for ever when the registry stopped in between',
    handling: 'retried, then unknown with a hint; never absent',
    source: 'https://github.com/distribution/distribution/pull/4478',
  },
  {
    registry: 'docker-registry 2.8',
    differs: '400 MANIFEST_BLOB_UNKNOWN for an index while somebody else writes one of its children again',
    handling: 'children are only written when missing; one more try after they were looked at again',
    source: 'https://github.com/distribution/distribution/pull/4478',
  },
  {
    registry: 'docker-registry 2.8',
    differs: 'the tag list ignores n and last and has no Link',
    handling: 'paging follows Link only, and stops when a page brings nothing new',
    source: 'https://github.com/distribution/distribution/blob/v2.8.2/registry/handlers/tags.go',
  },
  {
    registry: 'docker-registry 2.8',
    differs: '404 in plain text for the referrers API',
    handling: 'the fallback tag is read instead, without asking the API again',
    source:
      'https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#unavailable-referrers-api',
  },
  {
    registry: 'docker-registry 2.8',
    differs:
      '401 for a mount when the token lacks pull on the other repository, where the specification has 202',
    handling: 'any answer but 201 and 202 to a mount leads to a plain upload',
    source: 'https://github.com/distribution/distribution/blob/v2.8.2/registry/handlers/app.go',
  },
  {
    registry: 'Quay',
    differs: 'a mount without "from" fails',
    handling: 'a mount always names the repository that holds the blob',
    source: 'https://github.com/google/go-containerregistry/blob/main/pkg/v1/remote/write.go',
  },
];

/** The rows that hold for `registry`. */
export function quirksOf(registry: string): readonly Quirk[] {
  return QUIRKS.filter(({ registry: pattern }) =>
    pattern.startsWith('*.') ? registry.endsWith(pattern.slice(1)) : registry === pattern,
  );
}
