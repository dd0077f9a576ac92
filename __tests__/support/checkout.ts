import { relative } from 'node:path';

import { sandbox, type Sandbox } from './repository.js';
import { workspace, type Workspace } from './runner.js';
import { TAG_FILE } from './story.js';

/** A workspace that is a checkout of `master`, whose only commit has the tag file of the story. */
export interface Checkout {
  readonly place: Workspace;
  readonly box: Sandbox;
  readonly head: string;
  readonly remove: () => void;
}

export function checkout(): Checkout {
  const [box, place] = [sandbox(), workspace()];
  place.file('.github/image-tags.yaml', TAG_FILE);
  const work = relative(box.path, place.path);
  box.git(work, 'init', '--quiet', '--initial-branch=master');
  box.git(work, 'add', '.github');
  const head = box.commit(work, 1);
  const remove = (): void => {
    place.remove();
    box.remove();
  };
  return { place, box, head, remove };
}
