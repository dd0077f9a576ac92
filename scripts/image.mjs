/*
 * Fills image/root with what image/Dockerfile copies, for the platform of this machine: a Node binary, the libraries that it is linked
 * with, their licences, and the account that the image runs as.
 *   node scripts/image.mjs NODE   the binary that scripts/stack/install.sh node puts into its cache; its LICENSE lies beside it
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

const [node] = process.argv.slice(2);
if (node === undefined) throw new Error('node scripts/image.mjs NODE');
const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch];
if (architecture === undefined) throw new Error(`there is no image for ${process.arch}`);
const root = resolve(import.meta.dirname, '..', 'image/root', architecture);
const output = (command, ...words) =>
  execFileSync(command, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

function put(from, to) {
  const target = join(root, to);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(from, target);
}

rmSync(root, { recursive: true, force: true });
put(node, 'usr/bin/node');
execFileSync('strip', [join(root, 'usr/bin/node')]);
put(`${node}.LICENSE`, 'usr/share/doc/node/LICENSE');

// `name => /path (address)`, and the loader as a path alone
const libraries = [...output('ldd', node).matchAll(/(?:=> |^\s+)(\/\S+)/gm)].map(([, path]) => path);
for (const library of libraries) {
  put(library, library);
  // dpkg knows a file by the place that it was unpacked at, which links of /lib hide.
  const [owner] = [library, realpathSync(library)]
    .flatMap((path) => [path, path.replace(/^\/usr/, '')])
    .flatMap((path) => {
      try {
        return [output('dpkg-query', '--search', path).split(':')[0]];
      } catch {
        return [];
      }
    });
  if (owner === undefined) throw new Error(`no package owns ${library}, so its licence is not known`);
  put(`/usr/share/doc/${owner}/copyright`, `usr/share/doc/${owner}/copyright`);
}

mkdirSync(join(root, 'etc'));
writeFileSync(join(root, 'etc/passwd'), 'retag:x:65532:65532:retag:/tmp:/sbin/nologin\n');
mkdirSync(join(root, 'tmp'), { mode: 0o1777 });
console.log(`${root}: ${basename(node)} and ${libraries.length} libraries`);
