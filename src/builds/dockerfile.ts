/**
 * Does building a Dockerfile run programs of the target platform? Only then a builder without that platform
 * needs emulation: `COPY` alone, and stages on $BUILDPLATFORM, need none. Pure.
 */

/** `unknown`: a frontend other than docker/dockerfile, or a stage that cannot be followed. */
type Emulation = 'needed' | 'not-needed' | 'unknown';

interface Stage {
  readonly name: string;
  readonly base: string;
  /** what `--platform` says; null when it says nothing */
  readonly platform: string | null;
  runs: boolean;
  readonly uses: string[];
}

/**
 * Follows the stages that `target` (the last one when null) is made of.
 * @see https://docs.docker.com/reference/dockerfile/
 */
export function emulationOf(dockerfile: string, target: string | null): Emulation {
  const syntax = /^#\s*syntax\s*=\s*(\S+)/im.exec(dockerfile.split(/\r?\n(?!#)/, 1)[0] ?? '');
  if (syntax !== null && !/(?:^|\/)docker\/dockerfile(?:[:@-]|$)/.test(syntax[1] ?? '')) return 'unknown';
  const stages = readStages(instructions(dockerfile));
  const start = target === null ? stages.at(-1) : find(stages, target);
  return start === undefined ? 'unknown' : walk(start, stages, new Set());
}

function walk(stage: Stage, stages: readonly Stage[], seen: Set<Stage>): Emulation {
  if (seen.has(stage)) return 'not-needed';
  seen.add(stage);
  const base = find(stages.slice(0, stages.indexOf(stage)), stage.base);
  const own = stage.runs && onTarget(stage, base, stages);
  if (own) return 'needed';
  // A base image may carry ONBUILD RUN; nothing short of pulling it would tell.
  const before = stages.slice(0, stages.indexOf(stage));
  const next = [base, ...stage.uses.map((name) => find(before, name))].filter((one) => one !== undefined);
  const found = next.map((one) => walk(one, stages, seen));
  if (found.includes('needed')) return 'needed';
  return found.includes('unknown') ? 'unknown' : 'not-needed';
}

/** Does the stage run on the target's platform rather than on the builder's own? */
function onTarget(stage: Stage, base: Stage | undefined, stages: readonly Stage[]): boolean {
  if (stage.platform !== null) return /TARGETPLATFORM/.test(stage.platform);
  if (base === undefined) return true;
  return onTarget(base, find(stages.slice(0, stages.indexOf(base)), base.base), stages);
}

function find(stages: readonly Stage[], name: string): Stage | undefined {
  const lower = name.toLowerCase();
  return (
    stages.findLast((stage) => stage.name === lower) ??
    (/^\d+$/.test(name) ? stages[Number(name)] : undefined)
  );
}

function readStages(lines: readonly string[]): Stage[] {
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, keyword = '', rest = ''] = /^\s*([A-Za-z]+)\s+(.*)$/s.exec(line) ?? [];
    const current = stages.at(-1);
    switch (keyword.toUpperCase()) {
      case 'FROM':
        stages.push(stageOf(rest));
        break;
      case 'RUN':
        if (current) current.runs = true;
        current?.uses.push(
          ...wordsOf(rest)
            .flatMap((word) => (word.startsWith('--mount=') ? word.split(',') : []))
            .flatMap((field) => /\bfrom=(.+)/.exec(field)?.[1] ?? []),
        );
        break;
      case 'COPY':
      case 'ADD':
        current?.uses.push(...[...rest.matchAll(/--from=(\S+)/g)].map(([, from = '']) => from));
        break;
    }
  }
  return stages;
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function stageOf(rest: string): Stage {
  const words = wordsOf(rest);
  const flag = words.find((word) => word.startsWith('--platform='));
  const [base = '', as = '', name = ''] = words.filter((word) => !word.startsWith('--'));
  return {
    name: as.toLowerCase() === 'as' ? name.toLowerCase() : '',
    base,
    platform: flag?.slice('--platform='.length) ?? null,
    runs: false,
    uses: [],
  };
}

/** Logical lines: comments out, continuations joined, the bodies of here-documents left out. */
function instructions(text: string): string[] {
  const escape = /^#\s*escape\s*=\s*`/im.test(text) ? '`' : '\\';
  const lines: string[] = [];
  let open: string | null = null;
  const ends: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (open === null && ends.length > 0) {
      if (line.replace(/^\t+/, '') === ends[0]) ends.shift();
      continue;
    }
    if (/^\s*(?:#|$)/.test(line)) continue;
    const trimmed = line.trimEnd();
    const continued = trimmed.endsWith(escape);
    const joined: string = (open ?? '') + (continued ? `${trimmed.slice(0, -1)} ` : trimmed);
    open = continued ? joined : null;
    if (continued) continue;
    lines.push(joined);
    if (/^\s*(?:RUN|COPY|ADD)\s/i.test(joined)) {
      ends.push(...[...joined.matchAll(/<<-?\s*["']?([A-Za-z_][\w.]*)["']?/g)].map(([, end = '']) => end));
    }
  }
  return lines;
}
