/** The public keys and trusted roots of rules, read through a narrow port, and only as far as they are needed. */
import type { NamedFile } from '../config/model.js';
import { messageOf, type Problem, UserError } from '../errors.js';
import { parsePublicKey, type PublicKey } from './keys.js';
import type { Authority, CompiledRule } from './rules.js';
import type { Prover } from './sigstore.js';

/** Where keys and roots come from. */
export interface TrustSources {
  /** a file of the workspace, of the side of a pull request that is trusted; null when there is none */
  file(path: string): Promise<Uint8Array | null>;
  /** an environment variable */
  variable(name: string): string | undefined;
  /**
   * The trusted root of Sigstore's public good instance, as JSON.
   * @throws OperationError when it can be had neither from there nor from the cache
   */
  root(): Promise<unknown>;
}

/** The keys and roots that rules need. */
export interface Material {
  keyOf(authority: Authority): PublicKey;
  /** proves certificates; @throws OperationError when no root can be had */
  prover(): Promise<Prover>;
}

/**
 * Reads every key, and the trusted root where a file is named; that of the public good instance is read when it is asked for.
 * @throws UserError with every key and file that cannot be used, at its place
 */
export async function readMaterial(
  rules: readonly CompiledRule[],
  trustedRoot: NamedFile | undefined,
  sources: TrustSources,
): Promise<Material> {
  const problems: Problem[] = [];
  const keys = new Map<Authority, PublicKey>();
  for (const { rule, authorities } of rules) {
    for (const [index, authority] of authorities.entries()) {
      if (authority.config.key === undefined) continue;
      const [kind] = Object.keys(authority.config.key);
      const location = rule.origin.at('authorities', index, 'key', kind ?? '');
      const key = await readKey(authority.config.key, sources);
      if (key.ok) keys.set(authority, key.value);
      else problems.push({ location, what: key.what, hint: key.hint });
    }
  }
  const usesRoot = rules.some(({ authorities }) =>
    authorities.some(({ config }) => config.key === undefined),
  );
  const roots = trustedRoot && usesRoot ? await readRoots(trustedRoot, sources, problems) : null;
  if (problems.length > 0) throw new UserError(problems);
  let prover: Promise<Prover> | undefined;
  return {
    keyOf: (authority) => {
      const key = keys.get(authority);
      if (key === undefined) throw new Error('a key of a rule was not read');
      return key;
    },
    prover: () => (prover ??= proverOf(roots ?? sources.root().then((root) => [root]))),
  };
}

async function readKey(
  { file, data, env }: NonNullable<Authority['config']['key']>,
  sources: TrustSources,
): Promise<ReturnType<typeof parsePublicKey>> {
  const bytes = file === undefined ? null : await sources.file(file);
  if (file !== undefined && bytes === null)
    return {
      ok: false,
      what: `there is no file ${file}`,
      hint: 'commit the public key, or correct the path',
    };
  const pem = bytes === null ? (data ?? sources.variable(env ?? '')) : Buffer.from(bytes).toString();
  if (pem === undefined || pem === '')
    return {
      ok: false,
      what: `the variable ${env ?? ''} is not set`,
      hint: 'set it to the public key as PEM',
    };
  const parsed = parsePublicKey(pem);
  const name = file ?? (env === undefined ? 'the key' : `the value of ${env}`);
  return parsed.ok ? parsed : { ...parsed, what: `${name} is no public key: ${parsed.what}` };
}

/** One document, or one a line as `gh attestation trusted-root` writes them. */
async function readRoots(
  { path, origin }: NamedFile,
  sources: TrustSources,
  problems: Problem[],
): Promise<readonly unknown[]> {
  const report = (why: string): readonly unknown[] => {
    const hint =
      'give the trusted_root.json of your Sigstore, or remove the key for the public good instance';
    problems.push({ location: origin.at(), what: `${path} is no trusted root: ${why}`, hint });
    return [];
  };
  const bytes = await sources.file(path);
  if (bytes === null) return report('there is no such file');
  const text = Buffer.from(bytes).toString();
  try {
    const roots = documentsOf(text);
    await proverOf(roots);
    return roots;
  } catch (error) {
    return report(messageOf(error));
  }
}

function documentsOf(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text)];
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length < 2 || !lines.every((line) => line.trimStart().startsWith('{'))) throw error;
    return lines.map((line) => JSON.parse(line) as unknown);
  }
}

async function proverOf(roots: readonly unknown[] | Promise<readonly unknown[]>): Promise<Prover> {
  const [{ createProver }, documents] = await Promise.all([import('./sigstore.js'), roots]);
  return createProver(documents);
}
