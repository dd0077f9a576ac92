import { readdirSync } from 'node:fs';

const listed = (folder) =>
  readdirSync(new URL(`../pages/${folder}`, import.meta.url))
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => file.slice(0, -3))
    .map((name) => ({ text: name.replaceAll('-', ' '), link: `/${folder}/${name}` }));

/** GitHub's anchor of a heading, which the links of the pages are written for. */
const slugify = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

/** The documentation as a site; `pages.mjs` makes the pages. A link that leads nowhere fails the build. */
export default {
  title: 'Retag',
  description: 'Declare your image tags in one file',
  base: '/retag/',
  srcDir: 'pages',
  cleanUrls: false,
  markdown: { anchor: { slugify } },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Tag file', link: '/docs/tag-file' },
      { text: 'Policy', link: '/docs/policy' },
      { text: 'Commands', link: '/docs/commands' },
      { text: 'Questions', link: '/docs/faq' },
    ],
    sidebar: [
      { text: 'Retag', link: '/' },
      { text: 'First steps', items: listed('docs/ways') },
      { text: 'Documentation', items: listed('docs') },
      { text: 'Presets', items: listed('docs/presets') },
      { text: 'JSON Schemas', items: listed('schema') },
    ],
    socialLinks: [{ icon: 'github', link: 'https://github.com/retag/retag' }],
  },
};
