/** What one machine hands to another: `{"image": {"linux/arm64": "sha256:…"}}` (docs/builds.md). Pure. */
import type { BuildConfig } from '../config/model.js';
import { type Problem, UserError } from '../errors.js';
import { isObject, parseJson } from '../oci/manifest.js';
import { normalisePlatform, parsePlatform } from '../oci/platform.js';
import { isDigest } from '../oci/reference.js';
import type { BuiltTarget, Digests, SelectedBuild } from './model.js';

/** The text that a run with the input `platform` hands on. */
export function formatDigests(built: readonly BuiltTarget[]): string {
  const record: Record<string, Record<string, string>> = {};
  for (const { target, digest } of built) {
    if (!target.pushed) continue;
    (record[target.image] ??= {})[target.platforms[0] ?? ''] = digest;
  }
  return JSON.stringify(record);
}

/**
 * Reads and adds up documents of that form.
 * @param documents each with the name that errors show: a file, or the input itself
 * @throws UserError with every mistake, and when two documents give one platform different digests
 */
export function parseDigests(
  documents: readonly { readonly name: string; readonly text: string }[],
): Digests {
  const problems: Problem[] = [];
  const images = new Map<string, Map<string, string>>();
  for (const { name, text } of documents) {
    const data = parseJson(Buffer.from(text));
    if (!isObject(data)) {
      problems.push(problem(name, 'this is not a JSON object', '{"image": {"linux/amd64": "sha256:…"}}'));
      continue;
    }
    for (const [image, platforms] of Object.entries(data)) {
      if (!isObject(platforms)) {
        problems.push(problem(name, `"${image}" has no platforms`, '{"image": {"linux/amd64": "sha256:…"}}'));
        continue;
      }
      const known = images.get(image) ?? new Map<string, string>();
      images.set(image, known);
      for (const [platform, digest] of Object.entries(platforms))
        add(name, image, platform, digest, known, problems);
    }
  }
  if (problems.length > 0) throw new UserError(problems);
  return images;
}

function add(
  name: string,
  image: string,
  platform: string,
  digest: unknown,
  known: Map<string, string>,
  problems: Problem[],
): void {
  const parsed = parsePlatform(platform);
  if (!parsed.ok) problems.push({ what: `digests: ${name}: ${image}: ${parsed.what}`, hint: parsed.hint });
  else if (typeof digest !== 'string' || !isDigest(digest)) {
    problems.push(problem(name, `${image}, ${platform}: no digest`, '"sha256:" and 64 hexadecimal digits'));
  } else if ((known.get(parsed.value) ?? digest) !== digest) {
    const what = `digests: ${name}: ${image}, ${platform} is ${digest} here and ${known.get(parsed.value) ?? ''} elsewhere`;
    problems.push({ what, hint: 'hand on the files of one run only' });
  } else known.set(parsed.value, digest);
}

/**
 * The digests as if one machine had built everything, in the order of the tag file.
 * @param builds those that this run finishes
 * @param images every build of the tag file: digests of builds that are finished already are not looked at
 * @throws UserError when a platform of the image has no digest, or a digest belongs to no build
 */
export function builtElsewhere(
  builds: readonly SelectedBuild[],
  images: readonly string[],
  digests: Digests,
): BuiltTarget[] {
  const problems: Problem[] = [];
  const names = targetNames(builds.map(({ config }) => imageOf(config)));
  const built = builds.flatMap(({ config, choice }, i) => {
    const image = imageOf(config);
    const given = [...(digests.get(image) ?? [])];
    return choice.push.flatMap((platform): BuiltTarget[] => {
      const found = given.find(([name]) => normalisePlatform(name) === normalisePlatform(platform));
      const repository = config.names[0]?.repository;
      if (found === undefined || repository === undefined) {
        const what = `digests: ${image} has no digest for ${platform}`;
        problems.push({ what, hint: 'see the job that builds this platform; every one must succeed' });
        return [];
      }
      const name = platformTarget(names[i] ?? '', platform);
      const target = { name, image, repository, platforms: [platform], pushed: true, split: true };
      const { context, origin } = config;
      return [
        { target: { ...target, context, dockerfile: '', stage: null, paths: [], origin }, digest: found[1] },
      ];
    });
  });
  for (const image of digests.keys()) {
    if (images.includes(image)) continue;
    problems.push({
      what: `digests: no build is called "${image}"`,
      hint: `the builds are ${images.join(', ')}`,
    });
  }
  if (problems.length > 0) throw new UserError(problems);
  return built;
}

function problem(name: string, what: string, form: string): Problem {
  return { what: `digests: ${name}: ${what}`, hint: `write ${form}` };
}

// Several machines: which builds a run for one platform makes, and the list of such runs. Pure.

/** One job of the output `matrix`; docs/builds.md has its keys. */
interface MatrixEntry {
  readonly image: string;
  readonly platform: string;
  readonly runner: string;
}

interface Matrix {
  readonly include: readonly MatrixEntry[];
}

// GitHub's labels for hosted runners; every other platform is emulated on the first one.
const RUNNERS: Readonly<Record<string, string>> = { 'linux/arm64': 'ubuntu-24.04-arm' };
const RUNNER = 'ubuntu-24.04';

/**
 * The output `matrix`: one job for each platform of each image that is still to be built. Builds that name no platform
 * have none, see `unsplit`.
 * @param runners `runners` of the tag file: platform → runner label
 */
export function matrix(builds: readonly SelectedBuild[], runners: Readonly<Record<string, string>>): Matrix {
  const own = new Map(
    Object.entries(runners).map(([platform, label]) => [normalisePlatform(platform), label]),
  );
  const include = builds.flatMap(({ config, choice }) =>
    choice.build.map((platform) => ({
      image: imageOf(config),
      platform,
      runner: own.get(normalisePlatform(platform)) ?? RUNNERS[platform] ?? RUNNER,
    })),
  );
  return { include };
}

/** Builds that name no platform: they are not split, so the job that joins the others makes them. */
export function unsplit(builds: readonly SelectedBuild[]): SelectedBuild[] {
  return builds.filter(({ config }) => config.platforms.length === 0);
}

/**
 * What a run with the input `platform` builds: that platform of every image that has it and is still to be built.
 * @throws UserError when no image has it, or when none names platforms and so cannot be split
 */
export function onlyPlatform(
  builds: readonly SelectedBuild[],
  platform: string,
  isDue: (build: SelectedBuild) => boolean,
): SelectedBuild[] {
  const unnamed = unsplit(builds);
  if (unnamed.length > 0 && unnamed.length === builds.length) {
    throw new UserError(
      unnamed.map(({ config }) => ({
        location: config.origin.at(),
        what: `a run for the platform ${platform} needs builds that name their platforms`,
        hint: `list the platforms of ${imageOf(config)} under "platforms"`,
      })),
    );
  }
  const wanted = normalisePlatform(platform);
  const same = (name: string): boolean => normalisePlatform(name) === wanted;
  const names = builds.flatMap(({ config }) => config.platforms.map((entry) => entry.platform));
  if (names.length > 0 && !names.some(same)) {
    throw new UserError({
      what: `no build has the platform ${JSON.stringify(platform)}`,
      hint: `the platforms are ${[...new Set(names)].join(', ')}`,
    });
  }
  return builds
    .filter(isDue)
    .map(({ config, choice }) => ({
      config,
      choice: { build: choice.build.filter(same), push: choice.push.filter(same) },
    }))
    .filter(({ choice }) => choice.build.length > 0);
}

// The name that tells builds of one run apart.

/** The first name of the entry, as written (after registry-map). */
export function imageOf(build: BuildConfig): string {
  return build.names[0]?.text ?? '';
}

/**
 * A bake target name for each image: its last path component, with a number where two are alike. Bake
 * allows letters, digits, "_" and "-" (buildx bake, validateTargetName).
 */
export function targetNames(images: readonly string[]): string[] {
  const used = new Set<string>();
  return images.map((image) => {
    const last = image.slice(image.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9_-]/g, '-');
    const base = last === '' || last === 'default' ? `image-${last}` : last;
    let name = base;
    for (let n = 2; used.has(name); n++) name = `${base}-${n}`;
    used.add(name);
    return name;
  });
}

/** `app` and `linux/arm/v7` give `app_linux-arm-v7`: "_" keeps it apart from the names above. */
export function platformTarget(name: string, platform: string): string {
  return `${name}_${platform.replace(/[^A-Za-z0-9_-]/g, '-')}`;
}
