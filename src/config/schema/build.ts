import * as v from 'valibot';
import { knownPlatform } from '../../oci/platform.js';
import { about, across, anyText, gates, line, localPath, mapping, matching, record } from './parts.js';
import { imageNames, platform, platformList } from './image.js';

export const STAGES = ['build', 'test', 'release'] as const;
const stage = v.picklist(STAGES);

const argumentName = matching(/^[^\s=,"'-][^\s=,"']*$/, 'the name of a build argument', 'write it without spaces, "=", "," and quotes');
export const labelKey = matching(/^[^\s=,"'-][^\s=,"']*$/, 'the key of a label', 'write it without spaces, "=", "," and quotes');
const contextName = matching(/^[^\s=,"'-][^\s=,"']*$/, 'the name of a context', 'write it without spaces, "=", "," and quotes');
const lines = v.array(line);
const flag = v.pipe(v.boolean(), v.metadata({ default: false }));

const stages = v.pipe(
  record(
    platform,
    v.union([
      stage,
      mapping('Stage of a platform', {
        stage: about(stage, 'build, test or release.'),
        requires: v.optional(about(gates, 'While one of these is not green the platform counts one stage lower.')),
      }),
    ]),
  ),
  across((fields, tell) => {
    const names = Object.keys(fields);
    if (names.length === 0) tell('{it} is an empty mapping', 'put a platform in it or remove the key');
    const seen = new Map<string, string>();
    for (const name of names) {
      const known = knownPlatform(name);
      if (known === null) continue;
      const earlier = seen.get(known);
      if (earlier !== undefined) tell(`"${name}" and "${earlier}" are the same platform`, 'keep one of them', name, 'key');
      seen.set(known, name);
    }
  }),
  v.metadata({ minProperties: 1 }),
);

/** What belongs to other tools or other places. */
const OTHERS = {
  dockerfile: 'write "file"',
  args: 'write "build_args"',
  contexts: 'write "build_contexts"',
  image: 'write "name"',
  images: 'write "name", which takes a list too',
  tags: 'remove it: the policy says which tags a build gets',
  tag: 'remove it: the policy says which tag a build gets',
  push: 'remove it: apply pushes, plan does not',
  outputs: 'remove it: Retag pushes by digest',
  output: 'remove it: Retag pushes by digest',
};

/** One build (docs/builds.md), with the keys of docker/build-push-action. */
export const build = v.pipe(
  mapping(
    'An image that this repository builds',
    {
      name: about(imageNames, 'Image name without a tag; or a list: one build, the same digest under every name.'),
      context: v.optional(about(localPath, 'Build context: a directory inside the workspace. Default: the workspace.')),
      file: v.optional(about(localPath, 'Dockerfile, relative to the workspace. Default: CONTEXT/Dockerfile.')),
      target: v.optional(about(v.union([v.literal(''), line]), 'Stage of the Dockerfile to build.')),
      build_args: v.optional(about(record(argumentName, anyText), 'Build arguments. Templates such as {tag} may be used in values.')),
      build_contexts: v.optional(about(record(contextName, line), 'Additional build contexts, by name.')),
      labels: v.optional(about(record(labelKey, anyText), 'Labels added to the OCI labels that Retag sets itself. Templates may be used in values.')),
      annotations: v.optional(about(record(labelKey, anyText), 'Annotations added to those that Retag sets itself. Templates may be used in values.')),
      secrets: v.optional(about(lines, 'Build secrets, as --secret of buildx: id=pypi,env=PYPI_TOKEN.')),
      ssh: v.optional(about(lines, 'SSH agents and keys, as --ssh of buildx.')),
      cache_from: v.optional(about(lines, 'Caches to read, as --cache-from of buildx.')),
      cache_to: v.optional(about(lines, 'Caches to write, as --cache-to of buildx.')),
      no_cache: v.optional(about(flag, 'Build without any cache.')),
      pull: v.optional(about(flag, 'Always look for newer base images.')),
      network: v.optional(about(v.picklist(['default', 'host', 'none']), 'Network of RUN instructions.')),
      shm_size: v.optional(
        about(matching(/^[0-9]{1,15}[bBkKmMgG]?$/, 'a size', 'write a number with b, k, m or g, such as "1g"'), 'Size of /dev/shm, such as 1g.'),
      ),
      ulimits: v.optional(
        about(
          v.array(matching(/^[a-z]+=-?[0-9]+(?::-?[0-9]+)?$/, 'a limit', 'write it as "nofile=1024:2048"')),
          'Limits, as --ulimit of buildx: nofile=1024:2048.',
        ),
      ),
      add_hosts: v.optional(
        about(
          v.array(matching(/^[A-Za-z0-9._-]+[:=][0-9A-Fa-f.:[\]]+$|^[A-Za-z0-9._-]+[:=]host-gateway$/, 'a host with its address', 'write it as "host:address"')),
          'Entries of /etc/hosts, as --add-host of buildx: host:address.',
        ),
      ),
      provenance: v.optional(about(v.union([v.boolean(), line]), 'Provenance attestation, as buildx: mode=max, true or false.')),
      sbom: v.optional(about(v.union([v.boolean(), line]), 'SBOM attestation, as buildx: true, false or generator=IMAGE.')),
      platforms: v.optional(
        about(v.union([platformList, stages]), 'Platforms to build: a list, or a mapping from platform to stage.'),
      ),
      requires: v.optional(about(gates, 'Conditions that must hold before the tags are written.')),
    },
    { others: OTHERS },
  ),
);
