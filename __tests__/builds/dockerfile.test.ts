import { describe, expect, test } from '@jest/globals';

import { emulationOf } from '../../src/builds/dockerfile.js';

describe('does a Dockerfile run programs of the target platform', () => {
  test.each([
    ['copy only', 'FROM scratch\nCOPY a /a', null, 'not-needed'],
    ['run', 'FROM alpine\nRUN apk add x', null, 'needed'],
    ['run in lower case, continued', 'from alpine\nrun apk \\\n  add x', null, 'needed'],
    [
      'a comment and a label that say RUN',
      'FROM alpine\n# RUN x\nLABEL a="x" \\\n  RUN=1',
      null,
      'not-needed',
    ],
    [
      'cross-compiled',
      'FROM --platform=$BUILDPLATFORM golang AS build\nRUN go build\nFROM scratch\nCOPY --from=build /a /a',
      null,
      'not-needed',
    ],
    [
      'built on the target',
      'FROM golang AS build\nRUN go build\nFROM scratch\nCOPY --from=build /a /a',
      null,
      'needed',
    ],
    [
      'a stage that the image is not made of',
      'FROM alpine AS test\nRUN x\nFROM scratch\nCOPY a /a',
      null,
      'not-needed',
    ],
    ['the stage of the target', 'FROM alpine AS test\nRUN x\nFROM scratch\nCOPY a /a', 'Test', 'needed'],
    ['by the number of a stage', 'FROM alpine\nRUN x\nFROM scratch\nCOPY --from=0 /a /a', null, 'needed'],
    [
      'through a stage that is a base',
      'FROM --platform=${BUILDPLATFORM} a AS base\nFROM base\nRUN x',
      null,
      'not-needed',
    ],
    [
      'through a mount',
      'FROM alpine AS tools\nRUN x\nFROM --platform=$BUILDPLATFORM b\nRUN --mount=type=bind,from=tools,target=/t y',
      null,
      'needed',
    ],
    ['target platform in so many words', 'FROM --platform=$TARGETPLATFORM alpine\nRUN x', null, 'needed'],
    [
      'a here-document with words that look like instructions',
      'FROM scratch\nCOPY <<EOF /a\nRUN x\nFROM y\nEOF\nCOPY b /b',
      null,
      'not-needed',
    ],
    ['backslashes in paths', '# escape=`\nFROM scratch\nCOPY a C:\\\nCOPY b C:\\', null, 'not-needed'],
    ['another frontend', '# syntax=example/frontend:1\nanything', null, 'unknown'],
    ['the usual frontend', '# syntax=docker/dockerfile:1\nFROM alpine\nRUN x', null, 'needed'],
    ['no such stage', 'FROM alpine\nRUN x', 'nowhere', 'unknown'],
    ['empty', '', null, 'unknown'],
  ] as const)('%s', (_name, text, target, expected) => {
    expect(emulationOf(text, target)).toBe(expected);
  });
});
