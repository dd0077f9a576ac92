/** `retag verify`: what the trust rules of the tag file say of images, and why. Reads only. */
import { OperationError, type Problem, UserError } from '../errors.js';
import { load } from '../load.js';
import { type DigestRef, parseReference } from '../oci/reference.js';
import { mapRepository, parseRegistryMap, type RegistryMap } from '../plan/overrides.js';
import type { Registry } from '../ports.js';
import { signersText } from '../report/format.js';
import { trustReport } from '../report/report.js';
import { promotionRequest } from '../request.js';
import { wrap } from '../shared/text.js';
import { createTrustCheck, type TrustCheck } from '../trust/check.js';
import { type CompiledRule, rulesForNames } from '../trust/rules.js';
import type { TrustVerdict } from '../plan/model.js';
import type { Arguments } from './args.js';
import { openAdapters } from './adapters.js';
import type { Io } from './output.js';
import { checkCommon, type Session, withSession } from './session.js';

/** Exit status 0 when every image meets at least one rule and all that match it, else 1. */
export async function verifyCommand(args: Arguments, io: Io): Promise<number> {
  checkCommon(args);
  const images = namedImages(args.words);
  return withSession(args, io, async (session) => {
    const { check, rules } = await rulesOf(session, io);
    const map = parseRegistryMap(args.list('registry-map'));
    const results: Result[] = [];
    for (const image of images) {
      const matching = rulesForNames(rules, [[image.name, image.ref]]);
      results.push(await verifyOne(image, matching, check, map, session.registry));
    }
    if (args.is('json')) io.stdout.write(`${JSON.stringify(documentOf(results), null, 2)}\n`);
    else for (const line of results.flatMap(linesOf)) session.log.line(line);
    return results.every(({ holds }) => holds) ? 0 : 1;
  });
}

type Named = Extract<ReturnType<typeof parseReference>, { ok: true }>['value'];

interface Image {
  readonly text: string;
  /** without tag and digest */
  readonly name: string;
  readonly ref: Named;
}

interface Result {
  readonly image: string;
  /** null when it could not be read */
  readonly digest: string | null;
  readonly holds: boolean;
  readonly verdict: TrustVerdict;
  /** why there is no verdict; empty when there is one */
  readonly why: string;
}

/** @throws UserError for every word that names no image */
function namedImages(words: readonly string[]): readonly Image[] {
  const problems: Problem[] = [];
  if (words.length === 0)
    problems.push({
      what: 'no image is named',
      hint: 'write "retag verify IMAGE:TAG" or "retag verify IMAGE@DIGEST"',
    });
  const images = words.flatMap((text) => {
    const parsed = parseReference(text);
    if (!parsed.ok) problems.push({ what: parsed.what, hint: parsed.hint });
    return parsed.ok
      ? [{ text, name: text.replace(/@.*$/, '').replace(/:[^/:]*$/, ''), ref: parsed.value }]
      : [];
  });
  if (problems.length > 0) throw new UserError(problems);
  return images;
}

/** @throws UserError without rules, and for keys and roots that cannot be used */
async function rulesOf(
  { files, tracked, workspace, facts, may, log, signal, run }: Session,
  { env }: Io,
): Promise<{ readonly check: TrustCheck; readonly rules: readonly CompiledRule[] }> {
  const outside = openAdapters({ env, run, workspace, facts, log, signal });
  const { trust: sources, trustFiles } = await outside.trustOf(tracked, may.write);
  const { trust: rules, config } = load({ ...promotionRequest('validate', files), trustFiles });
  const [file] = files;
  if (rules.length === 0)
    throw new UserError({
      ...(file && { location: { file: file.path, line: 1, column: 1 } }),
      what: 'the tag file has no trust rules, so there is nothing to verify with',
      hint: 'add "trust", as in docs/trust.md',
    });
  return { check: await createTrustCheck(rules, config, sources), rules };
}

async function verifyOne(
  { text, ref }: Image,
  rules: readonly CompiledRule[],
  check: TrustCheck,
  map: RegistryMap,
  registry: Registry,
): Promise<Result> {
  const none: Result = {
    image: text,
    digest: null,
    holds: false,
    verdict: { holds: false, rules: [] },
    why: '',
  };
  const repository = mapRepository(ref, map);
  const found = await registry.head({
    ...repository,
    ...('digest' in ref ? { digest: ref.digest } : { tag: ref.tag }),
  });
  if (found.state === 'unknown') return { ...none, why: found.error.message };
  if (found.state === 'absent') return { ...none, why: 'there is no such image' };
  const at: DigestRef = { ...repository, digest: found.digest };
  if (rules.length === 0) return { ...none, digest: at.digest, why: 'no trust rule matches this image' };
  try {
    const verdict = await check.verify(registry, at.digest, [repository], rules);
    return { ...none, digest: at.digest, holds: verdict.holds, verdict };
  } catch (error) {
    if (!(error instanceof OperationError) || error.code === 'cancelled') throw error;
    return { ...none, digest: at.digest, why: error.message };
  }
}

/** The document of `--json` (docs/trust.md). */
function documentOf(results: readonly Result[]): object {
  const images = results.map(({ image, digest, holds, verdict, why }) => ({
    image,
    digest,
    holds,
    why,
    rules: trustReport(verdict),
  }));
  return { version: 1, images };
}

const WIDTH = 80;

function linesOf({ image, digest, holds, verdict, why }: Result): string[] {
  const head = `${holds ? '=' : '!'} ${image}${digest === null ? '' : ` (${digest.slice(0, 19)})`}`;
  const rules = trustReport(verdict).flatMap(({ rule, holds: met, signers, why: unmet }) =>
    wrap(`    ${rule}: `, met ? signersText(signers) : `not met: ${unmet}`, WIDTH, 6),
  );
  return [head, ...(why === '' ? [] : wrap('    ', why, WIDTH, 4)), ...rules];
}
