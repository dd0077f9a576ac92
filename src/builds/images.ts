/** The input `images`, as docker/metadata-action reads its own (src/image.ts, `Transform`). Pure. */
import type { Problem } from '../errors.js';
import { inputList, pairOf } from './lists.js';

export interface ImagesInput {
  /** in lower case, each once */
  readonly names: readonly string[];
  /** images are named, and every one has `enable=false`: nothing is to be built */
  readonly disabled: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Lines `NAME`, `NAME,enable=true|false` or `name=NAME,enable=true|false`; without attributes a line may hold several
 * names. docker/metadata-action takes only the last of them where there are more lines; here none is dropped.
 */
export function parseImages(text: string): ImagesInput {
  const lines = inputList(text, { comments: true });
  if (!lines.ok) return { names: [], disabled: false, problems: [problem(lines.what, lines.mend)] };
  const read = lines.value.map(imagesOf);
  const images = read.flatMap((line) => ('images' in line ? line.images : []));
  const enabled = images.filter(({ enable }) => enable).map(({ name }) => name);
  return {
    names: [...new Set(enabled)],
    disabled: images.length > 0 && enabled.length === 0,
    problems: read.flatMap((line) => ('problem' in line ? [line.problem] : [])),
  };
}

interface Image {
  readonly name: string;
  readonly enable: boolean;
}

const MEND = 'write it as "NAME", or "name=NAME,enable=true"';

function imagesOf(line: string): { readonly images: Image[] } | { readonly problem: Problem } {
  const names: string[] = [];
  let attributes = false;
  let enable = true;
  for (const cell of line.split(',')) {
    const [key, value] = pairOf(cell).map((part) => part?.trim() ?? null);
    if (key == null || (key === '' && value === null)) continue;
    attributes ||= value !== null;
    const attribute = value === null ? 'name' : key.toLowerCase();
    if (attribute === 'name') names.push((value ?? key).toLowerCase());
    else if (attribute !== 'enable') return { problem: problem(`"${key}" is not an attribute of an image`) };
    else if (value === 'true' || value === 'false') enable = value === 'true';
    else return { problem: problem(`enable: "${value ?? ''}" is neither true nor false`) };
  }
  const shown = JSON.stringify(line.slice(0, 100));
  if (names.length === 0 || names.includes('')) return { problem: problem(`${shown} names no image`) };
  if (attributes && names.length > 1)
    return { problem: problem(`${shown} names several images and has attributes`, 'give each a line') };
  return { images: names.map((name) => ({ name, enable })) };
}

function problem(what: string, mend = MEND): Problem {
  return { what: `input images: ${what}`, mend };
}
