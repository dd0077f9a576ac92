/** The sentence that a run ends with, in log, summary and comment. Pure. */
import type { Loaded } from './load.js';
import { plural } from './plan/decide.js';
import type { Report } from './report/model.js';
import { closing } from './report/words.js';
import type { RunRequest } from './request.js';

/** As the report has it; where no tag is wanted, with what was found instead or why there is none. */
export function closingOf(report: Report, loaded: Loaded, request: RunRequest): string {
  if (request.command === 'validate') return validText(loaded, request.files.length);
  return (report.actions.length === 0 ? leftAlone(loaded, request) : null) ?? closing(report);
}

/** `2 promotions, 0 builds and 3 rules`, those of a preset included. */
export function contents({ config, policy }: Pick<Loaded, 'config' | 'policy'>): string {
  const count = (number: number, noun: string): string => `${number} ${plural(number, noun)}`;
  const rules = count(policy?.rules.length ?? 0, 'rule');
  return `${count(config.images.length, 'promotion')}, ${count(config.builds.length, 'build')} and ${rules}`;
}

function validText(loaded: Loaded, files: number): string {
  const what =
    files === 0 ? 'The inputs are' : files === 1 ? 'The tag file is' : `The ${files} tag files are`;
  return `${what} valid: ${contents(loaded)}.`;
}

/** On a git tag nobody has to say that promotions are left alone, so the run says it when that leaves nothing. */
function leftAlone({ config, scope }: Loaded, { facts, only, images }: RunRequest): string | null {
  const asked = only !== '' || facts?.kind !== 'tag' || scope.images;
  if (asked || config.images.length === 0 || config.builds.length + images.length > 0) return null;
  const left = `${config.images.length} ${plural(config.images.length, 'promotion')}`;
  return (
    `Nothing is wanted: on a git tag only builds count unless "only" says otherwise, and the tag file has none. ` +
    `"only: images" (--only images) looks at its ${left}.`
  );
}
