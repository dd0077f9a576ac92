/** Retag as the tests of its promises call it: the flow of src/run.ts on a transport of its own. */
import { messageOf, OperationError, UserError } from '../../src/errors.js';
import type { Credentials } from '../../src/registry/auth/docker-config.js';
import { createTransport } from '../../src/registry/http/transport.js';
import { createRegistry } from '../../src/registry/registry.js';
import { annotations, type Annotation } from '../../src/report/annotations.js';
import { outputs } from '../../src/report/outputs.js';
import { summary } from '../../src/report/summary.js';
import type { Report } from '../../src/report/model.js';
import type { Clock, Registry } from '../../src/ports.js';
import { factsOf } from '../../__tests__/support/policies.js';
import type { Builder, SourceFacts } from '../../src/builds/model.js';
import { withoutAdapters } from '../../src/cli/adapters.js';
import type { ClaimTag } from '../../src/policy/policy.js';
import { type Ports, promotionRequest, type Request } from '../../src/request.js';
import { run } from '../../src/run.js';
import { recorder } from './recorder.js';

type TransportOptions = Parameters<typeof createTransport>[0];

/** What is asked of Retag, and of whom. */
export interface Task {
  readonly command?: 'plan' | 'apply';
  readonly tagFile: string;
  readonly force?: readonly string[];
  readonly registryMap?: readonly string[];
  readonly concurrency?: number;
  /** milliseconds between a write and its read-back; default: Retag's own */
  readonly settle?: number;
  readonly transport?: Partial<TransportOptions>;
  /** a git ref that is released; without it only the promotions of the tag file are looked at */
  readonly release?: ReleaseTask;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface ReleaseTask {
  readonly ref: string;
  readonly sha: string;
  readonly builder: Builder;
  /** creates git tags for rules with `claim: git-tag` */
  readonly claim?: ClaimTag;
}

/** How a run ended and all that it said. */
export interface Attempt {
  /** null when it ended with an error instead of a report */
  readonly exitCode: number | null;
  readonly report: Report | null;
  /** an error that the commands would print; anything else than these two is a fault of Retag */
  readonly error: OperationError | UserError | null;
  readonly crash: unknown;
  /** log, report, summary, annotations, outputs and errors: where a secret could be seen */
  readonly said: string;
  /** what stands beside the lines of the tag file */
  readonly annotations: readonly Annotation[];
  readonly requests: number;
}

/** The one place that knows the shape of a run's request. */
export function requestOf(task: Task): Request {
  const files = [{ path: 'image-tags.yaml', bytes: new TextEncoder().encode(task.tagFile) }];
  const plain = promotionRequest(task.command ?? 'apply', files);
  return {
    ...plain,
    ...(task.release === undefined
      ? {}
      : {
          facts: factsOf(task.release.ref, { sha: task.release.sha, gitTags: () => Promise.resolve([]) }),
          build: { ...plain.build, source: sourceOf(task.release.sha) },
        }),
    force: task.force ?? [],
    registryMap: task.registryMap ?? [],
    concurrency: task.concurrency ?? 16,
    settle: task.settle ?? plain.settle,
  };
}

function outsideOf({ builder, claim }: ReleaseTask): Pick<Ports, 'builder'> & Partial<Pick<Ports, 'claim'>> {
  return { builder: () => builder, ...(claim === undefined ? {} : { claim }) };
}

function sourceOf(revision: string): SourceFacts {
  const created = '2026-01-01T00:00:00Z';
  return { revision, url: null, title: null, description: null, licenses: null, created, run: null };
}

/** Carries a task out and never throws. */
export async function attempt(task: Task): Promise<Attempt> {
  const { log, registry } = connect(task);
  try {
    const { report, exitCode } = await run(requestOf(task), {
      registry,
      ...withoutAdapters(log, task.signal),
      clock: task.clock,
      ...(task.release === undefined ? {} : outsideOf(task.release)),
    });
    const said = [
      ...log.lines,
      JSON.stringify(report),
      summary(report),
      JSON.stringify(annotations(report)),
      JSON.stringify(outputs(report, 'report.json')),
    ].join('\n');
    return {
      exitCode,
      report,
      error: null,
      crash: null,
      said,
      annotations: annotations(report),
      requests: report.http.requests,
    };
  } catch (error) {
    const expected = error instanceof OperationError || error instanceof UserError;
    const said = [...log.lines, messageOf(error), String((error as Error).stack)].join('\n');
    return {
      exitCode: null,
      report: null,
      error: expected ? error : null,
      crash: expected ? null : error,
      said,
      annotations: [],
      requests: registry.usage().requests,
    };
  } finally {
    registry.close();
  }
}

/** The registry client that users get, with time and credentials of the test. */
export function connect(task: Pick<Task, 'transport' | 'clock' | 'signal' | 'concurrency'>): {
  readonly registry: Registry;
  readonly log: ReturnType<typeof recorder>;
} {
  const log = recorder();
  const nobody: Credentials = () => Promise.resolve(null);
  const transport = createTransport({
    clock: task.clock,
    env: {},
    credentials: nobody,
    insecureRegistries: [],
    concurrency: task.concurrency ?? 16,
    deadline: task.signal,
    userAgent: 'retag-faults',
    log,
    anonymous: false,
    onSecret: () => undefined,
    ...task.transport,
  });
  return { registry: createRegistry(transport, { clock: task.clock, log }), log };
}
