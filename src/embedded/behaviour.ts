/** Where registries differ within (and outside) the distribution-spec. The default is what the spec asks for. */
export interface Behaviour {
  /** answer only the media types that Accept names, as distribution 2.8 does; otherwise Accept is ignored */
  readonly strictAccept: boolean;
  /** tags/list honours `n` and `last`, sends Link and sorts */
  readonly pagedTags: boolean;
  /** the most entries of one page of tags or referrers, whatever `n` says; null: no limit */
  readonly pageSize: number | null;
  /** the referrers API and OCI-Subject */
  readonly referrers: boolean;
  /** DELETE of a tag; otherwise 400 UNSUPPORTED */
  readonly deleteTags: boolean;
  /** `POST …/uploads/?digest=` stores the blob; otherwise it only opens an upload */
  readonly singlePost: boolean;
  /** cross-repository mounts; otherwise 202, an upload */
  readonly mounts: boolean;
  /** Content-Range of a chunk must follow on the bytes already there; otherwise it is ignored */
  readonly chunkOrder: boolean;
  /** an index may name children that are not there */
  readonly sparseIndexes: boolean;
  /** what a manifest above 4 MiB gets */
  readonly tooLargeStatus: 413 | 400;
}

export const SPEC: Behaviour = {
  strictAccept: false,
  pagedTags: true,
  pageSize: null,
  referrers: true,
  deleteTags: true,
  singlePost: true,
  mounts: true,
  chunkOrder: true,
  sparseIndexes: false,
  tooLargeStatus: 413,
};

/**
 * How docker-registry 2.8.2 was measured to differ: Accept taken word for word, no paging, no referrers,
 * no deletion of tags, no single POST, Content-Range ignored, 400 for a manifest that is too large.
 */
export const DISTRIBUTION_2_8: Behaviour = {
  ...SPEC,
  strictAccept: true,
  pagedTags: false,
  referrers: false,
  deleteTags: false,
  singlePost: false,
  chunkOrder: false,
  tooLargeStatus: 400,
};
