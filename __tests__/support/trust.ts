/** Images with signatures in an embedded registry, and the verdict of rules about them. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { image, type BuiltImage, index, seed } from '../../testing/registry/image.js';
import type { Registry } from '../../src/ports.js';
import { createTrustCheck } from '../../src/trust/check.js';
import type { TrustSources } from '../../src/trust/material.js';
import type { TrustVerdict } from '../../src/plan/model.js';
import { compileRules } from '../../src/trust/rules.js';
import type { EmbeddedRegistry } from '../../testing/registry/server.js';
import { parse } from './config.js';

export const REPOSITORY = 'example/app';

/** The public key as PEM. */
export function publicPem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }) as string;
}

/** Key pairs of the kinds that cosign makes or imports. */
export const KEY_KINDS = {
  'EC P-256': () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  'EC P-384': () => generateKeyPairSync('ec', { namedCurve: 'secp384r1' }),
  'EC P-521': () => generateKeyPairSync('ec', { namedCurve: 'secp521r1' }),
  RSA: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  Ed25519: () => generateKeyPairSync('ed25519'),
};

/** Two platforms, and the index of them. */
export function twoPlatforms(): { readonly whole: BuiltImage; readonly children: readonly BuiltImage[] } {
  const children = [image(), image({ platform: 'linux/arm64' })];
  return { whole: index(children), children };
}

/** What an authority of the tag file says, as YAML in flow style. */
export const keyAuthority = (key: KeyObject, more = ''): string =>
  `{ key: { data: ${JSON.stringify(publicPem(key))} }${more} }`;

export const keylessAuthority = (
  subject: string,
  issuer = 'https://token.actions.githubusercontent.com',
  more = '',
): string => `{ keyless: { identities: [ { issuer: '${issuer}', subject: '${subject}' } ] }${more} }`;

/** A rule with these authorities, for every image. */
export function ruleOf(authorities: readonly string[], more = ''): string {
  return `trust: [ { images: [ '**' ], authorities: [ ${authorities.join(', ')} ]${more} } ]\ntrusted_root: root.json\n`;
}

/** Files by name as JSON or text; no variable, and no root but that of a file. */
export function sourcesOf(files: Readonly<Record<string, object | string>>): TrustSources {
  return {
    file: (path) => {
      const content = files[path];
      if (content === undefined) return Promise.resolve(null);
      return Promise.resolve(Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)));
    },
    variable: () => undefined,
    root: () => Promise.reject(new Error('the public good instance must not be asked')),
  };
}

/** The verdict of the rules of a tag file about an image in a registry. */
export async function verdictOf(
  registry: Registry,
  at: EmbeddedRegistry,
  digest: string,
  tagFile: string,
  root: object = {},
): Promise<TrustVerdict> {
  const config = parse(tagFile);
  const { rules, problems } = compileRules(config.trust ?? []);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const check = await createTrustCheck(rules, config, sourcesOf({ 'root.json': root }));
  return check.verify(registry, digest, [{ registry: at.host, repository: REPOSITORY }], rules);
}

/** Every reason that the verdict names, one a line. */
export function whys({ rules }: TrustVerdict): string {
  return rules.map(({ why }) => why).join('\n');
}

/** Puts an image and what is attached to it into the registry's memory. */
export function place(at: EmbeddedRegistry, tag: string | null, ...images: readonly BuiltImage[]): void {
  for (const each of images) seed(at, REPOSITORY, tag, each);
}
