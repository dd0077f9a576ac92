/**
 * OCI labels and annotations as docker/metadata-action sets them (image-spec annotations.md, "Pre-Defined
 * Annotation Keys"). Pure.
 */
import type { BuildConfig } from '../config/model.js';
import { type Parsed, UserError } from '../errors.js';
import type { ResolvedDecision } from '../policy/policy.js';
import type { BuildDecision, Render, SourceFacts } from './model.js';
import { annotationLevels, parseKey } from './options.js';

const PREFIX = 'org.opencontainers.image.';

/** What a finished build is recognised by on a re-run. */
const REVISION = `${PREFIX}revision`;

/** The keys of the OCI labels, which are annotations too. */
const OCI_KEYS: readonly string[] = [
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
function ociLabels(facts: SourceFacts, version: string): Record<string, string> {
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

// What an image is labelled and annotated with: the bake definition and the outputs `labels` and `annotations` both take
// it from here, so that one says what the other does. Pure.

/** `text` is `key=value`; without levels it goes to the index, where there is one, and to the manifests. */
export interface Annotation {
  readonly levels: readonly string[] | null;
  readonly text: string;
}

export interface Labelling {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: readonly Annotation[];
}

/** What the labels of all builds of a run come from. */
interface LabelContext {
  readonly decision: Pick<BuildDecision, 'version' | 'labels'>;
  readonly facts: SourceFacts;
  readonly render: Render;
}

/** Takes a parsed value, or reports what is wrong at its place in the entry and takes the fallback. */
export type OrReport = <T>(parsed: Parsed<T>, fallback: T, ...path: (string | number)[]) => T;

/**
 * Labels: the OCI labels, then those of the rule, then those of the entry with the inputs under it. Annotations: the OCI
 * keys with the values that the labels have, so that an image has one title, then those of the entry.
 */
export function labelling(
  build: Pick<BuildConfig, 'labels' | 'annotations'>,
  context: LabelContext,
  at: OrReport,
): Labelling {
  const labels = labelsOf(build, context, at);
  return { labels, annotations: annotationsOf(build, labels, context, at) };
}

function labelsOf(
  build: Pick<BuildConfig, 'labels'>,
  { decision, facts, render }: LabelContext,
  at: OrReport,
): Record<string, string> {
  const labels = ociLabels(facts, decision.version);
  for (const [key, value] of Object.entries(decision.labels)) {
    labels[key] = at(prefixed(render(value), `label ${key} of the policy`), value, 'labels');
  }
  for (const [key, value] of Object.entries(build.labels)) {
    at(parseKey(key), key, 'labels', key);
    labels[key] = at(render(value), value, 'labels', key);
  }
  at(revisionKept(labels[REVISION], facts.revision), facts.revision, 'labels', REVISION);
  return labels;
}

function annotationsOf(
  build: Pick<BuildConfig, 'annotations'>,
  labels: Readonly<Record<string, string>>,
  { facts, render }: LabelContext,
  at: OrReport,
): Annotation[] {
  const merged = new Map<string, Annotation>();
  const add = (key: string, value: string): void => {
    const { levels, name } = annotationLevels(key);
    merged.set(key, { levels, text: `${name}=${value}` });
  };
  for (const key of OCI_KEYS) {
    const value = labels[key] ?? '';
    if (value !== '') add(key, value);
  }
  for (const [key, value] of Object.entries(build.annotations)) {
    const { name } = annotationLevels(key);
    at(parseKey(name), name, 'annotations', key);
    if (name.includes(':')) {
      const hint = 'put index: or manifest: in front of it, or take the colon out';
      at({ ok: false, what: `the level in "${key}" is not known`, hint }, '', 'annotations', key);
    }
    const text = at(render(value), value, 'annotations', key);
    if (name === REVISION) at(revisionKept(text, facts.revision), '', 'annotations', key);
    add(key, text);
  }
  return [...merged.values()];
}

/** A re-run recognises a finished build by its revision; another value would make every re-run a refusal. */
function revisionKept(value: string | undefined, revision: string): Parsed<string> {
  if (value === undefined || value === revision) return { ok: true, value: revision };
  return {
    ok: false,
    what: `${REVISION} is set to something other than the commit that is built`,
    hint: 'leave it to Retag: a finished build is recognised by it',
  };
}

function prefixed<T>(parsed: Parsed<T>, what: string): Parsed<T> {
  return parsed.ok ? parsed : { ...parsed, what: `${what}: ${parsed.what}` };
}

/** The templates of a decision, with what is wrong with one as data. */
export function renderWith(decision: ResolvedDecision): Render {
  return (template) => {
    try {
      return { ok: true, value: decision.render(template) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const [problem] = error.problems;
      return {
        ok: false,
        what: problem?.what ?? error.message,
        hint: problem?.hint ?? 'correct the template',
      };
    }
  };
}
