/**
 * `npm run trust [-- --every N] [--on REGISTRY] [--format NAME]`: signatures in every form, right and wrong in every way, in real registries, judged by
 * `retag verify` and by the real cosign. Any yes to a wrong one and any no to a right one is a failure.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { createCosign, type Cosign } from '../../e2e/support/cosign.js';
import { inParallel, run, type Running } from '../../e2e/support/process.js';
import {
  type RealRegistry,
  startDockerRegistry282,
  startRegistryV3,
  startThird,
} from '../../e2e/support/registries.js';
import { image, index, pushAll } from '../../testing/registry/image.js';
import { addToFallback, attach, bundle, bundleReferrer, cosignTag } from '../../testing/sigstore/attach.js';
import { SLSA_PROVENANCE } from '../../testing/sigstore/sign.js';
import {
  createSigners,
  type Format,
  FORMATS,
  type Manipulation,
  MANIPULATIONS,
  type Signers,
} from './cells.js';

const REGISTRIES: Readonly<Record<string, () => Promise<RealRegistry>>> = {
  'docker-registry 2.8': startDockerRegistry282,
  'registry v3': startRegistryV3,
  olareg: startThird,
};

interface Cell {
  readonly format: Format;
  readonly manipulation: Manipulation;
  readonly registry: RealRegistry;
  /** repository and digest */
  readonly image: string;
}

interface Verdict {
  readonly cell: Cell;
  readonly retag: boolean;
  /** null: it can't read this form from a registry */
  readonly cosign: boolean | null;
}

export async function trustCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { every: { type: 'string', default: '1' }, on: { type: 'string' }, format: { type: 'string' } },
  });
  const started = performance.now();
  const chosen = Object.entries(REGISTRIES).filter(
    ([name]) => values.on === undefined || name.startsWith(values.on),
  );
  const registries = await Promise.all(chosen.map(([, start]) => start()));
  const signers = await createSigners();
  const cosign = createCosign();
  try {
    const cells = await fill(registries, signers, Number(values.every), values.format ?? '');
    const verdicts = await judge(cells, signers, cosign);
    return print(verdicts, Math.round((performance.now() - started) / 1_000));
  } finally {
    cosign.remove();
    await Promise.all(registries.map((each: Running) => each.stop()));
  }
}

/** Puts an image of its own into a registry for each cell, and what is attached to it. */
async function fill(
  registries: readonly RealRegistry[],
  signers: Signers,
  every: number,
  only: string,
): Promise<readonly Cell[]> {
  const all = registries.flatMap((registry, shift) =>
    FORMATS.filter(({ name }) => name.includes(only)).flatMap((format) =>
      MANIPULATIONS.filter((each) => each.applies(format)).map((manipulation) => ({
        registry,
        format,
        manipulation,
        shift,
      })),
    ),
  );
  const cells: Cell[] = [];
  // Other cells on each registry, so that a part of them has all of the rest.
  const some = all.filter(({ shift }, at) => (at + shift) % every === 0);
  await inParallel(some, 4, async ({ registry, format, manipulation }, at) => {
    const repository = `${format.path}/${at}`;
    const child = image({ labels: { cell: `${format.name} ${manipulation.name}` } });
    const of = index([child, image({ platform: 'linux/arm64', labels: { cell: String(at) } })]);
    await pushAll(registry.base, repository, '1', of);
    const name = `${registry.host}/${repository}`;
    const signatures = await manipulation.make(
      format,
      { digest: of.digest, platform: child.digest, name },
      signers,
    );
    if (format.holds === 'tag' && signatures.length > 0) {
      const tagged = cosignTag(of.digest, format.what === 'signature' ? 'sig' : 'att', signatures);
      await pushAll(registry.base, repository, tagged.tag, tagged.image);
    } else if (format.holds !== 'tag') {
      const version = format.holds;
      const subject = { mediaType: of.mediaType, digest: of.digest, size: of.bytes.length };
      const referrers = signatures.map((each) => bundleReferrer(subject, bundle(each, version)));
      const [first] = referrers;
      if (first !== undefined && referrers.length === 1) await attach(registry.base, repository, first);
      if (referrers.length > 1) {
        for (const each of referrers) await pushAll(registry.base, repository, null, each);
        if (registry.kind !== 'olareg') await addToFallback(registry.base, repository, of.digest, referrers);
      }
    }
    cells.push({ format, manipulation, registry, image: `${name}@${of.digest}` });
  });
  return cells;
}

async function judge(cells: readonly Cell[], signers: Signers, cosign: Cosign): Promise<readonly Verdict[]> {
  const files = {
    root: cosign.file('root.json', signers.sigstore.trustedRoot),
    key: cosign.file('key.pub', signers.key.publicKey),
  };
  const held = await retagVerdicts(cells, signers, cosign.directory);
  const verdicts: Verdict[] = [];
  await inParallel(cells, 3, async (cell) => {
    const args = cosignArguments(cell, signers, files);
    const answer = args === null ? null : await cosign.run(...args);
    verdicts.push({
      cell,
      retag: held.get(cell.image) === true,
      cosign: answer === null ? null : answer.status === 0,
    });
  });
  return verdicts;
}

/** All images of all cells in one run: the rules tell them by their names. */
async function retagVerdicts(
  cells: readonly Cell[],
  { identity, key }: Signers,
  directory: string,
): Promise<ReadonlyMap<string, boolean>> {
  const identities = [{ issuer: identity.claims['iss'], subject: identity.subject }];
  const authority = {
    key: { key: { data: key.publicKey } },
    certificate: { keyless: { identities } },
    github: {
      github: {
        repository: 'example/app',
        workflow: '.github/workflows/release.yml',
        ref: 'refs/heads/main',
      },
    },
  };
  const trust = FORMATS.map(({ path, what, by }) => ({
    images: [`*/${path}/*`],
    authorities: [
      {
        ...authority[by],
        ...(what === 'attestation' ? { attestations: [{ predicateType: SLSA_PROVENANCE }] } : {}),
      },
    ],
  }));
  const file = join(directory, 'image-tags.yaml');
  writeFileSync(file, JSON.stringify({ trusted_root: 'root.json', trust }));
  const args = [
    resolve('dist/cli.cjs'),
    'verify',
    ...cells.map((cell) => cell.image),
    '--config',
    file,
    '--json',
  ];
  const env = { PATH: process.env['PATH'], HOME: directory, DOCKER_CONFIG: directory };
  const answer = await run(process.execPath, args, { env, cwd: directory, timeout: 300_000 });
  if (answer.status === 2 || answer.stdout === '')
    throw new Error(`retag verify: ${answer.stdout}${answer.stderr}`);
  const { images } = JSON.parse(answer.stdout) as { images: { image: string; holds: boolean }[] };
  return new Map(images.map((each) => [each.image, each.holds]));
}

/** Null for what cosign reads from files alone: bundles before 0.3. */
function cosignArguments(
  { format, image: name }: Cell,
  { identity }: Signers,
  files: { readonly root: string; readonly key: string },
): readonly string[] | null {
  if (format.holds === '0.1' || format.holds === '0.2') return null;
  const command =
    format.what === 'signature' ? ['verify'] : ['verify-attestation', `--type=${SLSA_PROVENANCE}`];
  if (format.by === 'key') return [...command, `--key=${files.key}`, '--insecure-ignore-tlog=true', name];
  return [
    ...command,
    `--trusted-root=${files.root}`,
    `--certificate-identity=${identity.subject}`,
    `--certificate-oidc-issuer=${identity.claims['iss'] ?? ''}`,
    ...(format.by === 'github' ? ['--certificate-github-workflow-repository=example/app'] : []),
    name,
  ];
}

/** One row for each way, one column for each format: `+` accepted, `-` refused, Retag first; `.` cosign can't read it there. */
function print(verdicts: readonly Verdict[], seconds: number): number {
  const sign = (yes: boolean | null): string => (yes === null ? '.' : yes ? '+' : '-');
  const rows = MANIPULATIONS.map((manipulation) => {
    const columns = FORMATS.map((format) => {
      const some = verdicts.filter(
        ({ cell }) => cell.format === format && cell.manipulation === manipulation,
      );
      return [...new Set(some.map(({ retag, cosign }) => sign(retag) + sign(cosign)))].join(' ');
    });
    return `| ${[manipulation.name, ...columns].join(' | ')} |`;
  });
  console.log(`| | ${FORMATS.map(({ name }) => name).join(' | ')} |`);
  console.log(`|---|${FORMATS.map(() => '---|').join('')}`);
  console.log(rows.join('\n'));
  const wrong = verdicts.filter(({ cell, retag }) => retag !== (cell.manipulation.good === true));
  const name = ({ cell }: Verdict): string =>
    `${cell.registry.kind}, ${cell.format.name}, ${cell.manipulation.name}`;
  for (const each of wrong) console.log(`${each.retag ? 'FALSE ACCEPT' : 'FALSE REFUSAL'}: ${name(each)}`);
  const judged = verdicts.filter(({ cosign }) => cosign !== null);
  const other = judged.filter(({ cosign, retag }) => cosign !== retag);
  for (const each of other)
    console.log(`cosign ${each.cosign === true ? 'accepts' : 'refuses'}: ${name(each)}`);
  const accepts = wrong.filter(({ retag }) => retag).length;
  console.log(
    `${verdicts.length} cells, ${accepts} false accepts, ${wrong.length - accepts} false refusals; ` +
      `cosign judged ${judged.length}, ${other.length} of them differently (${seconds} s)`,
  );
  return wrong.length === 0 && verdicts.length > 0 ? 0 : 1;
}
