/** What is wrong between documents that are right each by itself. Runs on unchecked data, to be reported with the rest. */
import type { Place, Problem } from '../errors.js';
import { formatRepository, parseRepository } from '../oci/reference.js';
import { originOf } from './origin.js';
import { ONCE } from './schema/file.js';
import type { YamlDocument } from './yaml.js';

/** Settings given twice, and builds that share a name. A setting repeated with the same value is no contradiction. */
export function collisions(documents: readonly YamlDocument[]): Problem[] {
  return [...repeatedSettings(documents), ...sharedNames(documents)];
}

function repeatedSettings(documents: readonly YamlDocument[]): Problem[] {
  const problems: Problem[] = [];
  for (const key of ONCE) {
    let first: { place: Place; value: string } | undefined;
    for (const document of documents) {
      const value: unknown = fields(document.data)[key];
      if (value === undefined) continue;
      const place = originOf(document).keyAt(key);
      first ??= { place, value: JSON.stringify(value) };
      if (JSON.stringify(value) === first.value) continue;
      problems.push({
        place,
        what: `"${key}" was given before, in ${shown(first.place)}`,
        mend: 'keep one of them',
      });
    }
  }
  return problems;
}

function sharedNames(documents: readonly YamlDocument[]): Problem[] {
  const problems: Problem[] = [];
  const first = new Map<string, { place: Place; build: unknown }>();
  for (const document of documents) {
    const builds: unknown = fields(document.data)['builds'];
    if (!Array.isArray(builds)) continue;
    for (const [index, build] of (builds as unknown[]).entries()) {
      const { name } = fields(build);
      for (const [at, text] of (Array.isArray(name) ? (name as unknown[]) : [name]).entries()) {
        const parsed = typeof text === 'string' ? parseRepository(text) : undefined;
        if (!parsed?.ok) continue;
        const key = formatRepository(parsed.value);
        const place = originOf(document).at('builds', index, 'name', at);
        const earlier = first.get(key);
        if (!earlier) first.set(key, { place, build });
        else if (earlier.build !== build) {
          const what = `${key} is built twice, first in ${shown(earlier.place)}`;
          problems.push({ place, what, mend: 'keep one of the builds, or give one another name' });
        }
      }
    }
  }
  return problems;
}

function fields(data: unknown): Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
}

function shown(place: Place): string {
  return `${place.file}:${place.line}`;
}
