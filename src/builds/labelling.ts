/**
 * What an image is labelled and annotated with: the bake definition and the outputs `labels` and `annotations` both take
 * it from here, so that one says what the other does. Pure.
 */
import type { BuildConfig } from '../config/model.js';
import type { Parsed } from '../oci/reference.js';
import { OCI_KEYS, REVISION, ociLabels } from './labels.js';
import type { BuildDecision, Render, SourceFacts } from './model.js';
import { annotationLevels, parseKey } from './options.js';

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
export interface LabelContext {
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
      const mend = 'put index: or manifest: in front of it, or take the colon out';
      at({ ok: false, what: `the level in "${key}" is not known`, mend }, '', 'annotations', key);
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
    mend: 'leave it to Retag: a finished build is recognised by it',
  };
}

function prefixed<T>(parsed: Parsed<T>, what: string): Parsed<T> {
  return parsed.ok ? parsed : { ...parsed, what: `${what}: ${parsed.what}` };
}
