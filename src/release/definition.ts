/** From a release to the bake definition of what is left to build. Pure. */
import type { DefinitionInput } from '../builds/definition.js';
import { imageOf } from '../builds/names.js';
import { onlyPlatform } from '../builds/select.js';
import type { Render, SelectedBuild, SourceFacts } from '../builds/model.js';
import { UserError } from '../errors.js';
import { writes, type Plan } from '../plan/model.js';
import type { ResolvedDecision } from '../policy/policy.js';
import type { Release } from './release.js';

/** What the definition takes from the run besides the release. */
export interface DefinitionSettings {
  readonly source: SourceFacts;
  readonly inputSecrets: readonly string[];
  readonly defaultProvenance: string;
  readonly sourceDateEpoch: string | undefined;
  readonly trusted: boolean;
  readonly insecure: readonly string[];
  /** this machine builds one platform of several; empty: all */
  readonly platform: string;
}

/**
 * The builds that a plan needs: to be built, and with a tag that will be written. With the input `platform`, tags are for a
 * later job, so every build that is not finished counts.
 */
export function buildsToMake(release: Release, plan: Plan, platform: string): SelectedBuild[] {
  const wanted = new Set(
    plan.actions
      .filter(writes)
      .flatMap(({ wanted: { source } }) => (source.from === 'build' ? [source.build] : [])),
  );
  const isDue = ({ config }: SelectedBuild): boolean => {
    const image = imageOf(config);
    return release.states.get(image)?.state === 'to-build' && wanted.has(image);
  };
  // A job of the matrix that is started again may find its release finished: its platform is no mistake then.
  return platform === '' ? release.selected.filter(isDue) : onlyPlatform(release.selected, platform, isDue);
}

/** The input of `bakeDefinition`. */
export function definitionInput(
  builds: readonly SelectedBuild[],
  decision: ResolvedDecision,
  settings: DefinitionSettings,
): DefinitionInput {
  if (decision.class === null) throw new Error('a build without a class');
  const partial = settings.platform !== '';
  return {
    builds,
    split: partial,
    partial,
    decision: { class: decision.class, version: decision.version ?? '', labels: decision.labels },
    facts: settings.source,
    render: renderWith(decision),
    inputSecrets: settings.inputSecrets,
    defaultProvenance: settings.defaultProvenance,
    sourceDateEpoch: settings.sourceDateEpoch,
    trusted: settings.trusted,
    insecure: settings.insecure,
  };
}

/** The templates of a decision, with what is wrong with one as data. */
export function renderWith(decision: ResolvedDecision): Render {
  return (template) => {
    try {
      return { ok: true, value: decision.render(template) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const [problem] = error.problems;
      return {
        ok: false,
        what: problem?.what ?? error.message,
        mend: problem?.mend ?? 'correct the template',
      };
    }
  };
}
