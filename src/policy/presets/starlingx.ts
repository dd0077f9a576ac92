import type { Preset } from './preset.js';

/**
 * The way of starlingx/root, build-tools/build-docker-images/tag-management: builds are called
 * `master-debian-stable-20191203T153530Z.0`, and promotions give them tags of the form `stx.4.0-v2.2`. Builds of a
 * release branch r/stx.6.0 have been called `rc-6.0-…`.
 */
export const starlingx: Preset = {
  name: 'starlingx',
  rules: [
    {
      name: 'release-build',
      class: 'snapshot',
      branch: ['r/stx.{major}.{minor}'],
      tag: 'rc-{major}.{minor}-debian-stable-{timestamp}.0',
    },
    {
      name: 'build',
      class: 'snapshot',
      branch: ['**'],
      tag: '{branch}-debian-stable-{timestamp}.0',
    },
  ],
  promotion: { tag: 'stx.{major}.{minor}-v{version:text}', branches: ['r/stx.{major}.{minor}'] },
};
