/** The records on an image, read by plain requests. */
import { generateKeyPairSync } from 'node:crypto';

import { referrersTag } from '../../testing/registry/images.js';

/** The key that signs them; it opens nothing. */
export const SIGNING_KEY = generateKeyPairSync('ec', {
  namedCurve: 'prime256v1',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;

const PROMOTION = 'https://github.com/retag/retag/promotion/v1';
const ACCEPT = ['index', 'manifest'].map((kind) => `application/vnd.oci.image.${kind}.v1+json`).join(', ');

/** @returns the tag of each record that is listed for the digest */
export async function recordsOn(
  base: string,
  digest: string,
  login?: { readonly user: string; readonly password: string },
): Promise<readonly string[]> {
  const authorization = `Basic ${Buffer.from(`${login?.user ?? ''}:${login?.password ?? ''}`).toString('base64')}`;
  const headers = { accept: ACCEPT, ...(login === undefined ? {} : { authorization }) };
  const get = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${base}/${path}`, { headers });
    return answer.ok ? answer.json() : null;
  };
  const list = (await get(`referrers/${digest}`)) ?? (await get(`manifests/${referrersTag(digest)}`));
  const tags: string[] = [];
  for (const each of (list as { manifests: { digest: string }[] } | null)?.manifests ?? []) {
    const manifest = (await get(`manifests/${each.digest}`)) as { layers: { digest: string }[] };
    const bundle = (await get(`blobs/${manifest.layers[0]?.digest ?? ''}`).catch(() => null)) as {
      dsseEnvelope?: { payload: string };
    } | null;
    if (bundle?.dsseEnvelope === undefined) continue;
    const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString()) as {
      predicateType: string;
      predicate: { tag: string };
    };
    if (statement.predicateType === PROMOTION) tags.push(statement.predicate.tag);
  }
  return tags;
}
