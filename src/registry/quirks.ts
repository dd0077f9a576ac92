/**
 * Where registries differ from the distribution-spec and what Retag does about it: one row each, with
 * the place that says so and the test that holds it. Behaviour that needs no knowledge of the host
 * (most of it) is listed too, so that nobody simplifies it away; `immutable` is the only column that code reads.
 */
export interface Quirk {
  /** which registry, for people */
  readonly registry: string;
  /** hosts that this row is about; absent when the behaviour is met by every look or write */
  readonly host?: RegExp;
  readonly differs: string;
  readonly handling: string;
  readonly source: string;
  /** file and name of the test */
  readonly test: string;
  /** how a tag is made movable there */
  readonly immutable?: string;
}

export const QUIRKS: readonly Quirk[] = [
  {
    registry: 'docker-registry 2.8',
    differs: '404 for a manifest that exists when the Accept line lacks its media type',
    handling:
      'one complete Accept line; a 404 counts only with a body that does not speak of the Accept header',
    source: 'distribution v2.8.2 registry/handlers/manifests.go',
    test: 'existence.test.ts "row 32"',
  },
  {
    registry: 'docker-registry 2.8 and 3.0',
    differs: '500 for a tag while it is written, and for ever when the registry stopped in between',
    handling: 'retried by the transport, then unknown with a hint; never absent',
    source: 'distribution issue 4478, fixed in v3.1.0',
    test: 'existence.test.ts "row 36"',
  },
  {
    registry: 'docker-registry 2.8',
    differs: '400 MANIFEST_BLOB_UNKNOWN for an index while somebody else writes one of its children again',
    handling: 'children are only written when missing; one more try after they were looked at again',
    source: 'distribution v2.8.2 registry/storage/driver/filesystem/driver.go',
    test: 'transfer.test.ts "row 59"',
  },
  {
    registry: 'docker-registry 2.8',
    differs: 'the tag list ignores n and last and has no Link',
    handling: 'paging follows Link only, and stops when a page brings nothing new',
    source: 'distribution v2.8.2 registry/handlers/tags.go',
    test: 'tags.test.ts "row 73"',
  },
  {
    registry: 'docker-registry 2.8',
    differs: '404 in plain text for the referrers API',
    handling: 'the fallback tag is read instead, once known without asking again',
    source: 'distribution-spec "Listing Referrers", "Unavailable Referrers API"',
    test: 'attachments.test.ts "fallback tag"',
  },
  {
    registry: 'docker-registry 2.8 with authentication',
    differs: '401 for a mount when the token lacks pull on the other repository, where the spec has 202',
    handling: 'any answer but 201 and 202 to a mount leads to a plain upload',
    source: 'distribution v2.8.2 registry/handlers/app.go',
    test: 'transfer.test.ts "row 53"',
  },
  {
    registry: 'Amazon ECR',
    host: /(?:^|\.)(?:dkr\.ecr(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?|public\.ecr\.aws)$/,
    differs:
      '400 for any write to an immutable tag that exists, even of the same digest; at most 1,000 tags a page',
    handling: 'after a refusal the tag is looked at: the same digest is success; n=1000',
    source: 'moby/buildkit issue 3776; aws/containers-roadmap issues 2179 and 2380',
    test: 'put.test.ts "row 40"',
    immutable: "set the repository's tag mutability to MUTABLE in ECR, or choose another tag",
  },
  {
    registry: 'Harbor',
    differs: '404 NOT_FOUND where the spec has MANIFEST_UNKNOWN; 412 for a tag under an immutability rule',
    handling: 'NOT_FOUND counts as absent; after a refusal the tag is looked at',
    source: 'goharbor/harbor src/server/middleware/immutable/pushmf.go',
    test: 'existence.test.ts "Harbor"; put.test.ts "row 40"',
  },
  {
    registry: 'Docker Hub',
    host: /^docker\.io$/,
    differs: 'immutable tags by setting or expression; GET of a manifest counts as a pull',
    handling: 'looks are HEAD; after a refusal the tag is looked at',
    source: 'docs.docker.com "Immutable tags on Docker Hub", "Docker Hub usage"',
    test: 'put.test.ts "row 40"',
    immutable: "change the repository's immutable tags setting on Docker Hub, or choose another tag",
  },
  {
    registry: 'Azure Container Registry',
    host: /\.azurecr\.(?:io|cn|us)$/,
    differs: 'tags, manifests and repositories can be locked',
    handling: 'after a refusal the tag is looked at',
    source: 'learn.microsoft.com "Lock a container image in an Azure container registry"',
    test: 'put.test.ts "row 40"',
    immutable: 'unlock the tag with "az acr repository update --write-enabled true", or choose another tag',
  },
  {
    registry: 'Artifact Registry',
    host: /(?:-docker\.pkg\.dev|(?:^|\.)gcr\.io)$/,
    differs: 'a repository may forbid moving and removing tags',
    handling: 'after a refusal the tag is looked at',
    source: 'cloud.google.com "Update repositories", immutable image tags',
    test: 'put.test.ts "row 40"',
    immutable:
      'allow mutable tags in the settings of the Artifact Registry repository, or choose another tag',
  },
  {
    registry: 'GitHub Container Registry',
    host: /^ghcr\.io$/,
    differs: '403 when the package does not grant access to the workflow, also for names that do not exist',
    handling: '403 is unknown, never absent',
    source: 'docker/build-push-action issues 463 and 981',
    test: 'existence.test.ts "row 33"',
  },
  {
    registry: 'Quay',
    differs: 'a mount without "from" fails',
    handling: 'a mount always names the repository that holds the blob',
    source: 'go-containerregistry pkg/v1/remote/write.go',
    test: 'transfer.test.ts "row 53"',
  },
];

/** What to do about a tag that the registry will not move; in that registry's own terms where they are known. */
export function immutabilityHint(host: string): string {
  const row = QUIRKS.find((quirk) => quirk.immutable !== undefined && quirk.host?.test(host));
  return row?.immutable ?? 'if the tag is immutable or protected there, choose another tag or lift the rule';
}
