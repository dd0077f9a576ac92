import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../src/errors.js';
import { parseTag } from '../../src/oci/reference.js';
import { resolveNames } from '../../src/policy/policy.js';
import { renderText } from '../../src/policy/template.js';
import { decide, factsOf, policyOf, SHA, withRules } from '../support/policies.js';

/** The first tag of a ref under one rule. */
function tagOf(rule: string, ref: string, more: Parameters<typeof decide>[2] = { sha: SHA }): string {
  return decide(policyOf(withRules(rule)), ref, more).tags[0] ?? '';
}

describe('text of a ref in a tag', () => {
  test.each<[string, string, string, RegExp]>([
    ['a field that starts with a dash', "git_tag: '{v:text}', tag: '{v}'", 'refs/tags/-1', /^1-[0-9a-f]{8}$/],
    ['the same in the middle stays', "git_tag: 'v_{v:text}', tag: 'v_{v}'", 'refs/tags/v_-1', /^v_-1$/],
    [
      'a long field that starts with digits',
      "git_tag: '{v:text}', tag: '{v}'",
      `refs/tags/1${'a'.repeat(150)}`,
      /^1a{118}-[0-9a-f]{8}$/,
    ],
    [
      'the same with digits at its end',
      "git_tag: '{v:text}', tag: '{v}'",
      `refs/tags/${'a'.repeat(150)}1`,
      /^a{119}-[0-9a-f]{8}$/,
    ],
    [
      'digits are left as they are',
      "git_tag: 'v{n}', tag: 'v{n}'",
      `refs/tags/v${'1'.repeat(127)}`,
      /^v1{127}$/,
    ],
    [
      'exactly 128 characters',
      "branch: '*', tag: '{branch}-{sha:7}'",
      `refs/heads/${'b'.repeat(120)}`,
      /^b{120}-16a70a1$/,
    ],
    [
      'one more',
      "branch: '*', tag: '{branch}-{sha:7}'",
      `refs/heads/${'b'.repeat(121)}`,
      /^b{111}-[0-9a-f]{8}-16a70a1$/,
    ],
  ])('%s', (_name, rule, ref, expected) => {
    expect(tagOf(`class: snapshot, ${rule}`, ref)).toMatch(expected);
  });

  test('room is kept for the stable suffix', () => {
    const rule = "class: final, git_tag: '{v:text}', tag: '{v}', stable: true";
    expect(tagOf(rule, `refs/tags/${'v'.repeat(121)}`)).toBe('v'.repeat(121));
    expect(tagOf(rule, `refs/tags/${'v'.repeat(122)}`)).toMatch(/^v{112}-[0-9a-f]{8}$/);
  });

  test('and for what a run will fill in', () => {
    const rule = "class: snapshot, branch: '*', tag: '{branch}.{seq:3}'";
    expect(tagOf(rule, `refs/heads/${'b'.repeat(124)}`)).toBe(`${'b'.repeat(124)}.{seq:3}`);
    expect(tagOf(rule, `refs/heads/${'b'.repeat(125)}`)).toMatch(/^b{115}-[0-9a-f]{8}\.\{seq:3\}$/);
  });

  test('what is not from the ref is never cut, and takes no room of it', () => {
    const rule = "class: snapshot, branch: '*', tag: '{branch}-{timestamp}-{sha}'";
    expect(tagOf(rule, `refs/heads/${'b'.repeat(200)}`)).toMatch(
      new RegExp(`^b{61}-[0-9a-f]{8}-20211101T123456Z-${SHA}$`),
    );
  });

  test('two texts share the room where they do not fit, and only there', () => {
    const rule = "class: snapshot, git_tag: '{a:text}/{b:text}', tag: '{a}_{b}'";
    expect(tagOf(rule, `refs/tags/${'a'.repeat(100)}/${'b'.repeat(27)}`)).toBe(
      `${'a'.repeat(100)}_${'b'.repeat(27)}`,
    );
    const tag = tagOf(rule, `refs/tags/${'a'.repeat(100)}/${'b'.repeat(100)}`);
    expect(tag).toMatch(/^a{54}-[0-9a-f]{8}_b{54}-[0-9a-f]{8}$/);
    expect(parseTag(tag).ok).toBe(true);
  });

  test('a base is such a text', () => {
    const policy = policyOf(
      withRules(
        "class: final, git_tag: 'v{n}+{m}', tag: '{n}.{m}'",
        "class: patch, branch: 'r-*', tag: '{base}-{sha:7}'",
      ),
    );
    const ref = 'refs/heads/r-1';
    const { tags } = resolveNames(policy, decide(policy, ref), factsOf(ref), { base: 'v1+2' });
    expect(tags[0]).toMatch(/^v1-2-[0-9a-f]{8}-16a70a1$/);
  });
});

describe('texts with names in them', () => {
  const ref = 'refs/tags/v7';
  const policy = policyOf(withRules("class: final, git_tag: 'v{major}', tag: '{git_tag}'"));
  const render = (text: string) => resolveNames(policy, decide(policy, ref), factsOf(ref)).render(text);

  test('what is no name stays as it is', () => {
    expect(render('{{"a": 1}, {b c}, {major}')).toBe('{{"a": 1}, {b c}, 7');
    expect(render('{major')).toBe('{major');
  });

  test.each<[string, RegExp]>([
    ['{majr}', /^"\{majr\}" has no value here; did you mean \{major\}\?$/],
    ['{shaa}', /did you mean \{sha\}\?$/],
    [
      '{base}',
      /^"\{base\}" has no value here: it is not known in this run; known are \{major\}, \{git_tag\}, /,
    ],
    ['{seq:2}', /^"\{seq:2\}" has no value here: it is not known in this run; known are /],
    ['{branch}', /^"\{branch\}" has no value here: it is not known in this run; known are (?!.*\{branch\})/],
    ['{brancj}', /^"\{brancj\}" has no value here; known are (?!.*\{branch\})/],
    ['{toString}', /^"\{toString\}" has no value here/],
    ['{fields}', /^"\{fields\}" has no value here/],
  ])('%s', (text, message) => {
    expect(() => render(text)).toThrow(UserError);
    expect(() => render(text)).toThrow(message);
  });

  test('a field of another rule is said to be one, and never proposed for itself', () => {
    const both = policyOf(
      "policy: { rules: [ { class: final, git_tag: 'v{major}', tag: '{git_tag}' }, { class: snapshot, branch: main, tag: '{sha:7}' } ] }",
    );
    const main = 'refs/heads/main';
    const { render: onMain } = resolveNames(both, decide(both, main), factsOf(main));
    expect(() => onMain('{major}')).toThrow(
      /^"\{major\}" has no value here: the rule of this ref gives no such field; known are \{branch\}, (?!.*major)/,
    );
    expect(() => onMain('{majr}')).toThrow(/^"\{majr\}" has no value here; known are (?!.*major)/);
  });

  test('without anything near, all that is known is named', () => {
    expect(() => renderText('{x}', () => null, ['name', 'digest'])).toThrow(
      /^"\{x\}" has no value here; known are \{name\}, \{digest\}$/,
    );
  });
});
