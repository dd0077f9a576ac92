import type { Gate, Origin } from '../../../src/config/model.js';

const place = { file: 'image-tags.yaml', line: 1, column: 1 };
export const origin: Origin = { at: () => place, keyAt: () => place, inside: () => place };

/** A gate as the tag file would give it. */
export function gate(parts: Partial<Omit<Gate, 'origin'>>): Gate {
  return { ...parts, origin };
}
