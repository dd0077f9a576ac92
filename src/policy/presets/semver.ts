import type { Preset } from './preset.js';

/** Semantic Versioning 2.0.0 (semver.org), with or without the `v`; what has a pre-release part moves no channel. */
export const semver: Preset = {
  name: 'semver',
  rules: [
    {
      name: 'final',
      class: 'final',
      git_tag: ['v{major}.{minor}.{patch}', '{major}.{minor}.{patch}'],
      tag: '{git_tag}',
      channels: ['{major}.{minor}', '{major}', 'latest'],
    },
    {
      name: 'prerelease',
      class: 'snapshot',
      git_tag: ['v{major}.{minor}.{patch}-{pre:text}', '{major}.{minor}.{patch}-{pre:text}'],
      tag: '{git_tag}',
    },
    { name: 'branch', class: 'snapshot', branch: ['**'], tag: '{branch}-{sha:12}' },
  ],
};
