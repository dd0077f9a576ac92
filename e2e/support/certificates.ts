import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { binary } from './binaries.js';
import { runOk } from './process.js';

/** PEM files of one certificate and its key. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority of a test run. */
export interface Authority extends Certificate {
  /** Issues a server certificate for 127.0.0.1, ::1, localhost and a further IP address. */
  issue(name: string, address?: string): Promise<Certificate>;
}

/** Makes a certificate authority in `directory`. Nothing outside the test is asked to trust it. */
export async function createAuthority(directory: string): Promise<Authority> {
  const root = await selfSigned(directory, 'ca', 'Retag test CA', ['basicConstraints=critical,CA:TRUE']);
  const issue = async (name: string, address?: string): Promise<Certificate> => {
    const files = pair(directory, name);
    const request = join(directory, `${name}.csr`);
    const extensions = join(directory, `${name}.ext`);
    writeFileSync(
      extensions,
      `subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost${address === undefined ? '' : `,IP:${address}`}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n`,
    );
    await openssl(['req', ...newKey(files.key), '-subj', `/CN=${name}`, '-out', request]);
    await openssl(
      ['x509', '-req', '-in', request, '-CA', root.certificate, '-CAkey', root.key, '-CAcreateserial'].concat(
        ['-days', '2', '-extfile', extensions, '-out', files.certificate],
      ),
    );
    return files;
  };
  return { ...root, issue };
}

/** A key with a certificate of its own, for signing tokens. */
export function createSigner(directory: string): Promise<Certificate> {
  return selfSigned(directory, 'token', 'Retag test token signer', []);
}

/** The DER of a PEM certificate in base64, as the `x5c` header of a JWT holds it. */
export function derOf(certificate: string): string {
  return readFileSync(certificate, 'utf8').replace(/-----[^-]+-----|\s/g, '');
}

async function selfSigned(
  directory: string,
  name: string,
  subject: string,
  extensions: readonly string[],
): Promise<Certificate> {
  const files = pair(directory, name);
  const added = extensions.flatMap((extension) => ['-addext', extension]);
  const args = ['req', '-x509', ...newKey(files.key), '-subj', `/CN=${subject}`, '-days', '2', ...added];
  await openssl([...args, '-out', files.certificate]);
  return files;
}

function pair(directory: string, name: string): Certificate {
  return { certificate: join(directory, `${name}.pem`), key: join(directory, `${name}.key`) };
}

function newKey(file: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file];
}

async function openssl(args: readonly string[]): Promise<void> {
  await runOk(binary('openssl'), args);
}
