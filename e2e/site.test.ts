/** The documentation site as Chromium shows it: every page is opened, and every link of it followed. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { findBinary } from './support/binaries.js';

const SITE = 'site/.vitepress/dist';
const BASE = '/retag/';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

const chromium = ['chromium', 'chromium-browser', 'google-chrome']
  .map(findBinary)
  .find((path) => path !== null);
if (chromium === undefined && process.env['CI'] !== undefined)
  throw new Error('there is no Chromium; install it, for example with "apt-get install chromium"');
if (chromium === undefined)
  console.error('NOT RUN: the documentation site, since there is no Chromium on the PATH');
const opened = chromium === undefined ? test.skip : test;

let server: Server | undefined;
let origin = '';
beforeAll(async () => {
  if (chromium === undefined) return;
  if (!existsSync('site/node_modules'))
    execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: 'site', stdio: 'pipe' });
  execFileSync('npm', ['run', 'build'], { cwd: 'site', stdio: 'pipe' });
  const started = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://site').pathname);
    const file = fileOf(path);
    if (file === null) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    response.end(readFileSync(file));
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}, 600_000);
afterAll(() => {
  server?.close();
});

function fileOf(path: string): string | null {
  if (!path.startsWith(BASE)) return null;
  const inside = normalize(path.slice(BASE.length - 1));
  const file = join(SITE, inside.endsWith('/') ? `${inside}index.html` : inside);
  return existsSync(file) ? file : null;
}

interface Shown {
  /** addresses on this site, with their fragments */
  readonly links: readonly string[];
  readonly ids: ReadonlySet<string>;
}

/** The page as it stands once its scripts have run. */
async function show(path: string): Promise<Shown> {
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=5000', '--dump-dom'];
  const { stdout } = await promisify(execFile)(chromium ?? '', [...flags, origin + path], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const values = (attribute: string): string[] =>
    [...stdout.matchAll(new RegExp(`\\s${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) =>
      value.replaceAll('&amp;', '&'),
    );
  const links = values('href').map((href) => new URL(href, origin + path));
  const own = links.filter((url) => url.origin === origin && /(?:\/|\.html)$/.test(url.pathname));
  return { links: own.map((url) => url.pathname + url.hash), ids: new Set(values('id')) };
}

opened(
  'every link of every page leads to a page, and to a heading that it has',
  async () => {
    const pages = new Map<string, Shown | null>();
    const wanted = new Map<string, string>([[BASE, 'the start']]);
    for (const [link, from] of wanted) {
      const path = link.replace(/#.*/, '');
      if (pages.has(path)) continue;
      const page = fileOf(path) === null ? null : await show(path);
      pages.set(path, page);
      for (const next of page?.links ?? []) if (!wanted.has(next)) wanted.set(next, path);
      if (page === null) console.error(`${from} leads to ${link}, which is no page`);
    }
    const broken = [...wanted].filter(([link]) => {
      const [path = '', fragment] = link.split('#');
      const page = pages.get(path) ?? null;
      return (
        page === null ||
        (fragment !== undefined && fragment !== '' && !page.ids.has(decodeURIComponent(fragment)))
      );
    });
    expect(broken).toEqual([]);
    expect(pages.size).toBeGreaterThan(40);
  },
  900_000,
);
