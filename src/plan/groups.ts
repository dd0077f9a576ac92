import { formatReference } from '../oci/reference.js';
import { writes, type PlannedAction } from './model.js';

/**
 * A release is tagged whole or not at all: when one tag of a group is refused, none of the group is written,
 * and nothing is built for it. Holds do not break a group; a stable tag may wait while its primary is written.
 */
export function wholeGroups(actions: readonly PlannedAction[]): PlannedAction[] {
  const refused = new Map<string, PlannedAction>();
  for (const action of actions) {
    const { group } = action.wanted;
    if (group !== null && action.action === 'refuse' && !refused.has(group)) refused.set(group, action);
  }
  return actions.map((action) => {
    const { group } = action.wanted;
    const cause = group === null ? undefined : refused.get(group);
    if (cause === undefined || !writes(action)) return action;
    const name = formatReference(cause.wanted.destination);
    const text = `${name} of the same release is refused, and a release is tagged whole or not at all: ${cause.reason.text}`;
    return {
      ...action,
      action: 'refuse',
      digest: null,
      reason: { code: cause.reason.code, cause: 'group', text },
    };
  });
}
