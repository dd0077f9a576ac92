import type { Preset } from './preset.js';

/** Calendar versions (calver.org): YYYY.MM.N, the month with or without a leading zero, and YYYYMMDD. */
export const calver: Preset = {
  name: 'calver',
  rules: [
    {
      name: 'final',
      class: 'final',
      git_tag: ['{year:4}.{month:2}.{micro}', '{year:4}.{month:1}.{micro}'],
      tag: '{git_tag}',
    },
    { name: 'day', class: 'final', git_tag: ['{date}'], tag: '{git_tag}' },
  ],
};
