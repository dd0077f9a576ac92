/** The door of the policy stage; model.ts says in which order the flow uses it. */
export { compareChannel } from '../channels.js';
export { claimSequence, snapshots } from '../sequence.js';
export { classify, requireDecision } from './classify.js';
export { compilePolicy, DEFAULT_STABLE_SUFFIX, examinePolicy, type Examined } from './compile.js';
export { claimsOn, gitTagsOf, takenFrom, whoHas, type NameKind } from './owner.js';
export { checkPromotionTag } from './promotion.js';
export { classificationReport } from './report.js';
export { findBase, needsOf, resolveNames } from './resolve.js';
export { renderText, unknownName } from './values.js';
export type {
  ChannelComparison,
  ClaimResult,
  ClaimTag,
  ClassificationReport,
  ClassifyInput,
  CompiledPolicy,
  Decision,
  Needs,
  Permission,
  PullRequestFacts,
  RefFacts,
  RefKind,
  ResolvedDecision,
  Seen,
} from './model.js';
