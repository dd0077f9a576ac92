/**
 * Records: a signed statement beside every tag that a run wrote (docs/trust.md, "Records"). Here is what a statement says, which
 * of them are there already and which are missing; the recorder signs, the registry attaches.
 */
import { OperationError } from '../errors.js';
import { algorithmOf } from '../oci/digest.js';
import { type Descriptor, type Manifest, parseManifest } from '../oci/manifest.js';
import { isAttestation, isRealPlatform } from '../oci/platform.js';
import { type DigestRef, formatReference, formatRepository, type Repository } from '../oci/reference.js';
import type { RightTag } from '../plan/model.js';
import type { Candidate, Clock, Log, Registry, SubjectDescriptor } from '../ports.js';
import { once, pool } from '../shared/concurrency.js';
import { groupBy } from '../shared/group.js';
import { textAt } from '../shared/text.js';
import { BUNDLE_V03, COSIGN_SIGN, PROMOTION, type Statement, STATEMENT_V1 } from './model.js';

/** Who writes records, and as whom. */
export interface Recorder {
  /** @returns a Sigstore bundle as JSON; throws OperationError */
  sign(statement: Statement): Promise<Uint8Array>;
  /** What something attached states; null when it is not by the signer of this run's records, or when that can't be proved. */
  read(candidate: Candidate): Promise<Statement | null>;
  readonly run: RunFacts;
}

/** Who runs Retag, and on which sources. What the environment does not say is null. */
export interface RunFacts {
  /** the CI system; null on somebody's machine */
  readonly system: string | null;
  /** web address of the run */
  readonly url: string | null;
  readonly event: string | null;
  /** the account that started it */
  readonly actor: string | null;
  /** web address of the repository, and the commit that is checked out */
  readonly repository: string | null;
  readonly commit: string | null;
}

/** The records of one run. */
export interface Records {
  /**
   * Signs an image that this run built, before any tag is on it; the same signature is attached to the image of each platform.
   * @throws OperationError
   */
  sign(destination: Repository, manifest: Manifest): Promise<void>;
  /** Writes the records that are missing. @returns for each tag whose record can't be written, why */
  write<T extends RightTag>(tags: readonly T[]): Promise<ReadonlyMap<T, OperationError>>;
}

interface RecordsOptions {
  readonly recorder: Recorder;
  readonly registry: Registry;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Log, 'line' | 'warning'>;
  /** of the policy, that names the release; null without one */
  readonly rule: string | null;
}

/** Images that are worked on at once. */
const LANES = 8;

export function createRecords(ports: RecordsOptions): Records {
  const { recorder, registry, clock, log } = ports;
  const now = (): string => new Date(clock.now()).toISOString();

  const attach = async (
    at: Repository,
    subjects: readonly SubjectDescriptor[],
    statement: Statement,
  ): Promise<void> => {
    const content = await recorder.sign(statement);
    const annotations = {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': statement.predicateType,
      'org.opencontainers.image.created': now(),
    };
    for (const subject of subjects)
      await registry.attach(at, subject, { type: BUNDLE_V03, content, annotations });
  };

  const signBuild = async (image: DigestRef, manifest: Manifest): Promise<void> => {
    const isSigned = (found: readonly Statement[]): boolean =>
      found.some((each) => isSignatureOf(manifest.digest, each));
    if (isSigned(await statementsOn(image, ports, isSigned))) return;
    // An index that was put together here is brought by its tags, which come later.
    if ((await registry.head(image)).state !== 'present') await registry.put(image, manifest, null);
    const subjects = [...platformsOf(manifest), described(manifest)];
    const subject = subjects.toReversed().map(({ digest }) => subjectOf(image, digest));
    // The whole image comes last: where it is signed, all of its platforms are.
    await attach(image, subjects, {
      _type: STATEMENT_V1,
      subject,
      predicateType: COSIGN_SIGN,
      predicate: {},
    });
  };
  const signed = once<unknown>(true);

  /** The tags of one image: what is attached to it is read once for all of them. */
  const writeAll = async <T extends RightTag>(
    tags: readonly T[],
    failed: Map<T, OperationError>,
  ): Promise<number> => {
    let count = 0;
    let there: readonly Statement[] | null = null;
    for (const tag of tags) {
      try {
        const image = imageOf(tag);
        if (!tag.written) there ??= await statementsOn(image, ports, (found) => hasAll(tags, found));
        if (!isMissing(tag, there ?? [], log)) continue;
        const statement = promotionOf(tag, ports, now());
        await attach(tag.destination, [described(await registry.manifest(image))], statement);
        count++;
      } catch (error) {
        if (!(error instanceof OperationError)) throw error;
        const what = `${formatReference(tag.destination)} is right (${tag.digest}), but its record cannot be written: `;
        failed.set(
          tag,
          error.within(what, { hint: 'fix this, then run again: the next run writes the record' }),
        );
      }
    }
    return count;
  };

  return {
    sign: (destination, manifest) => {
      const image = { ...repositoryOf(destination), digest: manifest.digest };
      // Every tag of the image asks for it.
      return signed.run(formatReference(image), () => signBuild(image, manifest)).then(() => undefined);
    },

    async write<T extends RightTag>(tags: readonly T[]) {
      const failed = new Map<T, OperationError>();
      const images = [...groupBy(tags, (tag) => formatReference(imageOf(tag))).values()];
      const counts = await pool(images, LANES, (group) => writeAll(group, failed));
      const written = counts.reduce((sum, count) => sum + count, 0);
      if (written > 0) log.line(`${written === 1 ? '1 record' : `${written} records`} written.`);
      return failed;
    },
  };
}

/** Why a tag that is right has no record of this signer, as a sentence; null when it has one. */
export async function lacksRecord(
  tag: RightTag,
  ports: Pick<RecordsOptions, 'recorder' | 'registry'>,
): Promise<string | null> {
  const there = await statementsOn(imageOf(tag), ports, (found) => hasAll([tag], found));
  if (hasAll([tag], there)) return null;
  const name = formatReference(tag.destination);
  const other = there.find((statement) => statement.predicateType === PROMOTION && isOf(tag, statement));
  const stated = other?.subject.map(digestsOf).flat().join(', ') ?? '';
  return other === undefined
    ? `${name} has no signed record; an apply with "record" on writes it`
    : `the record on the image of ${name} is about ${stated}, not ${tag.digest}`;
}

/** A build whose signature of an earlier run is not there may be anybody's image: a label says what it likes. */
function isMissing(tag: RightTag, there: readonly Statement[], log: Pick<Log, 'warning'>): boolean {
  if (tag.written) return true;
  if (hasAll([tag], there)) return false;
  if (tag.source !== null || there.some((statement) => isSignatureOf(tag.digest, statement))) return true;
  log.warning(
    `${formatReference(tag.destination)} gets no record: no run of Retag signed its image ${tag.digest}, so it may not be what ` +
      'Retag built; help: build it again under a new tag',
  );
  return false;
}

/** What this signer states about an image, read until there is enough. Bundles of others are passed over. */
async function statementsOn(
  image: DigestRef,
  { recorder, registry }: Pick<RecordsOptions, 'recorder' | 'registry'>,
  isEnough: (found: readonly Statement[]) => boolean,
): Promise<readonly Statement[]> {
  const found: Statement[] = [];
  for await (const candidate of registry.candidates(image, {
    signature: false,
    predicateTypes: [PROMOTION],
  })) {
    const statement = await recorder.read(candidate);
    if (statement !== null && found.push(statement) > 0 && isEnough(found)) break;
  }
  return found;
}

function hasAll(tags: readonly RightTag[], there: readonly Statement[]): boolean {
  return tags.every((tag) =>
    there.some((each) => each.predicateType === PROMOTION && isOf(tag, each) && isAbout(tag.digest, each)),
  );
}

function isSignatureOf(digest: string, statement: Statement): boolean {
  return statement.predicateType === COSIGN_SIGN && isAbout(digest, statement);
}

/** A record that was copied along from another repository is of another image. */
function isOf({ destination }: RightTag, { predicate }: Statement): boolean {
  return (
    textAt(predicate, 'image') === formatRepository(destination) &&
    textAt(predicate, 'tag') === destination.tag
  );
}

function isAbout(digest: string, { subject }: Statement): boolean {
  return subject.some((each) => digestsOf(each).includes(digest));
}

function digestsOf({ digest }: Statement['subject'][number]): string[] {
  return Object.entries(digest).map(([algorithm, hex]) => `${algorithm}:${hex}`);
}

function promotionOf(
  tag: RightTag,
  { recorder, rule }: Pick<RecordsOptions, 'recorder' | 'rule'>,
  time: string,
): Statement {
  const { destination, location, written, previous, ofRelease } = tag;
  const { commit, repository, ...run } = recorder.run;
  const built = repository === null || commit === null ? null : `git+${repository}@${commit}`;
  return {
    _type: STATEMENT_V1,
    subject: [subjectOf(destination, tag.digest)],
    predicateType: PROMOTION,
    predicate: {
      image: formatRepository(destination),
      tag: destination.tag,
      kind: tag.kind,
      source: tag.source ?? built,
      // Of a tag that an earlier run wrote nobody knows any more.
      ...(written ? { previous } : {}),
      rule: ofRelease ? rule : null,
      entry: location === null || ofRelease ? null : `${location.file}:${location.line}`,
      tagFile: location === null ? null : { path: location.file, repository, commit },
      run,
      time,
    },
  };
}

function subjectOf(repository: Repository, digest: string): Statement['subject'][number] {
  const algorithm = algorithmOf(digest);
  return { name: formatRepository(repository), digest: { [algorithm]: digest.slice(algorithm.length + 1) } };
}

function platformsOf(manifest: Manifest): readonly Descriptor[] {
  const parsed = parseManifest(manifest, manifest.digest);
  if (parsed.kind !== 'index') return [];
  return parsed.manifests.filter(
    (child) => !isAttestation(child) && child.platform !== null && isRealPlatform(child.platform),
  );
}

const described = ({ mediaType, digest, bytes }: Manifest): SubjectDescriptor => ({
  mediaType,
  digest,
  size: bytes.length,
});

const imageOf = ({ destination, digest }: RightTag): DigestRef => ({ ...repositoryOf(destination), digest });

const repositoryOf = ({ registry, repository }: Repository): Repository => ({ registry, repository });
