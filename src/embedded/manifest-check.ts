import { isDigest } from '../oci/reference.js';
import { isIndexType, MANIFEST_TYPES, withoutParameters } from './media-types.js';

/** What the registry needs to know of a manifest; everything else stays bytes. */
export interface ManifestFacts {
  readonly mediaType: string;
  /** blobs that must be there */
  readonly blobs: readonly string[];
  /** children that must be there */
  readonly children: readonly Child[];
  readonly subject: string | null;
  /** of the referrers API: `artifactType`, else the media type of the config */
  readonly artifactType: string | null;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Child {
  readonly digest: string;
  readonly platform: string | null;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a manifest as the registry that takes it must (distribution-spec "Pushing Manifests").
 * Returns the facts, or one sentence that says why the manifest is not one.
 */
export function checkManifest(bytes: Buffer, contentType: string | undefined): ManifestFacts | string {
  if (contentType === undefined) return 'no Content-Type';
  const mediaType = withoutParameters(contentType);
  if (!MANIFEST_TYPES.includes(mediaType)) return `unsupported media type ${mediaType}`;
  const document = parse(bytes);
  if (!document) return 'the manifest is not a JSON object';
  const stated = document['mediaType'];
  if (stated !== undefined && stated !== mediaType) {
    return `mediaType ${JSON.stringify(stated)} is not the Content-Type ${mediaType}`;
  }
  if (document['schemaVersion'] !== 2) return 'schemaVersion is not 2';
  return readFacts(mediaType, document) ?? 'a descriptor of the manifest has no usable digest';
}

/** The same facts of a manifest that is stored already, whatever it is. */
export function factsOf(bytes: Buffer, mediaType: string): ManifestFacts | null {
  const document = parse(bytes);
  return document && readFacts(mediaType, document);
}

function readFacts(mediaType: string, document: Json): ManifestFacts | null {
  const index = isIndexType(mediaType);
  const config = asObject(document['config']);
  const parts = index ? [] : [config, ...asList(document['layers'])];
  const children = index ? asList(document['manifests']) : [];
  const subject = asObject(document['subject']);
  const named = [...parts, ...children, ...(subject ? [subject] : [])];
  if ((!index && !config) || named.some((part) => !isDigest(textOf(part, 'digest') ?? ''))) return null;
  return {
    mediaType,
    blobs: parts.filter((part) => !isForeign(part)).map(digestIn),
    children: children.map((child) => ({ digest: digestIn(child), platform: platformOf(child) })),
    subject: subject ? digestIn(subject) : null,
    artifactType: textOf(document, 'artifactType') ?? (index ? null : textOf(config, 'mediaType')),
    annotations: textsIn(document['annotations']),
  };
}

/** Layers that live elsewhere (`urls`, non-distributable) need not be in the registry. */
function isForeign(part: Json | null): boolean {
  const mediaType = textOf(part, 'mediaType') ?? '';
  return Array.isArray(part?.['urls']) || /nondistributable|foreign/.test(mediaType);
}

function platformOf(child: Json | null): string | null {
  const platform = asObject(child?.['platform']);
  return platform && `${textOf(platform, 'os') ?? ''}/${textOf(platform, 'architecture') ?? ''}`;
}

function parse(bytes: Buffer): Json | null {
  try {
    return asObject(JSON.parse(bytes.toString('utf8')));
  } catch {
    return null;
  }
}

function asObject(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

function asList(value: unknown): readonly (Json | null)[] {
  return Array.isArray(value) ? value.map(asObject) : [];
}

function textOf(value: Json | null, key: string): string | null {
  const text = value?.[key];
  return typeof text === 'string' && text !== '' ? text : null;
}

function digestIn(part: Json | null): string {
  return textOf(part, 'digest') ?? '';
}

function textsIn(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(asObject(value) ?? {}).filter(
      (pair): pair is [string, string] => typeof pair[1] === 'string',
    ),
  );
}
