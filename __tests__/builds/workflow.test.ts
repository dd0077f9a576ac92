import { readFileSync } from 'node:fs';

import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

interface Job {
  readonly steps: readonly {
    readonly id?: string;
    readonly uses?: string;
    readonly if?: string;
    readonly with?: Readonly<Record<string, string>>;
  }[];
  readonly outputs: Readonly<Record<string, string>>;
}
const { jobs } = parse(readFileSync('.github/workflows/build-and-tag.yml', 'utf8')) as {
  jobs: Record<'plan' | 'build' | 'tag', Job>;
};
const retag = (job: Job) => job.steps.find(({ id }) => id === 'retag')?.with ?? {};

test('build-and-tag: the job that tags makes what names no platforms, so it has what a build needs', () => {
  expect(jobs.plan.outputs).toHaveProperty('unsplit', '${{ steps.platforms.outputs.unsplit }}');
  const buildx = jobs.tag.steps.find(({ uses }) => uses?.startsWith('docker/setup-buildx-action@'));
  expect(buildx?.if).toBe("needs.plan.outputs.unsplit == 'true'");
  // Everything that the job of a platform is given, but for the platform; then the digests.
  const { platform, ...build } = retag(jobs.build);
  expect(platform).toBe('${{ matrix.platform }}');
  const { digests, ...tag } = retag(jobs.tag);
  expect(digests).toBeDefined();
  expect(Object.keys(tag).sort()).toEqual(Object.keys(build).sort());
  expect(tag['secrets']).toBe(build['secrets']);
});

test('build-and-tag: the action is that of its own commit, and has the inputs that it is given', () => {
  const { inputs, runs } = parse(readFileSync('.github/actions/retag/action.yml', 'utf8')) as {
    inputs: Readonly<Record<string, unknown>>;
    runs: Readonly<Record<string, string>>;
  };
  expect(runs).toEqual({ using: 'node24', main: '../../../dist/main.cjs' });
  for (const job of Object.values(jobs)) {
    const step = job.steps.find(({ id }) => id === 'retag');
    expect(step?.uses).toBe('$/.github/actions/retag');
    expect(Object.keys(step?.with ?? {}).filter((name) => !(name in inputs))).toEqual([]);
  }
});

test('build-and-tag: artifacts are those of one call, whatever else the run has', () => {
  const artifact = (job: Job, action: string) =>
    job.steps.find(({ uses }) => uses?.startsWith(`actions/${action}-artifact@`))?.with;
  expect(jobs.plan.outputs).toHaveProperty('call');
  expect(artifact(jobs.build, 'upload')?.['name']).toBe('${{ steps.digests.outputs.name }}');
  expect(artifact(jobs.tag, 'download')?.['pattern']).toBe('retag-digests-${{ needs.plan.outputs.call }}-*');
});
