/** The name that tells builds of one run apart. */
import type { BuildConfig } from '../config/model.js';

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
