/** A decision as the report has it. */
import type { ClassificationReport, Decision } from './model.js';

/** The `classification` object of the report (contract 9). Names that are not known yet stay in braces. */
export function classificationReport(decision: Decision): ClassificationReport {
  return {
    class: decision.class,
    rule: decision.rule,
    fields: { ...decision.fields },
    version: decision.version,
    tags: [...decision.tags],
    stable_tags: [...decision.stableTags],
    channels: [...decision.channels],
    why: decision.why,
    not: [...decision.not],
  };
}
