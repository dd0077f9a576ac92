import { describe, expect, test } from '@jest/globals';
import { tagOrDigest } from '../src/oci/reference.js';
import { wantImages } from '../src/want.js';
import { parse } from './support/config.js';

const HEX = 'ab'.repeat(32);
const options = { registryMap: new Map(), forces: [], stableSuffix: '-stable' };

/** What one entry wants: kind, tag and source. */
function wanted(...lines: string[]): unknown[] {
  const entry = ['images:', '  - name: quay.io/org/app', ...lines.map((line) => `    ${line}`)].join('\n');
  return wantImages(parse(entry).images, options).map(({ kind, destination, source, follows }) => [
    kind,
    'tag' in destination ? destination.tag : null,
    source.from === 'image' ? source.ref : null,
    follows === null ? null : tagOrDigest(follows.destination),
  ]);
}

describe('the source of a promotion', () => {
  const app = { registry: 'quay.io', repository: 'org/app' };

  test('is a tag, also where its digest is written beside it', () => {
    const lines = ['src_build_tag: b1', `src_digest: sha256:${HEX}`, 'tag: "1"'];
    expect(wanted(...lines)).toEqual([['primary', '1', { ...app, tag: 'b1' }, null]]);
  });

  test('or a digest alone', () => {
    const lines = [`src_digest: sha256:${HEX}`, 'tag: "1"', 'stable: true'];
    const source = { ...app, digest: `sha256:${HEX}` };
    expect(wanted(...lines)).toEqual([
      ['primary', '1', source, null],
      ['stable', '1-stable', source, '1'],
    ]);
  });
});
