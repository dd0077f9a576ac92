/**
 * Drift: what the registry no longer holds as the tag file says. A plan on a schedule looks for it; nothing is fixed, since
 * only people know which of the two is right.
 */
import { OperationError } from '../errors.js';
import { formatReference, tagOrDigest } from '../oci/reference.js';
import type { Registry } from '../ports.js';
import { pool } from '../shared/concurrency.js';
import { type Plan, type PlannedAction, type RightTag, rightTag } from './model.js';

/**
 * - `moved`: the tag points at another digest than its source; somebody wrote it outside Retag
 * - `vanished`: the tag is not there any more
 * - `platform`: the image lacks a platform that the tag file asks for
 * - `attachment`: nothing is attached any more although the tag file says `attachments: require`
 * - `record`: the tag file says `record`, and the tag has no signed record, or that of another digest
 */
type DriftKind = 'moved' | 'vanished' | 'platform' | 'attachment' | 'record';

export interface Drift {
  readonly kind: DriftKind;
  readonly image: string;
  readonly tag: string;
  readonly text: string;
  readonly location: { readonly file: string; readonly line: number; readonly column: number } | null;
}

interface DriftPorts {
  readonly registry: Registry;
  /** why a tag that is right has no record, or null; null itself: nobody asked for records, or nobody can tell whose they are */
  readonly lacksRecord: ((tag: RightTag) => Promise<string | null>) | null;
}

/** The drift of promotions. Reads what is attached to tags that must have something attached; writes nothing. */
export async function findDrift(plan: Plan, ports: DriftPorts, concurrency: number): Promise<Drift[]> {
  const promotions = plan.actions.filter(({ wanted }) => wanted.group === null);
  const found = await pool(promotions, concurrency, async (action) => {
    const kind = kindOf(action);
    if (kind !== null) return [drift(kind, action, action.reason.text)];
    const lost = await lostAttachment(action, ports.registry);
    const unrecorded = await lostRecord(action, ports);
    return [
      ...(lost === null ? [] : [drift('attachment', action, lost)]),
      ...(unrecorded === null ? [] : [drift('record', action, unrecorded)]),
    ];
  });
  return found.flat();
}

/** Why a kept tag has no record, or null. */
async function lostRecord(planned: PlannedAction, { lacksRecord }: DriftPorts): Promise<string | null> {
  const kept = {
    planned,
    outcome: 'planned',
    digest: planned.digest,
    error: null,
    attachments: null,
  } as const;
  const tag = rightTag(kept);
  if (lacksRecord === null || tag === null) return null;
  try {
    return await lacksRecord(tag);
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return `whether ${formatReference(tag.destination)} has a record cannot be told: ${error.message}`;
  }
}

function kindOf({ action, reason, previous, wanted }: PlannedAction): DriftKind | null {
  if (action === 'create' && reason.code === 'absent') return 'vanished';
  // Tag and source are both gone: a tag that nothing can bring back.
  if (action === 'refuse' && reason.code === 'source-missing') return 'vanished';
  if (action !== 'refuse' || previous === null) return null;
  if (reason.code === 'different-digest') return 'moved';
  // With src_digest the tag is compared with that, wherever the source points by now.
  if (reason.code === 'digest-mismatch') return previous === wanted.digest ? null : 'moved';
  if (reason.code === 'attachment-missing') return 'attachment';
  return reason.code === 'platform-missing' ? 'platform' : null;
}

/** Why a kept tag that requires something attached has nothing, or null. */
async function lostAttachment(action: PlannedAction, registry: Registry): Promise<string | null> {
  const { wanted, previous } = action;
  if (action.action !== 'keep' || wanted.attachments !== 'require' || previous === null) return null;
  const { registry: host, repository } = wanted.destination;
  const at = { registry: host, repository, digest: previous };
  try {
    if ((await registry.attached(at, await registry.manifest(at))) > 0) return null;
    return `${formatReference(wanted.destination)}: nothing is attached to the image any more`;
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    return `${formatReference(wanted.destination)}: ${error.message}`;
  }
}

function drift(kind: DriftKind, { wanted }: PlannedAction, text: string): Drift {
  return { kind, image: wanted.image, tag: tagOrDigest(wanted.destination), text, location: wanted.location };
}
