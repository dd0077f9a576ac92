import type { Observed, WantedTag } from '../../src/plan/model.js';
import type { TagState } from '../../src/ports.js';
import type { Manifest } from '../../src/oci/manifest.js';
import { parseConfig } from '../../src/config/config.js';
import type { ImageConfig } from '../../src/config/model.js';
import { OperationError } from '../../src/errors.js';

/** A digest that is easy to tell apart in a failing test: `digestOf('a')` is `sha256:aaaa…`. */
export function digestOf(letter: string): string {
  return `sha256:${letter.repeat(64)}`;
}

/** The entry of `images` that promotes `reg.example/app:build` to 1.0, with these keys as YAML pairs: `src_ref: x, stable: true`. */
export function promotionOf(more = ''): ImageConfig {
  const text = `images: [ { name: reg.example/app, src_build_tag: build, tag: '1.0'${more && `, ${more}`} } ]`;
  const [entry] = parseConfig([{ path: 'tags.yaml', bytes: new TextEncoder().encode(text) }]).images;
  if (entry === undefined) throw new Error(`no entry in ${text}`);
  return entry;
}

/** A wanted primary tag `reg.example/app:1.0` from `reg.example/app:build`, with the given changes. */
export function wantedTag(changes: Partial<WantedTag> = {}): WantedTag {
  return {
    kind: 'primary',
    image: 'reg.example/app',
    destination: { registry: 'reg.example', repository: 'app', tag: '1.0' },
    source: { from: 'image', ref: { registry: 'reg.example', repository: 'app', tag: 'build' } },
    entries: [],
    location: { file: 'tags.yaml', line: 2, column: 5 },
    forced: false,
    digest: null,
    platforms: [],
    revision: null,
    attachments: 'copy',
    lateAttachments: false,
    gates: [],
    manual: false,
    taken: null,
    follows: null,
    group: null,
    ...changes,
  };
}

export const ABSENT: TagState = { state: 'absent' };
export const UNKNOWN: TagState = {
  state: 'unknown',
  error: new OperationError('denied', 'HEAD reg.example: 403', { status: 403 }),
};

/** The tag is there and points at `digestOf(letter)`. */
export function present(letter: string): TagState {
  return { state: 'present', digest: digestOf(letter) };
}

/** A manifest of the named digest; its bytes are only a stand-in. */
export function manifestOf(letter: string): Manifest {
  return {
    bytes: new TextEncoder().encode(letter),
    mediaType: 'application/vnd.oci.image.index.v1+json',
    digest: digestOf(letter),
  };
}

/** An observation: destination absent, source `digestOf('a')` read, gates open; with the given changes. */
export function observedTag(changes: Partial<Observed> = {}): Observed {
  return {
    destination: ABSENT,
    source: {
      state: 'present',
      digest: digestOf('a'),
      manifest: manifestOf('a'),
      facts: null,
      repository: { registry: 'reg.example', repository: 'app' },
    },
    gate: { state: 'open', text: '' },
    channel: null,
    ...changes,
  };
}
