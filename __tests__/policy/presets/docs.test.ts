import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { type CompiledPolicy, compilePolicy } from '../../../src/policy/policy.js';
import { PRESET_NAMES } from '../../../src/policy/presets/presets.js';
import { toTagPart } from '../../../src/policy/refname.js';
import { policyOf } from '../../support/policies.js';

function page(name: string): string {
  return readFileSync(new URL(`../../../docs/${name}.md`, import.meta.url), 'utf8');
}

/** The YAML blocks of a page that are a policy. */
function policies(text: string): string[] {
  return [...text.matchAll(/```yaml\n(policy:\n[\s\S]*?)```/g)].map(([, yaml = '']) => yaml);
}

/** What a rule does, without its name and place. */
function rules(policy: CompiledPolicy) {
  return policy.rules.map((rule) => ({
    class: rule.class,
    kind: rule.kind,
    patterns: rule.patterns.map((pattern) => pattern.source),
    tags: rule.tags.map((tag) => tag.source),
    stable: rule.stable,
    channels: rule.channels.map((channel) => channel.source),
    publish: rule.publish,
  }));
}

test.each([...PRESET_NAMES])('the rules on the page of %s are those of the preset', (preset) => {
  const [yaml = '', ...others] = policies(page(`presets/${preset}`));
  expect(others).toEqual([]);
  expect(rules(policyOf(yaml))).toEqual(rules(compilePolicy({ preset })));
});

test('the policy of the manual compiles without a doubt, examples included', () => {
  const [yaml = ''] = policies(page('policy'));
  expect(yaml).toContain('examples:');
  expect(policyOf(yaml).warnings).toEqual([]);
});

test('the mapping in the manual is the one of the code', () => {
  const mapped = toTagPart('feature/a', 128, true);
  expect(page('policy')).toMatch(new RegExp(`\\| \`feature/a\` +\\| \`${mapped}\` +\\|`));
  expect(page('migrating-from-metadata-action')).toContain(`\`${mapped}\``);
});

describe('the rules for people who come from docker/metadata-action', () => {
  const found = [...page('migrating-from-metadata-action').matchAll(/`(\{ class: [^`]*\})`/g)];

  test('are there', () => {
    expect(found.length).toBeGreaterThanOrEqual(8);
  });

  test.each(found.map(([, rule = '']) => rule))('%s', (rule) => {
    expect(policyOf(`policy:\n  rules:\n    - ${rule}\n`).rules).toHaveLength(1);
  });
});
