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
