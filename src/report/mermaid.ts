/** The picture of the job summary: sources on the left, tags on the right. Pure. */
import { nameOf, verb } from './format.js';
import type { ReportAction } from './model.js';

/** More arrows or lines of labels than this make a picture that nobody reads (and that GitHub may refuse to draw). */
const MOST_ARROWS = 30;

/** Mermaid breaks a label at every hyphen once it is wider than 200 pixels. Thirty rows of this height are a screen. */
const LAYOUT =
  '%%{init: {"themeVariables": {"fontSize": "12px"}, "flowchart": {"wrappingWidth": 600, "nodeSpacing": 4, "padding": 4}}}%%';
/** A name that is longer has its tag on a line of its own, so that the picture fits the page. */
const MOST_ON_ONE_LINE = 56;
/** What needs a person is drawn first. */
const ORDER = ['failed', 'skipped', 'refuse', 'hold', 'move', 'create'];

const LOOK: Readonly<Record<string, string>> = {
  create: 'fill:#dafbe1,stroke:#1a7f37,color:#1f2328',
  move: 'fill:#fff8c5,stroke:#9a6700,color:#1f2328',
  keep: 'fill:#f6f8fa,stroke:#8c959f,color:#1f2328',
  hold: 'fill:#ddf4ff,stroke:#0969da,color:#1f2328',
  refuse: 'fill:#ffebe9,stroke:#cf222e,color:#1f2328',
  failed: 'fill:#ffebe9,stroke:#cf222e,color:#1f2328',
};

/** A Mermaid flowchart of promotions, at most 30 arrows, what went wrong before what is written; null when there is none. */
export function flowchart(actions: readonly ReportAction[]): { text: string; left: number } | null {
  const drawn = actions.filter(({ action, source }) => action !== 'keep' && source !== null);
  if (drawn.length === 0) return null;
  const rank = (action: ReportAction): number => ORDER.indexOf(verb(action));
  let rows = 0;
  const shown = drawn
    .toSorted((a, b) => rank(a) - rank(b))
    .filter((action) => (rows += label(nameOf(action)).includes('<br/>') ? 2 : 1) <= MOST_ARROWS);
  const ids = new Map<string, string>();
  const nodes: string[] = [];
  const node = (key: string, label: string, shape: readonly [string, string]): string => {
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = `n${ids.size}`;
    ids.set(key, id);
    nodes.push(`  ${id}${shape[0]}"${label}"${shape[1]}`);
    return id;
  };
  const arrows = shown.map((action) => {
    const source = action.source ?? '';
    const from = node(`from ${source}`, label(source), ['[', ']']);
    const name = nameOf(action);
    const to = node(`to ${name}`, label(name), ['(', ')']);
    return { line: `  ${from} -->|${quoted(verb(action))}| ${to}`, to, look: lookOf(action) };
  });
  const used = [...new Set(arrows.map(({ look }) => look))];
  const classes = used.map((look) => `  classDef ${look} ${LOOK[look] ?? ''}`);
  const members = used.map((look) => {
    const ofLook = arrows.filter((arrow) => arrow.look === look).map(({ to }) => to);
    return `  class ${[...new Set(ofLook)].join(',')} ${look}`;
  });
  const lines = [LAYOUT, 'flowchart LR', ...nodes, ...arrows.map(({ line }) => line), ...classes, ...members];
  return { text: lines.join('\n'), left: drawn.length - shown.length };
}

function lookOf(action: ReportAction): string {
  const name = verb(action);
  return name === 'skipped' ? 'failed' : name;
}

function label(name: string): string {
  const path = name.lastIndexOf('/') + 1;
  const at = path + name.slice(path).search(/[:@]/);
  if (name.length <= MOST_ON_ONE_LINE || at <= path) return quoted(name);
  return `${quoted(name.slice(0, at))}<br/>${quoted(name.slice(at))}`;
}

/** Everything that Mermaid or HTML could read as more than text becomes one of Mermaid's `#code;` entities. */
function quoted(text: string): string {
  return text.slice(0, 160).replace(/[^A-Za-z0-9 ._/:-]/gu, (c) => `#${c.codePointAt(0) ?? 63};`);
}
