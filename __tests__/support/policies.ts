/** Policies written as in a tag file, so that every place in a message is a real one. */
import { parseConfig } from '../../src/config/config.js';
import { UserError, type Location, type Problem } from '../../src/errors.js';
import {
  classify,
  compilePolicy,
  type CompiledPolicy,
  type Decision,
  type RefFacts,
} from '../../src/policy/policy.js';
import { parseRef } from '../../src/policy/refname.js';

export const FILE = 'image-tags.yaml';
export const SHA = '16a70a1e17939e45d6003edde221cd2a0d0aa56c';
/** 2021-11-01T12:34:56Z */
export const TIME = Date.UTC(2021, 10, 1, 12, 34, 56);

/** Compiles the `policy` of a tag file. */
export function policyOf(yaml: string): CompiledPolicy {
  const config = parseConfig([{ path: FILE, bytes: new TextEncoder().encode(yaml) }]);
  if (!config.policy) throw new Error('the text has no policy');
  return compilePolicy(config.policy);
}

/** The problems of a policy that must not compile. */
export function problemsOf(yaml: string): readonly Problem[] {
  try {
    policyOf(yaml);
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
  throw new Error('the policy compiles');
}

/** A policy of rules in flow style, one a line from line 3 on: `class: final, git_tag: x, tag: x`. */
export function withRules(...rules: string[]): string {
  return ['policy:', '  rules:', ...rules.map((rule) => `    - { ${rule} }`), ''].join('\n');
}

/** Is there a warning that names can be read in several ways by this pattern? */
export function isAmbiguous(pattern: string): boolean {
  const { warnings } = policyOf(
    withRules(`class: final, git_tag: ${JSON.stringify(pattern)}, tag: '{git_tag}'`),
  );
  return warnings.some(({ what }) => what.includes('can be read in several ways'));
}

/** Where `text` stands in a tag file for the first time. */
export function placeOf(yaml: string, text: string): Location {
  const at = yaml.indexOf(text);
  if (at < 0) throw new Error(`the text has no ${text}`);
  const before = yaml.slice(0, at).split('\n');
  return { file: FILE, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** What the policy says of a full ref. */
export function decide(policy: CompiledPolicy, ref: string, more: Partial<RefFacts> = {}): Decision {
  return classify(policy, { ...refParts(ref), time: TIME, ...more });
}

/** Facts of a run for a full ref; everything that git would be asked is refused unless given. */
export function factsOf(ref: string, more: Partial<RefFacts> = {}): RefFacts {
  const asked = () => Promise.reject(new Error('git must not be asked'));
  return {
    ...refParts(ref),
    sha: SHA,
    event: 'push',
    defaultBranch: 'main',
    runNumber: 7,
    runAttempt: 1,
    time: TIME,
    deleted: false,
    gitTags: asked,
    reachableTags: asked,
    shallow: asked,
    pullRequest: null,
    may: { write: true, credentials: true, localHosts: true, on: 'a test', why: '', help: '' },
    warnings: [],
    ...more,
  };
}

function refParts(ref: string) {
  const parsed = parseRef(ref);
  if (!parsed.ok) throw new Error(parsed.what);
  return parsed.value;
}
