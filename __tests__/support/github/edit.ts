import { editReferences } from '../../../src/github/follow-up/edit.js';

type Requests = Parameters<typeof editReferences>[1];

/** One reference set in a file: its new text and what changed, or why it cannot be set. */
export function editReference(text: string, path: string, wanted: Requests[number]['wanted']) {
  const { text: result, results } = editReferences(text, [{ path, wanted }]);
  const [only] = results;
  return only?.ok === false ? only : { ok: true as const, text: result, changes: only?.changes ?? [] };
}
