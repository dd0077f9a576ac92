import type { Preset } from './preset.js';

/**
 * The way of k8stopologyawareschedwg/scheduler-plugins, README.k8staswg.md, "container images tags policy": snapshots
 * of main are v0.0.DATESEQ, fixes on top of a stable branch get two digits appended to the micro version, and plain
 * releases are upstream's to publish.
 */
export const k8sTopologyAware: Preset = {
  name: 'k8s-topology-aware',
  rules: [
    { name: 'snapshot', class: 'snapshot', branch: ['main', 'master'], tag: 'v0.0.{date}{seq:2}' },
    { name: 'snapshot-tag', class: 'snapshot', git_tag: ['v0.0.{date}{seq:2}'], tag: '{git_tag}' },
    { name: 'patch', class: 'patch', branch: ['release-*'], tag: '{base}{seq:2}' },
    {
      name: 'patch-tag',
      class: 'patch',
      // Three digits or more: the micro version, then the two that the working group appends.
      git_tag: ['v{major}.{minor}.{patch}{seq:2}'],
      tag: '{git_tag}',
    },
    {
      name: 'final',
      class: 'final',
      git_tag: ['v{major}.{minor}.{patch}'],
      tag: '{git_tag}',
      publish: false,
    },
  ],
};
