/**
 * The plan as data. Nothing here acts; renderers only read it, execute only follows it.
 */
import type { OperationError, Location, ErrorOrigin } from '../errors.js';
import type { Entry, Gate, TrustRule } from '../config/model.js';
import type { AttachmentMode } from '../oci/manifest.js';
import type { TagState, InspectedImage } from '../ports.js';
import type { Manifest } from '../oci/manifest.js';
import {
  type DigestRef,
  formatReference,
  type ImageRef,
  joinTag,
  type Repository,
  tagOrDigest,
  type TagRef,
} from '../oci/reference.js';
import type { ReasonCode } from './reasons.js';

/** In the order in which tags are written. */
export const TAG_KINDS = ['primary', 'stable', 'channel'] as const;
export type TagKind = (typeof TAG_KINDS)[number];

export type ActionName = 'build' | 'create' | 'move' | 'keep' | 'hold' | 'refuse';

export type { ReasonCode } from './reasons.js';

/** What a reason is the consequence of: the tag that it follows, its release, or the build that must not be made. */
type ReasonCause = 'follows' | 'group' | 'build';

export interface Reason {
  readonly code: ReasonCode;
  /** absent: the reason is this tag's own */
  readonly cause?: ReasonCause;
  /** `image:tag` of the action that it is the consequence of; absent: the reason is this tag's own */
  readonly of?: string;
  /** of a channel that moves: the highest version that the registry holds */
  readonly version?: string;
  /** one sentence for people; nothing decides on it */
  readonly text: string;
  /** what to do about it, also the end of the text; absent: what the code's own row says */
  readonly help?: string;
}

/** Where the content of a wanted tag comes from. */
type WantedSource =
  /** an image that exists; resolved to a digest once */
  | { readonly from: 'image'; readonly ref: ImageRef }
  /** the image that the build of this name gives in this run, or gave in an earlier one */
  | { readonly from: 'build'; readonly build: string };

/** One tag that the tag file and the ref ask for. */
export interface WantedTag {
  readonly kind: TagKind;
  /** the image as in the tag file, after registry-map */
  readonly image: string;
  /** a digest for an image that is promoted without a tag */
  readonly destination: ImageRef;
  readonly source: WantedSource;
  /** the entries of the tag file that ask for it: the very objects, from file to report; none for what inputs alone ask for */
  readonly entries: readonly Entry[];
  /** where people look for it; never compared. Null for what inputs ask for */
  readonly location: Location | null;
  /** may move although the registry has another digest */
  readonly forced: boolean;
  /** the source must be exactly this */
  readonly digest: string | null;
  /** the index must hold these */
  readonly platforms: readonly string[];
  /** the commit that the image must be made from, in lower case; it may be a short form */
  readonly revision: string | null;
  readonly attachments: AttachmentMode;
  /** the entry says `attachments` itself: what is attached to the source later is carried too, also when the tag is right */
  readonly lateAttachments: boolean;
  readonly gates: readonly Gate[];
  /** `stable: manual` and nobody said so yet */
  readonly manual: boolean;
  /** the tag that must be right before this one may be written: the primary of a stable tag or channel */
  readonly follows: WantedTag | null;
  /** why the name is not known */
  readonly nameless?: OperationError;
  /** who has this name, when it is another rule of the policy, or the other kind of tag; null when it is this tag's own */
  readonly taken: string | null;
  /** tags of one group are written whole or not at all (all images of a build) */
  readonly group: string | null;
}

/** What the registry says of a source. */
export type SourceState =
  | {
      readonly state: 'present';
      readonly digest: string;
      /** the bytes, when they were read; a look alone does not read them */
      readonly manifest: Manifest | null;
      readonly facts: InspectedImage | null;
      /** the source's repository, where the bytes are */
      readonly repository: Repository;
    }
  | { readonly state: 'missing'; readonly error: OperationError | null }
  | { readonly state: 'unknown'; readonly error: OperationError }
  /** the image is made in this run, after the plan */
  | { readonly state: 'to-build' }
  /** a build that must not be made, or not be tagged */
  | { readonly state: 'refused'; readonly code: ReasonCode; readonly text: string };

type GateState = 'open' | 'pending' | 'failed' | 'unknown';

/** What is known of the gates of one wanted tag, all of them together. */
export interface GateVerdict {
  readonly state: GateState;
  readonly text: string;
}

/** Is the version in hand newer than what the channel's registry holds? Compared by the policy, not here. */
export type ChannelVerdict =
  | {
      readonly order: 'newer' | 'same' | 'older';
      /** the highest version that the registry holds, for the text */
      readonly highest: string | null;
      /** said beside the action when the channel is kept */
      readonly warning?: string;
    }
  | { readonly order: 'unknown'; readonly error: OperationError };

/** All that was read about one wanted tag before deciding. */
export interface Observed {
  readonly destination: TagState;
  /** null when the answer did not need it (the destination already is `src_digest`) */
  readonly source: SourceState | null;
  readonly gate: GateVerdict;
  readonly channel: ChannelVerdict | null;
  /** what was read of a tag that is right, for the conditions of its entry */
  readonly kept?: KeptImage;
  /** who vouches for the image, by the rules that it must meet; absent: none, or it wasn't asked for */
  readonly trust?: TrustVerdict;
}

/** A tag that is right already, as far as its entry has conditions. */
interface KeptImage {
  readonly manifest: Manifest;
  readonly facts: InspectedImage | null;
  /** is something attached to it, at the destination or at the source? null: nobody asked */
  readonly attached: boolean | null;
  /** where more may be attached by now; null: nowhere else */
  readonly from: DigestRef | null;
}

/** One line of the plan: what will be done about one tag, and why. */
export interface PlannedAction {
  readonly action: ActionName;
  readonly reason: Reason;
  readonly wanted: WantedTag;
  /** what the tag will point at, or what it would have to for `different-digest`; null when that is not known */
  readonly digest: string | null;
  /** what the tag points at now */
  readonly previous: string | null;
  /** where the content was found, or of a tag that is kept what may be attached later; null when nothing is written, or still to be built */
  readonly source: DigestRef | null;
  /** the bytes, when observe had to read them */
  readonly manifest: Manifest | null;
  /** said beside the action, e.g. that an image has no revision label */
  readonly warnings: readonly string[];
  /** who vouches for the image, or why nobody does; absent: no rule asks */
  readonly trust?: TrustVerdict;
}

export interface Plan {
  readonly actions: readonly PlannedAction[];
}

/** `image:tag`, as the report names it. */
export function tagName({ image, destination }: WantedTag): string {
  return joinTag(image, tagOrDigest(destination));
}

/** Will the tag be written? */
export function writes({ action }: Pick<PlannedAction, 'action'>): boolean {
  return action === 'create' || action === 'move';
}

/** Is the tag right, and may something have been attached to its source since, which then is copied? */
export function carriesLate({ action, source, manifest }: PlannedAction): boolean {
  return action === 'keep' && source !== null && manifest !== null;
}

type OutcomeName = 'planned' | 'done' | 'failed' | 'skipped';

/** What became of one planned action. */
export interface Outcome {
  readonly planned: PlannedAction;
  readonly outcome: OutcomeName;
  /** what the tag points at, read back; null when it was not written and its content is not known */
  readonly digest: string | null;
  readonly error: {
    readonly code: string;
    readonly cause?: ErrorOrigin;
    /** the image whose build failed */
    readonly build?: string;
    /** `image:tag` of the action whose failure it follows from */
    readonly of?: string;
    readonly text: string;
    /** what to do about it, also the end of the text */
    readonly help?: string;
  } | null;
  /** signatures, SBOMs and referrers: found on the source, and now at the destination */
  readonly attachments: { readonly found: number; readonly carried: number } | null;
}

/** The image that a build gave, where its bytes are; or why there is none. */
export type BuildResult =
  | {
      readonly ok: true;
      readonly source: DigestRef;
      /** an index that was put together here and is in no registry yet; null: the source has the bytes */
      readonly manifest: Manifest | null;
    }
  | { readonly ok: false; readonly error: OperationError };

/** An error as an outcome carries it. */
export function asError({
  code,
  message,
  origin,
  image,
  hint,
}: OperationError): NonNullable<Outcome['error']> {
  return {
    code,
    ...(origin === undefined ? {} : { cause: origin }),
    ...(image === undefined ? {} : { build: image }),
    text: message,
    ...(hint === undefined ? {} : { help: hint }),
  };
}

/** The tag of an outcome that holds what was wanted, which a record is about; else null. */
export function rightTag({ planned, outcome, error, digest }: Outcome): RightTag | null {
  const { wanted, previous, action, reason } = planned;
  const isKept = action === 'keep' && reason.code === 'same-digest';
  if (error !== null || digest === null || !(isKept || (writes(planned) && outcome === 'done'))) return null;
  const { destination, kind, source, location } = wanted;
  // A digest that is promoted without a tag is no move of a tag.
  if (!('tag' in destination)) return null;
  return {
    destination,
    kind,
    digest,
    source: source.from === 'image' ? formatReference(source.ref) : null,
    written: !isKept,
    previous,
    ofRelease: wanted.group !== null,
    location: location?.nowhere === true ? null : location,
  };
}

/** A tag that is right. */
export interface RightTag {
  readonly destination: TagRef;
  readonly kind: string;
  readonly digest: string;
  /** where the image was promoted from; null: it was built */
  readonly source: string | null;
  /** this run wrote it; else an earlier one did */
  readonly written: boolean;
  /** what the tag held before; null: nothing. Known only of a tag that this run wrote */
  readonly previous: string | null;
  /** a tag of the release, which the policy names; else an entry asks for it */
  readonly ofRelease: boolean;
  /** null for what inputs ask for */
  readonly location: Location | null;
}

// Who vouches for an image (docs/trust.md).

/** Who signed what, proved. */
export interface Signer {
  /** of a certificate; null for a key */
  readonly identity: { readonly subject: string; readonly issuer: string } | null;
  /** of a key: `sha256:` and the digest of its SubjectPublicKeyInfo; null for a certificate */
  readonly key: string | null;
  /** OWNER/NAME, commit and workflow of the build, as the certificate says; null where it doesn't */
  readonly repository: string | null;
  readonly commit: string | null;
  readonly workflow: string | null;
  readonly ref: string | null;
  /** null: a signature and no statement */
  readonly predicateType: string | null;
}

/** What became of one candidate under one rule. */
export type CandidateVerdict = { readonly name: string } & (
  { readonly counts: true; readonly signer: Signer } | { readonly counts: false; readonly why: string }
);

/** What became of one rule. */
export interface RuleVerdict {
  readonly rule: TrustRule;
  /** the name of the rule, or where it stands: `trust[0]` */
  readonly label: string;
  readonly holds: boolean;
  /** who vouched; empty unless it holds */
  readonly signers: readonly Signer[];
  readonly candidates: readonly CandidateVerdict[];
  /** one sentence: why the rule doesn't hold; empty when it does */
  readonly why: string;
}

/** All rules that an image must meet. */
export interface TrustVerdict {
  readonly holds: boolean;
  readonly rules: readonly RuleVerdict[];
}
