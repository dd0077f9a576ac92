/** Files of other tools, told by their shape and read as they are (docs/coming-from-other-tools.md). */
import type { Problem } from '../../errors.js';
import type { OtherToolOptions } from '../source.js';
import type { YamlDocument } from '../yaml.js';
import { type Found, NOTHING } from './entries.js';
import { otherHalf, readKpromo } from './kpromo.js';
import { readRegsync } from './regsync.js';
import { readSkopeo, SKOPEO_KEYS } from './skopeo.js';
import { placeOf, rootOf } from './value.js';

export { selected } from './entries.js';
export { createSelector, type Selector } from './selector.js';

/** A document, and what its file was given with. */
interface GivenDocument {
  readonly document: YamlDocument;
  readonly options: OtherToolOptions;
}

type Shape = 'regsync' | 'skopeo sync' | 'kpromo' | 'kpromo (images)';

/** Whose file it is; null for a tag file, and for what has no shape that is known. Looks at the top two levels only. */
export function shapeOf({ data, source }: YamlDocument): Shape | null {
  if (Array.isArray(data)) {
    const isImages = data.some((item) => isFields(item) && 'dmap' in item);
    return isImages || (data.length === 0 && otherHalf(source.path) !== null) ? 'kpromo (images)' : null;
  }
  if (!isFields(data)) return null;
  if ('registries' in data) return 'kpromo';
  if ('sync' in data || 'creds' in data) return 'regsync';
  const lists = Object.keys(SKOPEO_KEYS).filter((key) => key.startsWith('images'));
  const isSkopeo = Object.values(data).some((value) => isFields(value) && lists.some((key) => key in value));
  return isSkopeo ? 'skopeo sync' : null;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/**
 * Reads the documents that have a shape of another tool.
 * @param all every document of the run: the halves of a thin manifest are in two files
 * @param most how many problems are reported at most
 */
export function readOtherTools(
  all: readonly GivenDocument[],
  most: number,
  report: (problem: Problem) => void,
): ReadonlyMap<YamlDocument, Found> {
  let left = most;
  const limited = (problem: Problem): void => {
    if ((left -= 1) >= 0) report(problem);
  };
  const foreign = all.filter(({ document }) => shapeOf(document) !== null);
  const byPath = new Map(foreign.map(({ document }) => [document.source.path, document]));
  return new Map(
    foreign.map((each) => {
      const { document } = each;
      const first = foreign.find((other) => other.document.source === document.source);
      if (all.every((other) => other === each || other.document.source !== document.source) || first === each)
        return [document, readOne(each, byPath, limited)];
      const what = 'other tools read the first document of a file only';
      limited({
        location: placeOf(rootOf(document)),
        what,
        hint: 'move it to a file of its own, or remove it',
      });
      return [document, NOTHING];
    }),
  );
}

function readOne(
  { document, options }: GivenDocument,
  byPath: ReadonlyMap<string, YamlDocument>,
  report: (problem: Problem) => void,
): Found {
  const root = rootOf(document);
  const shape = shapeOf(document);
  const reading = { tool: shape ?? '', report };
  if (shape === 'regsync') return readRegsync(root, options, reading);
  if (shape === 'skopeo sync') return readSkopeo(root, options, reading);
  const { path } = document.source;
  const half = byPath.get(otherHalf(path) ?? '');
  if (shape === 'kpromo') {
    const isThin = otherHalf(path) !== null && !Object.hasOwn(Object(document.data) as object, 'images');
    if (!isThin || half !== undefined)
      return readKpromo(root, half === undefined ? null : rootOf(half), reading);
    return missing(`the images of this manifest are not among the files: ${otherHalf(path) ?? ''}`);
  }
  if (half !== undefined) return NOTHING;
  return missing('this is a list of images of kpromo, and its promoter-manifest.yaml is not among the files');

  function missing(what: string): Found {
    const hint = 'give the directory that holds "manifests" and "images"';
    report({ location: placeOf(root), what, hint });
    return NOTHING;
  }
}
