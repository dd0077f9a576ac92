/** Mistakes on the way to a registry: logins, rights, certificates, proxies. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { EmbeddedRegistry, RegistryOptions } from '../../testing/registry/server.js';
import { createAuthority } from '../support/certificates.js';
import { startForwardProxy } from '../support/forward-proxy.js';
import { type Mistake, next } from './mistake.js';
import type { Scene } from '../support/scene.js';

const USERS = { octocat: 'secret', reader: 'secret' };

/** What `docker login` leaves behind. */
function login(scene: Scene, host: string, user: string): undefined {
  const auth = Buffer.from(`${user}:secret`).toString('base64');
  writeFileSync(
    join(scene.env['DOCKER_CONFIG'] ?? '', 'config.json'),
    JSON.stringify({ auths: { [host]: { auth } } }),
  );
}

/** A tag file whose only entry is in another registry, which is made like this. */
const elsewhere =
  (options: RegistryOptions, then: (scene: Scene, registry: EmbeddedRegistry) => void = () => undefined) =>
  async (scene: Scene): Promise<void> => {
    const registry = await scene.another(options);
    scene.file(
      '.github/image-tags.yaml',
      `images:\n  - name: ${registry.host}/org/app\n    src_build_tag: build-7\n    tag: '1.0'\n`,
    );
    then(scene, registry);
  };
const hostIn = (scene: Scene): string =>
  /name: (\S+?)\//.exec(scene.read('.github/image-tags.yaml'))?.[1] ?? '';

/** A proxy that leads every host to the scene's registry, which answers http alone. */
async function proxyOf(scene: Scene): Promise<string> {
  const proxy = await startForwardProxy(Number(new URL(scene.registry.url).port));
  scene.onClose(() => proxy.close());
  return `http://${proxy.host}`;
}

const authority = createAuthority();

export const REGISTRY_MISTAKES: readonly Mistake[] = [
  {
    title: 'no login (401)',
    given: elsewhere({ auth: { kind: 'basic', users: USERS } }),
    command: 'apply',
    code: 1,
    says: [/401/, /image-tags\.yaml:2:5/, /help: .*docker login 127\.0\.0\.1:\d+/],
    remedy: (scene) => login(scene, hostIn(scene), 'octocat'),
  },
  {
    title: 'a login with a wrong password',
    given: elsewhere({ auth: { kind: 'basic', users: { octocat: 'changed' } } }, (scene, { host }) =>
      login(scene, host, 'octocat'),
    ),
    command: 'apply',
    code: 1,
    says: [/401/, /image-tags\.yaml:2:5/, /help: .*docker login 127\.0\.0\.1:\d+/],
    remedy: async (scene) => {
      const registry = await scene.another({ auth: { kind: 'basic', users: USERS } });
      scene.file(
        '.github/image-tags.yaml',
        scene.read('.github/image-tags.yaml').replaceAll(hostIn(scene), registry.host),
      );
      login(scene, registry.host, 'octocat');
      return undefined;
    },
  },
  {
    title: 'a login that may not write (403)',
    given: elsewhere(
      {
        auth: {
          kind: 'basic',
          users: USERS,
          grant: (user, _, actions) =>
            user === 'octocat' ? actions : actions.filter((action) => action === 'pull'),
        },
      },
      (scene, { host }) => login(scene, host, 'reader'),
    ),
    command: 'apply',
    code: 1,
    says: [/403/, /image-tags\.yaml:2:5/, /help: /],
    remedy: (scene) => login(scene, hostIn(scene), 'octocat'),
  },
  {
    title: 'a certificate of a private authority',
    given: elsewhere({ tls: authority.issue('IP:127.0.0.1') }),
    command: 'plan',
    code: 1,
    says: [/certificate/, /image-tags\.yaml:2:5/, /help: .*NODE_EXTRA_CA_CERTS/],
    remedy: (scene) => {
      writeFileSync(join(scene.path, '../ca.pem'), authority.ca);
      scene.env['NODE_EXTRA_CA_CERTS'] = join(scene.path, '../ca.pem');
      return undefined;
    },
  },
  {
    title: 'a registry that answers http',
    given: async (scene) => {
      const proxy = await proxyOf(scene);
      Object.assign(scene.env, { HTTPS_PROXY: proxy, HTTP_PROXY: proxy });
      scene.file(
        '.github/image-tags.yaml',
        "images:\n  - name: registry.example/org/app\n    src_build_tag: build-7\n    tag: '1.0'\n",
      );
    },
    command: 'plan',
    code: 1,
    says: [/http/, /image-tags\.yaml:2:5/, /help: .*--insecure-registry/],
    remedy: next('plan --insecure-registry registry.example'),
  },
  {
    title: 'a proxy that does not answer',
    given: (scene) => {
      Object.assign(scene.env, { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' });
      scene.file(
        '.github/image-tags.yaml',
        "images:\n  - name: registry.example/org/app\n    src_build_tag: build-7\n    tag: '1.0'\n",
      );
    },
    command: 'plan --insecure-registry registry.example',
    code: 1,
    says: [/no connection to the proxy 127\.0\.0\.1:9/, /image-tags\.yaml:2:5/, /help: correct HTTPS_PROXY/],
    remedy: async (scene) => {
      const proxy = await proxyOf(scene);
      Object.assign(scene.env, { HTTPS_PROXY: proxy, HTTP_PROXY: proxy });
      return undefined;
    },
  },
  {
    title: 'a registry that nothing listens for',
    given: (scene) =>
      scene.file(
        '.github/image-tags.yaml',
        "images:\n  - name: 127.0.0.1:9/org/app\n    src_build_tag: build-7\n    tag: '1.0'\n",
      ),
    command: 'plan',
    code: 1,
    says: [/127\.0\.0\.1:9/, /image-tags\.yaml:2:5/, /help: /],
    remedy: next('plan --registry-map 127.0.0.1:9=HOST'),
  },
];
