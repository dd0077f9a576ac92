/** The ref that a person at a terminal means: by any name that git would take, and only one that exists. */
import { UserError } from '../errors.js';
import { parseRef, visible, type ParsedRef } from '../policy/refname.js';
import { nearest } from '../shared/text.js';
import { commitOf, type Git, linesOf } from './git.js';

/** The commit at the tip of a branch, of a local one before that of `origin`; null when there is none. */
export async function branchCommit(git: Git, name: string): Promise<string | null> {
  return (await commitOf(git, `refs/heads/${name}`)) ?? (await commitOf(git, `refs/remotes/origin/${name}`));
}

/**
 * What is checked out: the branch, or the only git tag at HEAD.
 * @throws UserError that says why it cannot be told
 */
export async function checkedOutRef(git: Git): Promise<ParsedRef> {
  const head = await git('symbolic-ref', '--quiet', 'HEAD');
  const hint = 'name the ref, such as refs/tags/1.2.3 (--ref)';
  if (head === null)
    throw new UserError({ what: 'there is no git repository here to take the ref from', hint });
  if (head.stderr !== '')
    throw new UserError({ what: `git does not give the ref (${visible(head.stderr.trim())})`, hint });
  const [branch] = linesOf(head);
  if (branch !== undefined) return known(branch);
  const tags = await refsAt(git, 'HEAD', 'refs/tags');
  const [tag] = tags;
  if (tag !== undefined && tags.length === 1) return known(tag);
  const which = tags.length === 0 ? 'no git tag is' : `several git tags are (${tags.join(', ')})`;
  throw new UserError({
    what: `HEAD is detached and ${which} at its commit, so the ref cannot be told`,
    hint,
  });
}

/**
 * The ref that `text` names: HEAD, a full ref, a git tag, a branch, or a commit that one git tag or branch is at.
 * Null where there is no repository to ask.
 * @throws UserError for a name that is two things, and for one that does not exist, with the nearest that do
 */
export async function existingRef(text: string, git: Git): Promise<ParsedRef | null> {
  const repository = await git('rev-parse', '--git-dir');
  if (repository === null) return null;
  if (!repository.ok)
    throw new UserError({
      what: `--ref: git cannot look ${visible(text)} up (${visible(repository.stderr.trim())})`,
      hint: 'install or repair git, or give the commit too, with --sha',
    });
  if (text === 'HEAD' || text === '@') return checkedOutRef(git);
  const full = parseRef(text);
  const meant = full.ok ? [full] : [parseRef(text, 'tag'), parseRef(`refs/heads/${text}`)];
  const refs = meant.flatMap((ref) => (ref.ok ? [ref.value] : []));
  if (refs.length === 0 && !full.ok) {
    const expression = /^[\w./@-]+(?:[~^][0-9^~]*|@\{\d+\})+$/.test(text);
    const hint = expression
      ? `give the branch or git tag, and the commit with --sha "$(git rev-parse '${text}')"`
      : full.hint;
    throw new UserError({ what: `--ref: ${full.what}`, hint });
  }
  const found: ParsedRef[] = [];
  for (const ref of refs) {
    const commit = ref.kind === 'branch' ? branchCommit(git, ref.name) : commitOf(git, ref.ref);
    if ((await commit) !== null) found.push(ref);
  }
  const [first] = found;
  if (found.length > 1) {
    const hint = `write all of it: ${found.map(({ ref }) => ref).join(' or ')}`;
    throw new UserError({ what: `--ref: ${visible(text)} is a branch and a git tag`, hint });
  }
  return first ?? (await refOfCommit(text, git)) ?? (await missing(text, git));
}

async function refOfCommit(text: string, git: Git): Promise<ParsedRef | null> {
  const commit = /^[0-9a-f]{4,64}$/i.test(text) ? await commitOf(git, text) : null;
  if (commit === null) return null;
  const [tags, branches] = [await refsAt(git, commit, 'refs/tags'), await refsAt(git, commit, 'refs/heads')];
  const [only, ...others] = tags.length > 0 ? tags : branches;
  if (only !== undefined && others.length === 0) return known(only);
  const refs = [...tags, ...branches];
  throw new UserError({
    what: `--ref: ${refs.length === 0 ? 'no branch or git tag is' : `${refs.join(', ')} are`} at commit ${text}, so the ref cannot be told`,
    hint: `give the name of the ref, and the commit with --sha ${commit}`,
  });
}

async function missing(text: string, git: Git): Promise<never> {
  const format = '--format=%(refname)';
  const refs = linesOf(await git('for-each-ref', format, 'refs/tags', 'refs/heads', 'refs/remotes/origin'));
  const names = refs.map((ref) => ref.replace(/^refs\/(?:tags|heads|remotes\/origin)\//, ''));
  const near = nearest(text.replace(/^refs\/(?:tags|heads)\//, ''), new Set(names), 3);
  const are = near.length === 0 ? '' : `the nearest are ${near.map(visible).join(', ')}; `;
  throw new UserError({
    what: `--ref: there is no branch, git tag or commit ${visible(text)} in this clone`,
    hint: `${are}"git fetch --tags" gets what only the remote has`,
  });
}

async function refsAt(git: Git, commit: string, below: string): Promise<string[]> {
  return linesOf(await git('for-each-ref', `--points-at=${commit}`, '--format=%(refname)', below));
}

function known(text: string): ParsedRef {
  const ref = parseRef(text);
  if (ref.ok) return ref.value;
  throw new UserError({ what: `ref: ${ref.what}`, hint: ref.hint });
}
