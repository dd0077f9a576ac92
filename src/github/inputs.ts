/** The inputs of the action, read once and checked; every wrong one is named. */
import * as core from '@actions/core';

import { inputList, type ListOptions, parseImages } from '../builds/inputs.js';
import { type ImageConfig, REVIEW_MODES, type ReviewMode } from '../config/model.js';
import { parsePromotions } from '../config/promotion.js';
import { collect, UserError, type Problem } from '../errors.js';

/** Build inputs, as docker/build-push-action has them: defaults for every entry of `builds`. Empty means not given. */
interface BuildInputs {
  readonly context: string;
  readonly file: string;
  readonly target: string;
  readonly platforms: readonly string[];
  readonly buildArgs: readonly string[];
  readonly labels: readonly string[];
  readonly secrets: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  readonly provenance: string;
  readonly sbom: string;
  readonly builder: string;
}

export interface ActionInputs {
  readonly command: 'auto' | 'plan' | 'apply' | 'validate';
  readonly config: readonly string[];
  /** was `config` set to something else than its default? */
  readonly configGiven: boolean;
  readonly policy: string;
  readonly images: readonly string[];
  /** images are given, and none of them is enabled */
  readonly imagesDisabled: boolean;
  /** of a file of skopeo sync */
  readonly destination: string;
  readonly scoped: boolean;
  /** lines of `promote` */
  readonly promotions: readonly ImageConfig[];
  readonly build: BuildInputs;
  readonly ref: string;
  readonly sha: string;
  readonly only: 'builds' | 'images' | '';
  readonly stable: boolean;
  readonly platform: string;
  readonly digests: string;
  readonly allowDirty: boolean;
  readonly buildOnPullRequest: boolean;
  readonly includeStages: readonly string[];
  readonly force: readonly string[];
  readonly registryMap: readonly string[];
  readonly insecureRegistries: readonly string[];
  readonly concurrency: string;
  readonly settle: string;
  readonly timeout: string;
  /** undefined: the tag file's */
  readonly review: ReviewMode | undefined;
  readonly comment: 'auto' | 'true' | 'false';
  readonly report: string;
  readonly token: string;
}

const DEFAULT_CONFIG = '.github/image-tags.yaml';

/** Reads and checks the inputs. @throws UserError with every wrong input */
export function readInputs(): ActionInputs {
  const problems: Problem[] = [];
  const text = (name: string): string => core.getInput(name);
  const lines = (name: string): string[] => core.getMultilineInput(name);
  const list = (name: string): string[] =>
    lines(name)
      .flatMap((line) => line.split(','))
      .map((item) => item.trim())
      .filter((item) => item !== '');
  const asInDocker = (name: string, options?: ListOptions): readonly string[] => {
    const parsed = inputList(text(name), options);
    if (parsed.ok) return parsed.value;
    problems.push({ what: `input ${name}: ${parsed.what}`, hint: parsed.hint });
    return [];
  };
  const choice = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    const given = text(name);
    if (given === '') return fallback;
    const found = allowed.find((value) => value === given);
    if (found === undefined) {
      problems.push({
        what: `input ${name}: "${given}" is not known`,
        hint: `give one of ${allowed.filter((a) => a !== '').join(', ')}`,
      });
    }
    return found ?? fallback;
  };
  const config = lines('config');
  const images = parseImages(text('images'));
  problems.push(...images.problems);
  const inputs: ActionInputs = {
    command: choice('command', ['auto', 'plan', 'apply', 'validate'], 'auto'),
    config: config.length === 0 ? [DEFAULT_CONFIG] : config,
    configGiven: config.length > 0 && !(config.length === 1 && config[0] === DEFAULT_CONFIG),
    policy: text('policy'),
    images: images.names,
    imagesDisabled: images.disabled,
    destination: text('destination'),
    scoped: choice('scoped', ['true', 'false'], 'false') === 'true',
    promotions: collect(problems, [], () => parsePromotions(text('promote'))),
    build: {
      context: text('context'),
      file: text('file'),
      target: text('target'),
      platforms: asInDocker('platforms', { commas: true }),
      buildArgs: asInDocker('build-args'),
      labels: asInDocker('labels'),
      secrets: asInDocker('secrets'),
      cacheFrom: asInDocker('cache-from'),
      cacheTo: asInDocker('cache-to'),
      provenance: text('provenance'),
      sbom: text('sbom'),
      builder: text('builder'),
    },
    ref: text('ref'),
    sha: text('sha'),
    only: choice('only', ['builds', 'images', ''], ''),
    stable: choice('stable', ['auto', 'true', 'false'], 'auto') === 'true',
    platform: text('platform'),
    digests: text('digests'),
    allowDirty: choice('allow-dirty', ['true', 'false'], 'false') === 'true',
    buildOnPullRequest: choice('build-on-pull-request', ['true', 'false'], 'false') === 'true',
    includeStages: list('include-stages'),
    force: lines('force'),
    registryMap: list('registry-map'),
    insecureRegistries: list('insecure-registries'),
    concurrency: text('concurrency') || 'auto',
    settle: text('settle') || '250ms',
    timeout: text('timeout') || '30m',
    review: choice<ReviewMode | ''>('review', [...REVIEW_MODES, ''], '') || undefined,
    comment: choice('comment', ['auto', 'true', 'false'], 'auto'),
    report: text('report'),
    token: text('github-token'),
  };
  if (problems.length > 0) throw new UserError(problems);
  return inputs;
}
