import { suggest } from '../shared/text.js';
import type { Descriptor, Platform } from './manifest.js';
import type { Parsed } from '../errors.js';

/** What buildx and the Go toolchain can name; a name outside is a slip of the pen. In normal form. */
const KNOWN_PLATFORMS: readonly string[] = [
  'linux/amd64',
  'linux/arm64',
  'linux/arm/v7',
  'linux/arm/v6',
  'linux/arm/v5',
  'linux/386',
  'linux/ppc64le',
  'linux/s390x',
  'linux/riscv64',
  'linux/loong64',
  'linux/mips64le',
  'linux/mips64',
  'linux/mipsle',
  'linux/mips',
  'linux/ppc64',
  'linux/amd64/v2',
  'linux/amd64/v3',
  'linux/amd64/v4',
  'linux/arm64/v9',
  'windows/amd64',
  'windows/arm64',
  'windows/386',
  'darwin/amd64',
  'darwin/arm64',
  'freebsd/amd64',
  'freebsd/arm64',
  'freebsd/386',
  'netbsd/amd64',
  'openbsd/amd64',
  'solaris/amd64',
  'illumos/amd64',
  'wasip1/wasm',
  'wasi/wasm',
  'js/wasm',
];

// As github.com/containerd/platforms normalises: these variants are the default ones.
const DEFAULT_VARIANTS: Readonly<Record<string, string>> = {
  'linux/arm64/v8': 'linux/arm64',
  'linux/arm64/8': 'linux/arm64',
  'linux/amd64/v1': 'linux/amd64',
  'linux/arm': 'linux/arm/v7',
  'linux/arm/7': 'linux/arm/v7',
  'linux/arm/6': 'linux/arm/v6',
  'linux/arm/5': 'linux/arm/v5',
  'windows/arm64/v8': 'windows/arm64',
  'darwin/arm64/v8': 'darwin/arm64',
};

/** Every spelling that `parsePlatform` accepts, for completion in editors. */
export const ACCEPTED_PLATFORMS: readonly string[] = [...KNOWN_PLATFORMS, ...Object.keys(DEFAULT_VARIANTS)];

// What the rest of the world calls them.
const OTHER_NAMES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  x64: 'amd64',
  aarch64: 'arm64',
  armhf: 'arm/v7',
  armv7l: 'arm/v7',
  armv7: 'arm/v7',
  armel: 'arm/v6',
  armv6l: 'arm/v6',
  i386: '386',
  i686: '386',
  x86: '386',
  powerpc64le: 'ppc64le',
  ppc64el: 'ppc64le',
  loongarch64: 'loong64',
};

/**
 * Parses `os/arch` or `os/arch/variant` to its normal form (`linux/arm64/v8` is `linux/arm64`, `linux/arm` is
 * `linux/arm/v7`). A platform that does not exist is an error that names the nearest one.
 */
export function parsePlatform(text: string): Parsed<string> {
  const normal = knownPlatform(text);
  if (normal !== null) return { ok: true, value: normal };
  const shown = JSON.stringify(text.slice(0, 60));
  const near = nearestPlatform(text);
  return {
    ok: false,
    what: `${shown} is not a platform`,
    hint: near
      ? `write "${near}"`
      : 'write it as "os/arch" or "os/arch/variant", such as "linux/amd64" or "linux/arm/v7"',
  };
}

/** The normal form, or null for no platform: the search for the nearest one takes time. */
export function knownPlatform(text: string): string | null {
  const normal = DEFAULT_VARIANTS[text] ?? text;
  return KNOWN_PLATFORMS.includes(normal) ? normal : null;
}

function nearestPlatform(text: string): string | undefined {
  const lower = text
    .trim()
    .toLowerCase()
    .replace(/^(linux|windows|darwin|freebsd)[-_]/, '$1/');
  const [first = '', ...rest] = lower.split('/');
  const os = rest.length > 0 ? first : 'linux';
  const arch = rest.length > 0 ? rest.join('/') : first;
  const named = `${os}/${OTHER_NAMES[arch] ?? arch}`;
  const normal = DEFAULT_VARIANTS[named] ?? named;
  if (KNOWN_PLATFORMS.includes(normal)) return normal;
  // The name of a system is most of the word: without this every short word after it would be near linux/386.
  return suggest(
    named,
    KNOWN_PLATFORMS.filter((platform) => isNear(arch, platform.slice(platform.indexOf('/') + 1))),
  );
}

function isNear(word: string, arch: string): boolean {
  return (word.length > 1 && arch.startsWith(word)) || suggest(word, [arch]) !== undefined;
}

/**
 * Which of the wanted platforms an image lacks. `linux/arm64` and `linux/arm64/v8` are one platform
 * (containerd platforms.Normalize: v8 is the default variant of arm64, v7 of arm).
 */
export function platformsMissing(wanted: readonly string[], has: readonly string[]): string[] {
  const there = new Set(has.map(normalisePlatform));
  return wanted.filter((platform) => !there.has(normalisePlatform(platform)));
}

/** The form in which two names of one platform are equal. */
export function normalisePlatform(platform: string): string {
  const [os = '', architecture = '', variant = ''] = platform.toLowerCase().split('/');
  const arch = ALIASES.get(architecture) ?? architecture;
  const implied = DEFAULT_VARIANT.get(arch);
  return variant === '' || variant === implied ? `${os}/${arch}` : `${os}/${arch}/${variant}`;
}

const ALIASES = new Map([
  ['x86_64', 'amd64'],
  ['x86-64', 'amd64'],
  ['aarch64', 'arm64'],
  ['i386', '386'],
]);
const DEFAULT_VARIANT = new Map([
  ['arm64', 'v8'],
  ['arm', 'v7'],
  ['amd64', 'v1'],
]);

/** BuildKit marks its attestation manifests with this annotation on their descriptor. */
const ATTESTATION = 'vnd.docker.reference.type';

/** Is this child of an index an attestation of another child (moby/buildkit docs/attestations/attestation-storage.md)? */
export function isAttestation(child: Descriptor): boolean {
  return child.annotations.has(ATTESTATION);
}

/** Can anything be run on it? `unknown/unknown` is what builders write where no platform is meant. */
export function isRealPlatform({ os, architecture }: Platform): boolean {
  return os !== '' && architecture !== '' && os !== 'unknown' && architecture !== 'unknown';
}

/** `linux/amd64`, `linux/arm/v7`. The variant that an architecture has by default is left out, as buildx does. */
export function formatPlatform({ os, architecture, variant }: Platform): string {
  const isDefault =
    (architecture === 'arm64' && variant === 'v8') || (architecture === 'amd64' && variant === 'v1');
  return [os, architecture, ...(variant === '' || isDefault ? [] : [variant])].join('/');
}
