/** Where registries differ within (and outside) the distribution-spec. The default is what the spec asks for. */
export interface Behaviour {
  /**
   * `ignored`; or as distribution does, where only types that Accept names word for word are given. There, OCI
   * manifests (in 2.8 also OCI indexes) that are not named are 404, and Docker types become something else.
   */
  readonly accept: 'ignored' | 'distribution-2.8' | 'distribution-3.1';
  /** tags/list honours `n` and `last`, sends Link and sorts */
  readonly pagedTags: boolean;
  /** a repository that has lost its last tag has `"tags": null` instead of an empty list */
  readonly nullTags: boolean;
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
  accept: 'ignored',
  pagedTags: true,
  nullTags: false,
  pageSize: null,
  referrers: true,
  deleteTags: true,
  singlePost: true,
  mounts: true,
  chunkOrder: true,
  sparseIndexes: false,
  tooLargeStatus: 413,
};

/** How registry 3.1 was measured to differ. */
export const DISTRIBUTION_3: Behaviour = {
  ...SPEC,
  accept: 'distribution-3.1',
  nullTags: true,
  referrers: false,
  singlePost: false,
  tooLargeStatus: 400,
};

/** How docker-registry 2.8.2 was measured to differ. */
export const DISTRIBUTION_2_8: Behaviour = {
  ...DISTRIBUTION_3,
  accept: 'distribution-2.8',
  pagedTags: false,
  deleteTags: false,
  chunkOrder: false,
};
