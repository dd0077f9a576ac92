/** All that tag files say together, policy included, and every problem of them that can be told without asking anybody. Pure. */
import { checkBuilds } from './builds/check.js';
import { MAX_JUDGED, readConfig, type TagFile } from './config/config.js';
import type { Config } from './config/model.js';
import type { Problem } from './errors.js';
import { examinePolicy, type CompiledPolicy, type Examined } from './policy/policy.js';

export interface Files {
  readonly config: Config;
  /** null when neither tag file nor inputs have one, and when it has problems */
  readonly policy: CompiledPolicy | null;
  /** not in order */
  readonly problems: readonly Problem[];
  /** is it certain that there is no policy? */
  readonly withoutPolicy: boolean;
}

/**
 * Reads and checks tag files. A mistake hides only the checks that need what it spoils (contract section 3: every
 * problem in every file at once).
 * @param preset the policy of the inputs, for use without one in the files; empty: none
 */
export function readFiles(files: readonly TagFile[], preset: string): Files {
  const { config, problems, withoutPolicy, laterPolicies } = readConfig(files);
  const examined = examinedPolicy(config, preset);
  return {
    config,
    policy: examined?.policy ?? null,
    problems: [
      ...problems,
      ...(preset === '' ? [] : twoPolicies(config)),
      ...(examined?.problems ?? []),
      ...laterPolicies.slice(0, MAX_LATER_POLICIES).flatMap((policy) => examinePolicy(policy).problems),
      ...atMost(
        MAX_JUDGED,
        checkBuilds(config.builds, laterPolicies.length > 0 ? null : (examined?.names ?? null)),
      ),
    ],
    withoutPolicy: withoutPolicy && preset === '',
  };
}

/** A run has one policy. Others are an error or the same again; of the first few every mistake is said. */
const MAX_LATER_POLICIES = 4;

/** The first of them; the rest is not looked for. */
function* atMost<T>(count: number, items: Iterable<T>): Generator<T> {
  if (count <= 0) return;
  for (const item of items) {
    yield item;
    if ((count -= 1) === 0) return;
  }
}

/** The policy of a run: the tag file's, or the preset of the inputs. */
function examinedPolicy({ policy }: Config, preset: string): Examined | null {
  if (policy !== undefined) return examinePolicy(policy);
  return preset === '' ? null : examinePolicy({ preset });
}

function twoPolicies({ policy }: Config): Problem[] {
  if (policy === undefined) return [];
  return [
    {
      place: policy.origin.at(),
      what: 'the input policy and the policy of the tag file are both given',
      mend: 'leave the input policy away; it is for use without a tag file',
    },
  ];
}
