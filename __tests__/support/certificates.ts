import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate with its key, PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** A test authority (openssl) and what it signs. `days` may be negative: expired. */
export function createAuthority(): {
  readonly ca: string;
  issue(names: string, days?: number): Pair;
  selfSigned(names: string): Pair;
} {
  const folder = mkdtempSync(join(tmpdir(), 'retag-tls-'));
  let count = 0;
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const selfSigned = (subject: string, extensions: string[]): Pair & { name: string } => {
    const name = `c${count++}`;
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
    const extra = extensions.flatMap((extension) => ['-addext', extension]);
    openssl(
      'req',
      '-x509',
      ...key,
      '-out',
      `${name}.pem`,
      '-days',
      '30',
      '-subj',
      `/CN=${subject}`,
      ...extra,
    );
    return { name, ...read(name) };
  };
  const read = (name: string): Pair => ({
    cert: readFileSync(join(folder, `${name}.pem`), 'utf8'),
    key: readFileSync(join(folder, `${name}.key`), 'utf8'),
  });
  try {
    const authority = selfSigned('Retag test authority', []);
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    return {
      ca: authority.cert,
      selfSigned: (names) => selfSigned('self', [`subjectAltName=${names}`]),
      issue(names, days = 30) {
        const name = `c${count++}`;
        const key = [
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:P-256',
          '-nodes',
          '-keyout',
          `${name}.key`,
        ];
        openssl('req', '-new', ...key, '-out', `${name}.csr`, '-subj', '/CN=issued');
        writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${names}\n`);
        const signer = ['-CA', `${authority.name}.pem`, '-CAkey', `${authority.name}.key`, '-CAcreateserial'];
        openssl(
          'x509',
          '-req',
          '-in',
          `${name}.csr`,
          ...signer,
          '-days',
          String(days),
          '-extfile',
          `${name}.ext`,
          '-out',
          `${name}.pem`,
        );
        return read(name);
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
