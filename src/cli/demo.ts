/** `retag demo`: the whole flow on a registry inside this process. No network, no Docker, nothing left behind. */
import { type EmbeddedRegistry, startRegistry } from '../embedded/registry.js';
import { digestOf } from '../oci/digest.js';
import { OCI_INDEX, OCI_MANIFEST } from '../oci/manifest.js';
import type { Log } from '../ports.js';
import { promotionRequest } from '../request.js';
import { run, type RunResult } from '../run.js';
import { parseTimeout, startDeadline } from '../system/process.js';
import { withoutAdapters } from './adapters.js';
import type { Arguments } from './args.js';
import { type Io, logFor } from './output.js';
import { realRegistry } from './registry.js';
import { checkCommon } from './session.js';

const PLATFORMS = ['linux/amd64', 'linux/arm64', 'linux/s390x', 'linux/ppc64le'];
const COMMIT = 'dac417bd31ed36d455e94db4aabe5916367654d4';

const TAG_FILE = `# The reviewed file: which image gets which tag.
images:
  - name: docker.io/example/sriov-cni
    src_build_tag: master-stable-20191203T153530Z.0
    src_ref: https://example.org/integ/commit/${COMMIT.slice(0, 12)}
    tag: stx.4.0-v2.2
    stable: true
  - name: docker.io/example/device-plugin
    src_build_tag: master-stable-20191203T153530Z.0
    platforms: [linux/amd64, linux/arm64]
    tag: stx.4.0-v1.0
`;

/** Runs the story. Exit status 0 when every step went as told. */
export async function demoCommand(args: Arguments, io: Io): Promise<number> {
  checkCommon(args);
  const timeout = args.text('timeout') ?? '1m';
  const log = logFor(args, io);
  const embedded = await startRegistry();
  const deadline = startDeadline(parseTimeout(timeout), timeout);
  try {
    fill(embedded, 'one');
    const step = (command: 'plan' | 'apply'): Promise<RunResult> =>
      runOn(embedded, command, io, log, deadline.signal);

    log.line(`A registry runs inside this process at ${embedded.host}, with images for`);
    log.line(`${PLATFORMS.join(', ')}.`);
    log.line('The tag file asks for:');
    for (const line of TAG_FILE.trimEnd().split('\n')) log.line(`    ${line}`);

    log.line('');
    log.line('1. retag plan: what would happen. Nothing is written.');
    const planned = await step('plan');
    log.line('');
    log.line('2. retag apply: copies manifests with all platforms, and pulls nothing.');
    const applied = await step('apply');
    log.line('');
    log.line('3. retag apply again: every tag is right, so Retag writes nothing.');
    const before = embedded.methods.length;
    const again = await step('apply');
    const written = embedded.methods.slice(before).filter((method) => method !== 'GET' && method !== 'HEAD');
    log.line(`   Requests that write: ${written.length}.`);
    log.line('');
    log.line('4. Somebody builds the source tags anew. Retag refuses to move the published');
    log.line('   tags, and the exit status is 1.');
    fill(embedded, 'two');
    const refused = await step('apply');

    const codes = [planned, applied, again, refused].map(({ exitCode }) => exitCode).join(' ');
    const asTold = codes === '0 0 0 1' && written.length === 0;
    log.line('');
    log.line(
      asTold
        ? 'That is Retag. Next: retag plan --config FILE on your own tag file.'
        : `This went wrong: ${codes}`,
    );
    return asTold ? 0 : (deadline.exitCode() ?? 1);
  } finally {
    deadline.release();
    await embedded.close();
  }
}

/** Puts the source images there; `generation` makes the content, and so the digests, differ. */
function fill(registry: EmbeddedRegistry, generation: string): void {
  for (const name of ['example/sriov-cni', 'example/device-plugin']) {
    const manifests = PLATFORMS.map((text) => {
      const [os = '', architecture = ''] = text.split('/');
      return { ...putImage(registry, name, os, architecture, generation), platform: { architecture, os } };
    });
    putManifest(registry, name, OCI_INDEX, { manifests }, 'master-stable-20191203T153530Z.0');
  }
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** An image of one platform, whose one layer is a text: nobody unpacks it. */
function putImage(
  registry: EmbeddedRegistry,
  name: string,
  os: string,
  architecture: string,
  generation: string,
): Descriptor {
  const put = (content: string, type: string): Descriptor => {
    const bytes = Buffer.from(content);
    const mediaType = `application/vnd.oci.image.${type}`;
    return { mediaType, digest: registry.putBlob(bytes), size: bytes.length };
  };
  const layer = put(`${name} ${architecture} ${generation}\n`, 'layer.v1.tar');
  const config = {
    architecture,
    os,
    config: { Labels: { 'org.opencontainers.image.revision': COMMIT } },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  };
  const document = { config: put(JSON.stringify(config), 'config.v1+json'), layers: [layer] };
  return putManifest(registry, name, OCI_MANIFEST, document, null);
}

function putManifest(
  registry: EmbeddedRegistry,
  name: string,
  mediaType: string,
  document: object,
  tag: string | null,
): Descriptor {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...document }));
  const digest = digestOf(bytes);
  registry.putManifest(name, tag, { bytes, mediaType, digest });
  return { mediaType, digest, size: bytes.length };
}

async function runOn(
  embedded: EmbeddedRegistry,
  command: 'plan' | 'apply',
  io: Io,
  log: Log,
  signal: AbortSignal,
): Promise<RunResult> {
  const env = { PATH: io.env['PATH'] };
  const registry = realRegistry({
    env,
    log,
    signal,
    concurrency: 16,
    anonymous: true,
  });
  const files = [{ path: 'image-tags.yaml', bytes: new TextEncoder().encode(TAG_FILE) }];
  const request = {
    ...promotionRequest(command, files),
    registryMap: [`docker.io=${embedded.host}`],
    settle: 0,
  };
  try {
    return await run(request, { registry, ...withoutAdapters(log, signal) });
  } finally {
    registry.close();
  }
}
