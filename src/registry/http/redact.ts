/** Foreign text without what must not be shown: registered secrets, queries of URLs (signatures), Authorization values. */
const MIN_LENGTH = 4;
const HIDDEN = '***';

/** The secrets of one run. They are masked in everything that leaves the transport as text. */
export interface Secrets {
  /** Registers a secret with the forms in which an answer may echo it. Shorter than four characters: told to `onSecret` only, since hiding it would hide everything. One that is not `ours` is only masked here: a registry must not choose words that a runner hides. */
  add(secret: string, ours?: boolean): void;
  scrub(text: string): string;
}

/** `onSecret` gets every form once; on a runner it is the masking of the job log. */
export function createSecrets(onSecret: (secret: string) => void): Secrets {
  const known = new Set<string>();
  let longestFirst: readonly string[] | null = null;
  return {
    add(secret, ours = true) {
      for (const form of formsOf(secret)) {
        if (form === '' || known.has(form)) continue;
        known.add(form);
        longestFirst = null;
        if (ours) onSecret(form);
      }
    },
    scrub(text) {
      longestFirst ??= [...known]
        .filter((form) => form.length >= MIN_LENGTH)
        .sort((a, b) => b.length - a.length);
      let clean = text;
      for (const form of longestFirst) if (clean.includes(form)) clean = clean.replaceAll(form, HIDDEN);
      return hideLookalikes(clean);
    },
  };
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const escaped = escapedInJson(secret);
  // encodeURIComponent throws on half a surrogate pair; the bytes have none.
  return [
    secret,
    encodeURIComponent(bytes.toString('utf8')),
    escaped,
    // An error that quotes JSON inside its JSON.
    escapedInJson(escaped),
    bytes.toString('base64'),
  ];
}

function escapedInJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function hideLookalikes(text: string): string {
  return text
    .replace(/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${HIDDEN}`)
    .replace(/\b(https?:\/\/[^\s"'<>?]*)(\?[^\s"'<>]*)?/gi, (url: string, path: string, query?: string) =>
      query === undefined ? url : `${path}?${HIDDEN}`,
    );
}

/** `HEAD quay.io/v2/org/app/manifests/1.0`: method, host and path; never the query, which may be a signature. */
export function redactUrl(method: string, url: URL): string {
  return `${method} ${url.host}${url.pathname}`;
}
