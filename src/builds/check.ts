/**
 * What can be said of the builds of a tag file before there is a ref: every value that buildx takes in a language of its
 * own, paths that lead out of the workspace, and templates that no ref can fill. Pure.
 */
import type { BuildConfig } from '../config/model.js';
import type { Problem } from '../errors.js';
import { unknownName } from '../policy/policy.js';
import { parseTemplate, variablesOf } from '../policy/template.js';
import { RUN_LIMITS } from '../shared/limits.js';
import { imageOf } from './machines.js';
import { targetParts, type DefinitionContext } from './target.js';

// Nothing is known of a run yet. What a template gives is as unknown as the revision, so a label that sets the revision
// is left to the run.
const NO_RUN: DefinitionContext = {
  decision: { class: 'snapshot', version: '', labels: {} },
  facts: { revision: '', url: null, title: null, description: null, licenses: null, created: '', run: null },
  render: () => ({ ok: true, value: '' }),
  inputSecrets: [],
  defaultProvenance: '',
  sourceDateEpoch: undefined,
  trusted: true,
  insecure: [],
};

/**
 * The problems of builds that are the same for every ref, each looked for when it is asked for.
 * @param names what a template may use with some rule of the policy; null when that is not known
 */
export function* checkBuilds(
  builds: readonly BuildConfig[],
  names: ReadonlySet<string> | null,
): Generator<Problem> {
  yield* tooManyNames(builds);
  for (const build of builds) {
    const problems: Problem[] = [];
    targetParts(build, NO_RUN, problems);
    yield* problems;
    for (const each of templatesOf(build)) yield* templateProblems(build, each, names);
  }
}

/** Each is asked for its tags, and gets those of the release. */
function* tooManyNames(builds: readonly BuildConfig[]): Generator<Problem> {
  let all = 0;
  for (const { names, origin } of builds) {
    if (names.length > RUN_LIMITS.list) {
      const what = `there are ${names.length} items in "name", and at most ${RUN_LIMITS.list} are allowed`;
      yield { location: origin.at('name'), what, hint: 'split the build' };
    }
    all += names.length;
    if (all <= RUN_LIMITS.built) continue;
    const what = `up to here more than ${RUN_LIMITS.built} images are built, which is the most for one run`;
    yield { location: origin.at(), what, hint: 'split the tag file, and run Retag for each part' };
    return;
  }
}

interface Text {
  readonly text: string;
  readonly path: readonly [string, string];
}

function templatesOf(build: BuildConfig): Text[] {
  const { buildArgs, labels, annotations } = build;
  return Object.entries({ build_args: buildArgs, labels, annotations }).flatMap(([key, values]) =>
    Object.entries(values).map(([name, text]): Text => ({ text, path: [key, name] })),
  );
}

function* templateProblems(
  build: BuildConfig,
  { text, path }: Text,
  names: ReadonlySet<string> | null,
): Generator<Problem> {
  const problem = (at: number, what: string, hint: string): Problem => ({
    location: build.origin.inside(at, ...path),
    what: `${imageOf(build)}: ${path.join('.')}: ${what}`,
    hint,
  });
  const template = parseTemplate(text, true);
  if (!template.ok) yield problem(template.at, template.what, template.hint);
  if (!template.ok || names === null) return;
  for (const variable of variablesOf(template.value)) {
    if (names.has(variable.name)) continue;
    const { what, hint } = unknownName(variable, names);
    yield problem(variable.at, what, hint);
  }
}
