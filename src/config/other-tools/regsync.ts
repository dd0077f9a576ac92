/** regsync.yml (https://regclient.org/usage/regsync/), as regsync v0.11 reads it. */
import { formatRepository, parseRepository } from '../../oci/reference.js';
import type { AttachmentMode } from '../../oci/manifest.js';
import type { ImageConfig, NameFilter, Selection, TagFilter } from '../model.js';
import type { OtherToolOptions } from '../source.js';
import { EVERY_NAME, type Found, NOTHING, parseLoose, promotion } from './entries.js';
import { parseRange } from './ranges.js';
import {
  fieldsOf,
  itemsOf,
  keys,
  type KeyUse,
  knownFields,
  numberOf,
  originAt,
  rawText,
  type Reading,
  tell,
  textOf,
  type Value,
} from './value.js';

type Fields = ReadonlyMap<string, Value>;

const LOGIN: KeyUse = {
  what: 'Retag takes no credentials from a file',
  hint: 'remove the key, and log in with "docker login" (in a workflow docker/login-action)',
};
const CLIENT_CERTIFICATE: KeyUse = {
  what: 'Retag does not connect with client certificates',
  hint: 'remove the key, and log in with a password or token instead',
};
const OTHER_REFERRERS: KeyUse = {
  what: 'Retag copies all referrers of an image, from the source repository to the target repository',
  hint: 'remove the key; "referrers: true" copies all',
};

/** Keys that an entry and the defaults share. */
const SHARED = {
  ...keys('read', 'digestTags referrers mediaTypes'),
  ...keys('idle', 'backup interval schedule ratelimit referrerSlow fastCheck forceRecursive includeExternal'),
  ...keys(OTHER_REFERRERS, 'referrerFilters referrerSource referrerTarget'),
  hooks: {
    what: 'Retag runs no hooks',
    hint: 'remove "hooks", and make them steps of the job around Retag',
  },
};

/** Every key of the format, by the mapping that has it. The page of docs/ has a line for each. */
const REGSYNC_KEYS = {
  file: keys('read', 'version creds defaults sync'),
  creds: {
    ...keys(
      'idle',
      'registry credExpire credHost tls scheme regcert pathPrefix mirrors priority repoAuth api apiOpts',
    ),
    ...keys('idle', 'blobChunk blobMax reqPerSec reqConcurrent'),
    ...keys('read', 'hostname'),
    ...keys(LOGIN, 'user pass token credHelper'),
    ...keys(CLIENT_CERTIFICATE, 'clientCert clientKey'),
  },
  defaults: {
    ...SHARED,
    ...keys('idle', 'parallel blobLimit cacheCount cacheTime skipDockerConfig userAgent'),
  },
  sync: {
    ...SHARED,
    ...keys('read', 'source target type tags tagSets repos'),
    platform: {
      what: 'Retag copies an image with all its platforms, so the tag would not be that of one platform',
      hint: 'remove "platform"; or promote the digest of the platform with a tag file',
    },
    platforms: 'idle',
  },
  tags: keys('read', 'allow deny semverRange'),
  repos: keys('read', 'allow deny'),
} as const;

/** The types of manifests that regsync copies without `mediaTypes`, and all that Retag copies. */
const MEDIA_TYPES = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
];

export function readRegsync(root: Value, options: OtherToolOptions, reading: Reading): Found {
  const file = knownFields(reading, root, REGSYNC_KEYS.file);
  const version = textOf(reading, file.get('version'));
  if (!['', '0', '1'].includes(version)) {
    tell(
      reading,
      file.get('version') ?? root,
      `version ${version} of regsync.yml is not known`,
      'write version: 1',
    );
    return NOTHING;
  }
  for (const host of itemsOf(reading, file.get('creds'))) checkHost(reading, host);
  const defaults = knownFields(reading, file.get('defaults'), REGSYNC_KEYS.defaults);
  checkMediaTypes(reading, defaults.get('mediaTypes'));
  const found = itemsOf(reading, file.get('sync')).map((item) => readSync(reading, item, defaults, options));
  return {
    images: found.flatMap((each) => (each !== null && 'names' in each ? [each] : [])),
    selections: found.flatMap((each) => (each !== null && 'destination' in each ? [each] : [])),
  };
}

/** The first of its credentials that is refused stands for all. */
function checkHost(reading: Reading, host: Value): void {
  const said = new Set<string>();
  const once: Reading = {
    ...reading,
    report: (problem) => {
      if (!said.has(problem.what)) reading.report(problem);
      said.add(problem.what);
    },
  };
  const fields = knownFields(once, host, REGSYNC_KEYS.creds);
  const hostname = fields.get('hostname');
  const name = textOf(reading, fields.get('registry'));
  const to = textOf(reading, hostname);
  if (hostname === undefined || to === '' || to === name) return;
  const hint = `remove "hostname", and give --registry-map ${name}=${to} (input registry-map)`;
  tell(reading, hostname, 'Retag connects to the registry that a name says', hint, 'key');
}

function checkMediaTypes(reading: Reading, value: Value | undefined): void {
  const given = itemsOf(reading, value).map((item) => textOf(reading, item));
  const missing = MEDIA_TYPES.filter((type) => !given.includes(type));
  if (value === undefined || given.length === 0 || missing.length === 0) return;
  const what = `Retag does not choose by media type, and this list leaves out ${missing.join(', ')}`;
  tell(reading, value, what, 'remove "mediaTypes", and choose by tags', 'key');
}

function readSync(
  reading: Reading,
  item: Value,
  defaults: Fields,
  options: OtherToolOptions,
): ImageConfig | Selection | null {
  const fields = knownFields(reading, item, REGSYNC_KEYS.sync);
  checkMediaTypes(reading, fields.get('mediaTypes'));
  const source = expanded(reading, fields.get('source') ?? item, 'source', '', options);
  const target = expanded(reading, fields.get('target') ?? item, 'target', source ?? '', options);
  if (source === null || target === null) return null;
  const attachments = attachmentsOf(reading, fields, defaults);
  const type = textOf(reading, fields.get('type'));
  switch (type) {
    case 'image':
      return imageOf(reading, item, fields, [source, target], attachments);
    case 'repository':
    case 'registry':
      return selectionOf(reading, item, fields, [source, target], { type, attachments });
    default:
      tell(
        reading,
        fields.get('type') ?? item,
        'the type is none of registry, repository and image',
        'write one of them',
      );
      return null;
  }
}

/** Retag copies what is attached to an image or leaves all of it: either key asks for it. */
function attachmentsOf(reading: Reading, fields: Fields, defaults: Fields): AttachmentMode {
  const wants = ['referrers', 'digestTags'].some((key) => {
    return textOf(reading, fields.get(key) ?? defaults.get(key)).toLowerCase() === 'true';
  });
  return wants ? 'copy' : 'ignore';
}

const TEMPLATE = /\{\{-?\s*(?:env\s+(?:"([^"\\]*)"|`([^`]*)`)|(\.Sync\.Source))\s*-?\}\}/g;

const SECRET = /TOKEN|PASS|SECRET|CREDENTIAL|KEY/i;

/** The text with its variables, which no message repeats: their values may be secrets. Null after a problem. */
function expanded(
  reading: Reading,
  value: Value,
  key: string,
  source: string,
  { env }: OtherToolOptions,
): string | null {
  // The entry stands in for a key that it lacks.
  const raw = value.key === null ? '' : textOf(reading, value);
  if (raw === '') {
    tell(reading, value, `the entry has no "${key}"`, `add "${key}"`);
    return null;
  }
  const missing: string[] = [];
  const text = raw.replace(TEMPLATE, (_, quoted?: string, ticked?: string, isSource?: string) => {
    if (isSource !== undefined && key === 'target') return source;
    const name = quoted ?? ticked ?? '';
    const set = isSource === undefined && !SECRET.test(name) ? env?.[name] : undefined;
    if (set !== undefined && set !== '') return set;
    missing.push(name);
    const unset = env === undefined ? 'cannot be used in this run' : 'is not set';
    const why = SECRET.test(name) ? 'may be a secret, and names of images are sent to registries' : unset;
    tell(
      reading,
      value,
      `the variable ${name || '.Sync.Source'} of the template ${why}`,
      'set it, or write the value here',
    );
    return '';
  });
  if (missing.length > 0) return null;
  if (/^[a-z]+:\/\//.test(text)) {
    tell(
      reading,
      value,
      'Retag copies from registry to registry only',
      'name an image in a registry, without a scheme',
    );
    return null;
  }
  if (!text.includes('{{')) return text;
  tell(reading, value, 'Retag fills in {{env "NAME"}} and {{.Sync.Source}} only', 'write the value out');
  return null;
}

/** A name that cannot be read. What a template gave is not repeated. */
function wrong(reading: Reading, value: Value, what: string, hint: string): null {
  const filled = (rawText(value) ?? '').includes('{{');
  tell(
    reading,
    value,
    filled ? 'with its variables filled in, this is not an image name' : what,
    filled ? 'check the variables' : hint,
  );
  return null;
}

function imageOf(
  reading: Reading,
  item: Value,
  fields: Fields,
  [source, target]: readonly [string, string],
  attachments: AttachmentMode,
): ImageConfig | null {
  const [from, to] = [source, target].map(parseLoose);
  const [sourceAt, targetAt] = [fields.get('source') ?? item, fields.get('target') ?? item];
  if (from?.ok !== true || to?.ok !== true) {
    if (from?.ok === false) wrong(reading, sourceAt, from.what, from.hint);
    if (to?.ok === false) wrong(reading, targetAt, to.what, to.hint);
    return null;
  }
  if (to.value.digest !== null) {
    tell(reading, targetAt, 'the target names a digest', 'name a tag; the digest is that of the source');
    return null;
  }
  const { tag, digest, name } = from.value;
  const origin = digest === null ? { tag: tag ?? 'latest' } : { digest };
  return {
    ...promotion(originAt(item), name, origin, [to.value.name], [to.value.tag ?? 'latest']),
    attachments,
  };
}

interface Kind {
  readonly type: 'repository' | 'registry';
  readonly attachments: AttachmentMode;
}

function selectionOf(
  reading: Reading,
  item: Value,
  fields: Fields,
  [source, target]: readonly [string, string],
  { type, attachments }: Kind,
): Selection | null {
  const all = type === 'registry';
  const from = parseRepository(all ? `${source}/x` : source);
  const to = parseRepository(all ? `${target}/x` : target);
  const [sourceAt, targetAt] = [fields.get('source') ?? item, fields.get('target') ?? item];
  const isHost = !all || (from.ok && from.value.repository === 'x');
  if (!from.ok || !isHost) {
    const what = 'the source of type registry is not the host of a registry';
    return from.ok
      ? wrong(reading, sourceAt, what, 'write "host" or "host:port"')
      : wrong(reading, sourceAt, from.what, from.hint);
  }
  if (!to.ok) return wrong(reading, targetAt, to.what, to.hint);
  return {
    number: 0,
    source: {
      text: all ? source : formatRepository(from.value),
      registry: from.value.registry,
      repository: all ? null : from.value.repository,
    },
    repositories: all ? filterOf(reading, fields.get('repos'), REGSYNC_KEYS.repos) : EVERY_NAME,
    tags: tagSetsOf(reading, fields),
    destination: target,
    attachments,
    origin: originAt(item),
  };
}

function tagSetsOf(reading: Reading, fields: Fields): TagFilter[] {
  const own = fields.get('tags');
  const sets = itemsOf(reading, fields.get('tagSets')).map((each) => tagFilter(reading, each));
  if (own === undefined) return sets;
  const tags = tagFilter(reading, own);
  const says = tags.allow.length + tags.deny.length + tags.ranges.length > 0;
  return says ? [...sets, tags] : sets;
}

function tagFilter(reading: Reading, value: Value): TagFilter {
  const ranges = itemsOf(reading, fieldsOf(reading, value).get('semverRange')).flatMap((item) => {
    const text = textOf(reading, item);
    const parsed = parseRange('regclient', text);
    if (text !== '' && !parsed.ok) tell(reading, item, parsed.what, parsed.hint);
    return text !== '' && parsed.ok ? [{ dialect: 'regclient' as const, text }] : [];
  });
  return { ...filterOf(reading, value, REGSYNC_KEYS.tags), ranges };
}

/** regsync sees the number and not its text: `3.10` is `3.1`. */
function checkNumber(reading: Reading, item: Value): void {
  const number = numberOf(item);
  const text = textOf(reading, item);
  if (number === null || String(number) === text) return;
  tell(reading, item, `regsync reads ${text} as the number ${number}`, `quote it: '${text}'`);
}

/** regsync puts its anchors around the text and not around the whole of it: `a|b` is `^a` or `b$`. */
function filterOf(reading: Reading, value: Value | undefined, keys: Record<string, KeyUse>): NameFilter {
  const fields = knownFields(reading, value, keys);
  const list = (key: string) =>
    itemsOf(reading, fields.get(key)).map((item) => {
      checkNumber(reading, item);
      return { re2: `^${textOf(reading, item)}$`, origin: originAt(item) };
    });
  return { allow: list('allow'), deny: list('deny') };
}
