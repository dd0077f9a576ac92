import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@jest/globals';

import { pushLarge } from '../bench/large.js';
import { measureOk } from '../bench/support.js';
import { CLI } from './support/retag.js';
import { binary, startRegistryV3, temporaryDirectory } from './support/stack.js';

const MIB = 1024 * 1024;

test.each(['node20', 'node24'])(
  'a large image passes through in constant memory on %s',
  async (name) => {
    const directory = temporaryDirectory('memory');
    const [source, target] = await Promise.all([startRegistryV3(), startRegistryV3()]);
    try {
      await pushLarge(source.base, 'team/large', 4, 128);
      const file = join(directory.path, 'image-tags.yaml');
      const entry = `name: ${target.host}/team/large, src_name: ${source.host}/team/large, src_build_tag: source, tag: copied`;
      writeFileSync(file, `images: [ { ${entry} } ]\n`);
      const { peak } = await measureOk(binary(name), [CLI, 'apply', '--config', file, '--quiet'], {
        watchMemory: true,
      });
      expect(peak).toBeGreaterThan(0);
      expect(peak).toBeLessThan(150 * MIB);
    } finally {
      await Promise.all([source.stop(), target.stop()]);
      directory.remove();
    }
  },
  120_000,
);
