/** What is doubtful in a policy and no error, said once in the log of whatever command read it. */
import { formatProblem } from './errors.js';
import type { CompiledPolicy } from './policy/policy.js';
import type { Log } from './ports.js';

export function sayDoubts(policy: CompiledPolicy | null, log: Pick<Log, 'warning'>): void {
  for (const problem of policy?.warnings ?? []) log.warning(formatProblem(problem));
}
