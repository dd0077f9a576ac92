/*
 * Lays the Markdown of the repository out as pages of the site, in site/pages: README, docs and the examples as they are, with links
 * to files that are no pages led to GitHub, and a page for the keys of each JSON Schema.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const site = dirname(fileURLToPath(import.meta.url));
const root = resolve(site, '..');
const out = join(site, 'pages');
const REPOSITORY = 'https://github.com/retag/retag';

const below = (folder, end) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(end))
    .map((path) => posix.join(folder, path.replaceAll('\\', '/')));
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'bench/README.md',
  ...below('docs', '.md'),
  ...below('examples', '.md'),
];
const placeOf = (page) => page.replace(/README\.md$/, 'index.md');

/** A link of `page` as the site has it: to a page, to a picture beside it, or to GitHub. */
function led(page, target) {
  const [path, fragment] = target.split('#');
  if (path === '') return target;
  const file = posix.normalize(posix.join(posix.dirname(page), path));
  const end = fragment === undefined ? '' : `#${fragment}`;
  if (PAGES.includes(file)) return `${posix.relative(posix.dirname(placeOf(page)), placeOf(file))}${end}`;
  const kind = existsSync(join(root, file)) && statSync(join(root, file)).isDirectory() ? 'tree' : 'blob';
  return `${REPOSITORY}/${kind}/main/${file}${end}`;
}

function pageOf(page) {
  const parts = readFileSync(join(root, page), 'utf8').split(/^(```[\s\S]*?^```)/m);
  // Fences are text.
  return parts
    .map((part, i) =>
      i % 2 === 1
        ? part
        : part
            .replace(/\]\((?!https?:|mailto:|#)([^)\s]+)\)/g, (_, target) => `](${led(page, target)})`)
            .replace(
              /^(\[[^\]]+\]): (?!https?:)(\S+)$/gm,
              (_, name, target) => `${name}: ${led(page, target)}`,
            )
            .replace(/\b(src|srcset)="(?=\w[^:"]*")/g, '$1="./')
            // Vue would read it as an expression, also in code.
            .replace(
              /`([^`\n]*\{\{[^`\n]*)`/g,
              (_, code) => `<code v-pre>${code.replaceAll('<', '&lt;')}</code>`,
            ),
    )
    .join('');
}

function write(path, text) {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  writeFileSync(join(out, path), text);
}

// The keys of a schema, one heading each.

function typeOf(node) {
  if (node.$ref !== undefined)
    return `[${node.$ref.replace('#/$defs/', '')}](#${node.$ref.replace('#/$defs/', '').toLowerCase()})`;
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((each) => `\`${JSON.stringify(each)}\``).join(', ');
  const any = node.anyOf ?? node.oneOf;
  if (any !== undefined) return [...new Set(any.map(typeOf))].join(' or ');
  if (node.type === 'array') return `list of ${node.items === undefined ? 'anything' : typeOf(node.items)}`;
  return Array.isArray(node.type) ? node.type.join(' or ') : (node.type ?? 'anything');
}

const text = (value) => value.replace(/[<{]/g, (sign) => (sign === '<' ? '&lt;' : '&#123;'));

function* keysOf(node, path) {
  for (const [key, value] of Object.entries(node.properties ?? {})) {
    const name = path === '' ? key : `${path}.${key}`;
    yield `### ${name}\n\n${typeOf(value)}${(node.required ?? []).includes(key) ? ', required' : ''}\n\n${text(value.description ?? '')}\n`;
    for (const inner of [value, value.items ?? {}, ...(value.anyOf ?? []), ...(value.items?.anyOf ?? [])])
      yield* keysOf(inner, value.items === inner || value.items?.anyOf?.includes(inner) ? `${name}[]` : name);
  }
}

function schemaPage(path, title) {
  const schema = JSON.parse(readFileSync(join(root, path), 'utf8'));
  const defined = Object.entries(schema.$defs ?? {}).flatMap(([name, node]) => [
    `## ${name}\n\n${text(node.description ?? '')}\n`,
    ...new Set(keysOf(node, '')),
  ]);
  const intro = `From [the JSON Schema](${REPOSITORY}/blob/main/${path}), which editors read.`;
  return [`# ${title}`, intro, '## Keys', ...new Set(keysOf(schema, '')), ...defined].join('\n\n');
}

rmSync(out, { recursive: true, force: true });
for (const page of PAGES) write(placeOf(page), pageOf(page));
for (const picture of below('docs', '.svg')) copyFileSync(join(root, picture), join(out, picture));
write('schema/tag-file.md', schemaPage('schema/tag-file.schema.json', 'Keys of the tag file'));
write('schema/report.md', schemaPage('schema/report.schema.json', 'Keys of the report'));
console.log(`${PAGES.length + 2} pages`);
