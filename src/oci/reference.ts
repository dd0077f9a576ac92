/**
 * Image references as pure data. The grammar is the distribution-spec's (name, tag) and
 * distribution/reference's (host, docker.io rules); it is checked before any URL is built, because
 * registries and `new URL` both bend bad names into other names instead of refusing them.
 */

import type { Parsed } from '../errors.js';

/** A repository in a registry, e.g. `{ registry: 'docker.io', repository: 'library/ubuntu' }`. */
export interface Repository {
  /** host or host:port as a user writes it; Docker Hub is always `docker.io` */
  readonly registry: string;
  readonly repository: string;
}

/** A repository with a tag. */
export interface TagRef extends Repository {
  readonly tag: string;
}

/** A repository with a digest, `sha256:…` or `sha512:…`. */
export interface DigestRef extends Repository {
  readonly digest: string;
}

export type ImageRef = TagRef | DigestRef;

// Repository path components, distribution-spec "Pulling manifests": no star-height above one, so linear.
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const HOST =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]{1,5})?$/;
const IPV6_HOST = /^\[[0-9a-fA-F:.]+\](?::[0-9]{1,5})?$/;
const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;
// cosign's tag scheme and the referrers fallback of the distribution-spec.
const RESERVED_TAG = /^sha(?:256|512)-[a-f0-9]{64,128}(?:\.(?:sig|att|sbom))?$/;

const MAX_NAME = 255;

/** Is this `sha256:<64 hex>` or `sha512:<128 hex>`? */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** Tags that cosign and the referrers fallback own; a policy must never render one. */
export function isReservedTag(tag: string): boolean {
  return RESERVED_TAG.test(tag);
}

/** Checks `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}` and that the tag is not one that cosign or the referrers fallback owns. */
export function parseTag(text: string): Parsed<string> {
  if (text === '') return bad('the tag is empty', 'give it at least one character');
  if (text.length > 128) {
    return bad(`the tag has ${text.length} characters`, 'a tag has at most 128 characters; shorten it');
  }
  if (!TAG.test(text)) {
    return bad(
      `"${printable(text)}" is not a tag`,
      'a tag starts with a letter, a digit or "_" and goes on with letters, digits, ".", "_" and "-"',
    );
  }
  if (isReservedTag(text)) {
    return bad(
      `the tag "${text}" is reserved for signatures and referrers`,
      'choose a tag that does not look like "sha256-<digest>"',
    );
  }
  return { ok: true, value: text };
}

/**
 * Parses a repository name without tag or digest, e.g. `quay.io/org/app`, `ubuntu`, `localhost:5000/x`.
 * The first component is a host when it holds `.` or `:`, is `localhost`, or has an upper-case letter
 * (distribution/reference `splitDockerDomain`); otherwise the registry is docker.io.
 */
export function parseRepository(text: string): Parsed<Repository> {
  if (text === '') return bad('the image name is empty', 'write it as "registry/repository"');
  if (/[^\x21-\x7e]/.test(text)) {
    return bad(
      `the image name "${printable(text)}" holds a character that no name may hold`,
      'remove white space and non-ASCII characters',
    );
  }
  if (text.includes('@'))
    return bad(`the image name "${text}" holds a digest`, 'give the name alone, without "@…"');
  const slash = text.indexOf('/');
  const first = slash < 0 ? '' : text.slice(0, slash);
  const isHost = /[.:[]/.test(first) || first === 'localhost';
  const host = isHost ? first : 'docker.io';
  let path = isHost ? text.slice(slash + 1) : text;
  if (!HOST.test(host) && !IPV6_HOST.test(host)) {
    return bad(`"${printable(host)}" is not a registry host`, 'write it as "host" or "host:port"');
  }
  const registry = normaliseHost(host);
  if (path.includes(':')) {
    return bad(
      `the image name "${text}" holds a tag`,
      `give the name alone: "${text.slice(0, text.lastIndexOf(':'))}"`,
    );
  }
  if (registry === 'docker.io' && !path.includes('/')) path = `library/${path}`;
  for (const component of path.split('/')) {
    if (COMPONENT.test(component)) continue;
    if (COMPONENT.test(component.toLowerCase())) {
      return bad(
        `the image name "${text}" has upper-case letters`,
        `write it in lower case: "${text.toLowerCase()}"`,
      );
    }
    return bad(
      `"${printable(component)}" in the image name "${text}" is not a path component`,
      'use lower-case letters and digits, with ".", "_", "__" or "-" between them',
    );
  }
  if (registry.length + 1 + path.length > MAX_NAME) {
    return bad(
      `the image name has ${registry.length + 1 + path.length} characters`,
      `host and name have at most ${MAX_NAME} characters together`,
    );
  }
  return { ok: true, value: { registry, repository: path } };
}

/** Parses `name:tag`, `name@digest` or `name:tag@digest` (the digest wins, the tag is dropped). A name alone is an error: nothing is assumed to be `latest`. */
export function parseReference(text: string): Parsed<ImageRef> {
  const at = text.indexOf('@');
  if (at >= 0) {
    const digest = text.slice(at + 1);
    if (!isDigest(digest)) {
      return bad(
        `"${printable(digest)}" is not a digest`,
        'write "sha256:" and 64 lower-case hexadecimal digits',
      );
    }
    const name = parseRepository(withoutTag(text.slice(0, at)));
    return name.ok ? { ok: true, value: { ...name.value, digest } } : name;
  }
  const bare = withoutTag(text);
  if (bare === text)
    return bad(`"${printable(text)}" has neither tag nor digest`, 'write "name:tag" or "name@sha256:…"');
  const name = parseRepository(bare);
  if (!name.ok) return name;
  const tag = parseTag(text.slice(bare.length + 1));
  return tag.ok ? { ok: true, value: { ...name.value, tag: tag.value } } : tag;
}

/** `registry/repository`, e.g. `docker.io/library/ubuntu`. */
export function formatRepository(name: Repository): string {
  return `${name.registry}/${name.repository}`;
}

/** `registry/repository:tag` or `registry/repository@digest`. */
export function formatReference(ref: ImageRef): string {
  return formatRepository(ref) + ('digest' in ref ? `@${ref.digest}` : `:${ref.tag}`);
}

/** The tag, or the digest of what has no tag: what stands in the address of a manifest. */
export function tagOrDigest(ref: ImageRef): string {
  return 'digest' in ref ? ref.digest : ref.tag;
}

/** `image:tag`, or `image@digest` for a digest in place of the tag. */
export function joinTag(image: string, tag: string): string {
  return `${image}${isDigest(tag) ? '@' : ':'}${tag}`;
}

/** Do both name the same repository of the same registry? */
export function sameRepository(a: Repository, b: Repository): boolean {
  return a.registry === b.registry && a.repository === b.repository;
}

function withoutTag(text: string): string {
  const colon = text.lastIndexOf(':');
  return colon > text.lastIndexOf('/') && !text.slice(colon).includes(']') ? text.slice(0, colon) : text;
}

function normaliseHost(host: string): string {
  const lower = host.toLowerCase();
  return lower === 'index.docker.io' || lower === 'registry-1.docker.io' ? 'docker.io' : lower;
}

/** Foreign text made fit for a message: control characters and everything outside ASCII as escapes, cut at 120. */
function printable(text: string): string {
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    .replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return escaped.length > 120 ? `${escaped.slice(0, 117)}...` : escaped;
}

function bad(
  what: string,
  hint: string,
): { readonly ok: false; readonly what: string; readonly hint: string } {
  return { ok: false, what, hint };
}
