import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { CLI } from '../e2e/support/retag.js';
import { findBinary, startRegistryV3, temporaryDirectory } from '../e2e/support/stack.js';
import { pushLarge } from './large.js';
import { measureOk, table, time, type Measured } from './support.js';

const MIB = 1024 * 1024;
const LAYERS = 4;
const LAYER_MIB = 256;
const REPOSITORY = 'team/large';

/** A 1 GiB image from one registry to another: peak memory of the process that copies. */
export async function benchMemory(): Promise<string> {
  const directory = temporaryDirectory('bench-memory');
  const source = await startRegistryV3();
  try {
    await pushLarge(source.base, REPOSITORY, LAYERS, LAYER_MIB);
    const rows: string[][] = [];
    const from = `${source.host}/${REPOSITORY}`;
    const apply =
      (node: string) =>
      (host: string): [string, string[]] => {
        const file = join(directory.path, 'image-tags.yaml');
        const entry = `name: ${host}/${REPOSITORY}\n    src_name: ${from}\n    src_build_tag: source\n    tag: copied`;
        writeFileSync(file, `images:\n  - ${entry}\n`);
        return [node, [CLI, 'apply', '--config', file, '--quiet']];
      };
    for (const name of ['node20', 'node24']) {
      const node = findBinary(name);
      rows.push(row(`${name}: \`retag apply\``, node && (await withDestination(apply(node)))));
    }
    const crane = findBinary('crane');
    rows.push(
      row(
        '`crane copy`',
        crane &&
          (await withDestination((host) => [
            crane,
            ['copy', '--insecure', `${from}:source`, `${host}/${REPOSITORY}:copied`],
          ])),
      ),
    );
    const skopeo = findBinary('skopeo');
    const flags = ['copy', '--all', '--insecure-policy', '--src-tls-verify=false', '--dest-tls-verify=false'];
    rows.push(
      row(
        '`skopeo copy --all`',
        skopeo &&
          (await withDestination((host) => [
            skopeo,
            [...flags, `docker://${from}:source`, `docker://${host}/${REPOSITORY}:copied`],
          ])),
      ),
    );
    const what = `### One image of ${(LAYERS * LAYER_MIB) / 1024} GiB (${LAYERS} layers) from one registry to another`;
    return [what, table(['one run each', 'peak memory', 'time'], rows)].join('\n\n');
  } finally {
    await source.stop();
    directory.remove();
  }
}

function row(name: string, measured: Measured | null | ''): string[] {
  if (!measured) return [name, 'missing', ''];
  return [name, `${(measured.peak / MIB).toFixed(0)} MiB`, time(measured.duration)];
}

/** Copies into an empty registry that lives as long as the copy. */
async function withDestination(command: (host: string) => [string, string[]]): Promise<Measured> {
  const registry = await startRegistryV3();
  try {
    const [program, args] = command(registry.host);
    return await measureOk(program, args, { watchMemory: true });
  } finally {
    await registry.stop();
  }
}
