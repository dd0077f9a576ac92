import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { SigstoreServer } from '../../testing/sigstore/server.js';
import { binary } from './binaries.js';
import { type Finished, run, temporaryDirectory } from './process.js';

/** The real cosign, with files of its own and nothing of the machine's. */
export interface Cosign {
  readonly directory: string;
  /** Writes a file that arguments may name; @returns its path */
  file(name: string, content: string | object): string;
  run(...args: string[]): Promise<Finished>;
  remove(): void;
}

/** @param password of its keys */
export function createCosign(password = ''): Cosign {
  const { path, remove } = temporaryDirectory('cosign');
  const env = { PATH: '/usr/bin:/bin', HOME: path, COSIGN_PASSWORD: password, SIGSTORE_NO_CACHE: 'true' };
  return {
    directory: path,
    remove,
    file(name, content) {
      const file = join(path, name);
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
      return file;
    },
    run: (...args) => run(binary('cosign'), args, { env, cwd: path }),
  };
}

/** The arguments by which cosign signs with this Sigstore as whom the token names. */
export function keylessArguments(cosign: Cosign, server: SigstoreServer, token: string): string[] {
  const config = cosign.file('signing.json', server.signingConfig);
  const root = cosign.file('root.json', server.sigstore.trustedRoot);
  return ['--yes', `--signing-config=${config}`, `--trusted-root=${root}`, `--identity-token=${token}`];
}

/** A key pair as PEM files: PKCS8 and SPKI. */
export function pemKeys(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}
