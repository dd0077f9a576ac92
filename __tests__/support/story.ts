/** Two promotions in StarlingX's form, and a registry that holds their sources. */
import { type BuiltImage, image, index, seed } from '../../testing/registry/image.js';
import type { EmbeddedRegistry, LoggedRequest } from '../../testing/registry/server.js';

const BUILD = 'master-centos-stable-20191203T153530Z.0';
const REVISION = 'dac417bd31ed36d455e94db4aabe5916367654d4';
const SRIOV = 'starlingx/k8s-cni-sriov';
const DEVICE = 'starlingx/k8s-plugins-sriov-network-device';

export const TAG_FILE = `images:
  - name: docker.io/${SRIOV}
    src_build_tag: ${BUILD}
    src_ref: https://opendev.org/starlingx/integ/commit/${REVISION}
    tag: stx.4.0-v2.2
  - name: docker.io/${DEVICE}
    src_build_tag: ${BUILD}
    src_ref: https://opendev.org/starlingx/integ/commit/${REVISION}
    tag: stx.4.0-v1.0
    stable: true
`;

/** repository, tag and the platforms of the source that the tag file asks for. */
export const WANTED = [
  [SRIOV, 'stx.4.0-v2.2'],
  [DEVICE, 'stx.4.0-v1.0'],
  [DEVICE, 'stx.4.0-v1.0-stable'],
] as const;

const SOURCES: Readonly<Record<string, BuiltImage>> = {
  [SRIOV]: multiArch('sriov'),
  [DEVICE]: multiArch('device'),
};

function multiArch(content: string): BuiltImage {
  const children = ['linux/amd64', 'linux/arm64'].map((platform) =>
    image({
      platform,
      labels: { 'org.opencontainers.image.revision': REVISION },
      layers: [{ files: { content: `${content} ${platform}\n` } }],
    }),
  );
  return index(children, { attestations: true });
}

export function digestOf(repository: string): string {
  return SOURCES[repository]?.digest ?? '';
}

/** Puts both source tags there, and nothing else. */
export function fill(registry: EmbeddedRegistry): void {
  for (const [repository, source] of Object.entries(SOURCES)) seed(registry, repository, BUILD, source);
}

/** Takes every wanted tag away. */
export function untag(registry: EmbeddedRegistry): void {
  for (const [repository, tag] of WANTED) registry.deleteTag(repository, tag);
}

/** What each wanted tag points at now. */
export function tagged(registry: EmbeddedRegistry): (string | undefined)[] {
  return WANTED.map(([repository, tag]) => registry.manifest(repository, tag)?.digest);
}

/** The same when all is right. */
export const RIGHT = WANTED.map(([repository]) => digestOf(repository));
export const NOTHING = WANTED.map(() => undefined);

/** The names as they stand in outputs, after the map to `registry`. */
export function references(registry: EmbeddedRegistry): string[] {
  return WANTED.map(([repository, tag]) => `${registry.host}/${repository}:${tag}`);
}

export function writes(requests: readonly LoggedRequest[]): string[] {
  return requests
    .filter(({ method }) => !['GET', 'HEAD'].includes(method))
    .map(({ method, url }) => `${method} ${url}`);
}
