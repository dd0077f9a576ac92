/**
 * OCI labels and annotations as docker/metadata-action sets them (image-spec annotations.md, "Pre-Defined
 * Annotation Keys"). Pure.
 */
import type { SourceFacts } from './model.js';

const PREFIX = 'org.opencontainers.image.';
/** What a finished build is recognised by on a re-run. */
export const REVISION = `${PREFIX}revision`;

/** The keys of the OCI labels, which are annotations too. */
export const OCI_KEYS: readonly string[] = [
  'created',
  'description',
  'licenses',
  'revision',
  'source',
  'title',
  'url',
  'version',
].map((key) => PREFIX + key);

/** The eight labels; those that nothing is known about are left out. Sorted by key. */
export function ociLabels(facts: SourceFacts, version: string): Record<string, string> {
  const values: Record<string, string | null> = {
    created: facts.created,
    description: facts.description,
    licenses: facts.licenses,
    revision: facts.revision,
    source: facts.url,
    title: facts.title,
    url: facts.url,
    version,
  };
  return Object.fromEntries(
    Object.entries(values)
      .filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== '')
      .map(([key, value]) => [PREFIX + key, oneLine(value)]),
  );
}

/**
 * `org.opencontainers.image.created`: SOURCE_DATE_EPOCH where it is set (reproducible-builds.org), else the
 * time of the commit, so that the machines of a split build agree, else now.
 * @param epoch seconds, as in the environment variable
 * @param commit ISO 8601
 * @param now milliseconds since the epoch
 */
export function createdAt(epoch: string | undefined, commit: string | null, now: number): string {
  if (epoch !== undefined && /^\d{1,11}$/.test(epoch)) return new Date(Number(epoch) * 1000).toISOString();
  const time = commit === null ? NaN : Date.parse(commit);
  return new Date(Number.isNaN(time) ? now : time).toISOString();
}

/** Lines `key=value`, sorted by key: the output `labels`. */
export function labelLines(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${oneLine(value)}`)
    .join('\n');
}

/**
 * Lines `level:key=value`, sorted by key: the output `annotations`. Without a level of its own an annotation gets
 * docker/metadata-action's default one, since BuildKit refuses `index` for an image that is none.
 */
export function annotationLines(
  annotations: readonly { readonly levels: readonly string[] | null; readonly text: string }[],
): string {
  const key = (text: string): string => text.slice(0, text.indexOf('='));
  return [...annotations]
    .sort((a, b) => (key(a.text) < key(b.text) ? -1 : 1))
    .map(({ levels, text }) => `${(levels ?? ['manifest']).join(',')}:${oneLine(text)}`)
    .join('\n');
}

/** A description with line breaks would end the label's line in outputs, so they become spaces, as in metadata-action. */
function oneLine(text: string): string {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  return lines.filter((line) => line !== '').join(' ');
}
