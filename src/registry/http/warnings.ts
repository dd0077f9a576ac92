/** Registries speak to people through `Warning: 299` (distribution-spec "Warnings"): each text is shown once a run. */
const MAX_TEXTS = 20;
const MAX_LENGTH = 300;

/** The texts of code 299 in a Warning header (RFC 7234 5.5): `299 - "text"`, several with commas between. */
export function warningTexts(header: string): string[] {
  const texts: string[] = [];
  for (const match of header.matchAll(/(?:^|,)\s*299 \S{1,100} "((?:[^"\\]|\\.)*)"/gs)) {
    texts.push((match[1] ?? '').replace(/\\(.)/gs, '$1'));
  }
  return texts;
}

/** Shows every text once, on one line, cut at 300 characters, and no more than 20 texts in all. */
export function createWarnings(show: (text: string) => void): (host: string, header: string) => void {
  const seen = new Set<string>();
  return (host, header) => {
    for (const text of warningTexts(header)) {
      const line = `${host} warns: ${text.replace(/[\p{C}\p{Z}\s]+/gu, ' ').trim()}`.slice(0, MAX_LENGTH);
      if (seen.has(line) || seen.size >= MAX_TEXTS) continue;
      seen.add(line);
      show(line);
    }
  };
}
