import * as v from 'valibot';
import type { Parsed } from '../../errors.js';
import { about, across, exactlyOne, line, mapping, matching, oneOrSome, quote, some, text } from './parts.js';

/** A file of the workspace, which is read on the trusted side of a pull request alone. */
const workspaceFile = text(parseWorkspaceFile, { minLength: 1 });

export const ruleName = matching(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
  'the name of a rule',
  'use letters, digits, ".", "_" and "-"',
);

const identity = mapping(
  'Who must have signed: a certificate with this issuer and this subject',
  {
    issuer: about(line, 'Pattern of the OIDC issuer, such as https://token.actions.githubusercontent.com.'),
    subject: about(line, 'Pattern of the whole subject: the address of a workflow with its ref, or a mail address.'),
  },
  { others: { issuerRegExp: 'write "issuer" with a pattern', subjectRegExp: 'write "subject" with a pattern' } },
);

const keyless = mapping(
  'Signatures with a short-lived certificate of Sigstore',
  { identities: about(some(identity), 'One of these must be the signer.') },
  { others: { url: 'remove it: "trusted_root" says which certificate authorities count' } },
);

const key = v.pipe(
  mapping(
    'Signatures with a key pair',
    {
      file: v.optional(about(workspaceFile, 'PEM file of the public key in the workspace.')),
      data: v.optional(about(text(parsePem, { pattern: '^\\s*-----BEGIN PUBLIC KEY-----' }), 'The public key itself, as PEM.')),
      env: v.optional(about(text(parseVariable), 'Environment variable that holds the public key as PEM.')),
    },
    { others: { kms: 'write "data" with the public key as PEM', secretRef: 'write "env" with the name of a variable' } },
  ),
  exactlyOne(['file', 'data', 'env'], 'add "file" with the path of the public key, "data" with its PEM, or "env" with a variable'),
);

const github = mapping('Attestations of GitHub Actions, as "gh attestation verify" checks them', {
  repository: about(
    matching(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/[A-Za-z0-9._-]{1,100}$/, 'a repository', 'write it as "OWNER/NAME"'),
    'Repository that the image was built from, as OWNER/NAME.',
  ),
  workflow: v.optional(
    about(
      matching(
        /^(?:[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}\/)?\.github\/workflows\/[A-Za-z0-9._-]+\.ya?ml$/,
        'the path of a workflow',
        'write ".github/workflows/FILE.yml", or "OWNER/NAME/.github/workflows/FILE.yml" for one of another repository',
      ),
      'Workflow that signed. Default: any of the repository.',
    ),
  ),
  ref: v.optional(about(line, 'Pattern of the git ref that the workflow ran for, such as refs/tags/**. Default: any.')),
});

const attestation = mapping('A signed statement about the image', {
  predicateType: about(line, 'Exact predicate type, such as https://slsa.dev/provenance/v1.'),
});

const authority = v.pipe(
  mapping(
    'One who may vouch for an image',
    {
      name: v.optional(about(ruleName, 'Name of the authority, for messages.')),
      keyless: v.optional(about(keyless, 'A certificate of Sigstore with one of these identities.')),
      key: v.optional(about(key, 'A public key.')),
      github: v.optional(about(github, 'A workflow of GitHub Actions.')),
      attestations: v.optional(
        about(some(attestation), 'Statements that the authority must have signed, all of them. Default: a signature; for "github", https://slsa.dev/provenance/v1.'),
      ),
    },
    {
      json: { oneOf: ['keyless', 'key', 'github'].map((kind) => ({ required: [kind] })) },
      others: {
        ctlog: 'remove it: "trusted_root" says which logs there are',
        rfc3161timestamp: 'remove it: "trusted_root" says which time-stamp authorities count',
        source: 'remove it: Retag reads what is attached in the repository of the image',
        static: 'remove it: an image that needs no signature needs no rule',
      },
    },
  ),
  exactlyOne(['keyless', 'key', 'github'], 'add "keyless", "key" or "github"'),
);

/** One rule of `trust` (docs/trust.md). Patterns are compiled by the trust room, which knows their grammar. */
const rule = v.pipe(
  mapping(
    'A rule: which images must be vouched for, and by whom',
    {
      name: v.optional(about(ruleName, 'Name of the rule, for entries that ask for it and for messages.')),
      images: v.optional(about(oneOrSome(line), 'Patterns of the image names that the rule is for: the source as the tag file names it.')),
      authorities: about(some(authority), 'Who may vouch for the image: one of them is enough.'),
      platforms: v.optional(
        about(v.picklist(['each']), 'each: the index, or the manifest of every platform, must be vouched for. Default: what is promoted.'),
      ),
    },
    { json: { anyOf: [{ required: ['images'] }, { required: ['name'] }] }, others: { image: 'write "images"' } },
  ),
  across((fields, tell) => {
    if (fields['images'] === undefined && fields['name'] === undefined) {
      tell('{it} is for no image', 'add "images" with patterns of image names, or "name" for entries that ask for it');
    }
  }),
);

export const trustKeys = {
  trust: v.optional(about(v.array(rule), 'Who must have signed what is promoted. Every rule that matches an image must hold.')),
  trusted_root: v.optional(
    about(workspaceFile, 'Trusted root of Sigstore in the workspace (JSON). Default: the public good instance.'),
  ),
  record: v.optional(
    about(
      v.union([
        v.picklist(['keyless', 'off']),
        mapping('Records signed with a key', {
          key: about(text(parseVariableUrl, { pattern: '^env://[A-Za-z_][A-Za-z0-9_]*$' }), 'The private key: env://NAME.'),
        }),
      ]),
      'Attach a signed record to every digest that a run tagged: keyless, with a key, or off. Default: off.',
    ),
  ),
  signing_config: v.optional(
    about(workspaceFile, 'Signing config of Sigstore in the workspace (JSON), for keyless records. Default: the public good instance.'),
  ),
};

function parsePem(value: string): Parsed<string> {
  const begins = /^\s*-----BEGIN ([A-Z0-9 ]{1,40})-----\s/.exec(value);
  if (begins?.[1] === 'PUBLIC KEY') return { ok: true, value };
  // The value may be a private key by mistake, so it is not repeated.
  return {
    ok: false,
    what: begins === null ? '{it} is not a public key in PEM form' : `{it} is a PEM file of kind ${quote(begins[1] ?? '')}`,
    hint: 'write the block from "-----BEGIN PUBLIC KEY-----" to "-----END PUBLIC KEY-----"',
  };
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

function parseVariable(value: string): Parsed<string> {
  if (VARIABLE.test(value.replace(/^env:\/\//, ''))) return { ok: true, value };
  return { ok: false, what: `${quote(value)} is not the name of an environment variable`, hint: 'use letters, digits and "_"' };
}

function parseVariableUrl(value: string): Parsed<string> {
  if (value.startsWith('env://') && VARIABLE.test(value.slice(6))) return { ok: true, value };
  const what = value.includes('-----BEGIN') ? '{it} is a key, which everybody who can read the file can use' : `${quote(value)} does not name an environment variable`;
  return { ok: false, what, hint: 'write "env://NAME", and give the key to the job as a secret in that variable' };
}

function parseWorkspaceFile(value: string): Parsed<string> {
  const parts = value.split('/');
  const hint = 'write a path relative to the root of the workspace';
  // eslint-disable-next-line no-control-regex
  if (value.trim() === '' || /[\\\0-\x1f\x7f:]/.test(value) || value.startsWith('-')) {
    return { ok: false, what: `${quote(value)} is not a path in the workspace`, hint };
  }
  let depth = 0;
  const outside = parts.some((part) => (depth += part === '..' ? -1 : part === '.' || part === '' ? 0 : 1) < 0);
  if (value.startsWith('/') || outside) {
    return { ok: false, what: `${quote(value)} is outside the workspace`, hint };
  }
  return { ok: true, value };
}
