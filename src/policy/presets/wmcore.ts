import type { Preset } from './preset.js';

/**
 * The way of dmwm/WMCore: `match_tag` of its bin/docker.sh gives X.Y.Z and X.Y.Z.N a `-stable` tag, and no other
 * git tag; every git tag is published under its own name.
 */
export const wmcore: Preset = {
  name: 'wmcore',
  rules: [
    {
      name: 'final',
      class: 'final',
      git_tag: ['{major}.{minor}.{patch}'],
      tag: '{git_tag}',
      stable: true,
    },
    {
      name: 'patch',
      class: 'patch',
      git_tag: ['{major}.{minor}.{patch}.{build}'],
      tag: '{git_tag}',
      stable: true,
    },
    { name: 'snapshot', class: 'snapshot', git_tag: ['**'], tag: '{git_tag}' },
  ],
};
