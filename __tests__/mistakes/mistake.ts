import type { Scene } from '../support/scene.js';

/** One mistake: what a person has done, what the screen says, and what the person does then. */
export interface Mistake {
  readonly title: string;
  /** what was done before the command */
  readonly given?: (scene: Scene) => void | Promise<void>;
  /** the words after `retag`; `HOST` is the registry's */
  readonly command: string;
  /** exit status; default 2 */
  readonly code?: number;
  /** what the screen says, with every message on one line: what is wrong, where, and the remedy */
  readonly says: readonly RegExp[];
  /** what the person does then; the words of the next command where they differ */
  readonly remedy: (scene: Scene) => string | undefined | Promise<string | undefined>;
  /** exit status after the remedy; default 0 */
  readonly then?: number;
}

/** A remedy that is another command. */
export const next = (command: string) => (): string => command;

/** A remedy in the tag file, which then has this entry. */
export const rewrite =
  (...lines: readonly string[]) =>
  (scene: Scene): undefined => {
    scene.entry(...lines);
  };

/** An entry that promotes build-7 to 1.0. */
export const RIGHT = ['src_build_tag: build-7', "tag: '1.0'"] as const;

/** A remedy in the tag file, which then is this. */
export const replaced =
  (text: string) =>
  (scene: Scene): undefined => {
    scene.file('.github/image-tags.yaml', text);
  };
