// The page of the memory map: its frame, its style and its policy, for the editor and as a file that opens alone.

import type { MapModel, MapPlace } from './map-model.ts';
import { escapeText } from './shape.ts';

/** What the page needs from an editor that shows it. */
export interface PageParts {
  /** Fresh for every page. */
  readonly nonce: string;
  /** The address of the bundled script. */
  readonly script: string;
}

/** The page as an editor shows it. Everything in it hangs on the theme's own variables; text gets in by the script alone. */
export function writePage({ nonce, script }: PageParts): string {
  return frame({
    policy: `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`,
    title: 'Memory map',
    style: `<style nonce="${nonce}">${STYLE}</style>`,
    scripts: `<script nonce="${nonce}" src="${script}"></script>`,
  });
}

/** What a page needs that opens alone. */
export interface LonePageParts {
  readonly model: MapModel;
  /** The release shown first; the one with the gravest fault when absent. */
  readonly release?: string;
  /** The text of the bundled script. */
  readonly script: string;
  /** The SHA-256 sum of a text in UTF-8, as base64. */
  readonly digest: (text: string) => string | Promise<string>;
}

/** What the script of a page that opens alone finds in its `#map-data`. */
export interface MapData {
  readonly model: MapModel;
  readonly release?: string;
}

/**
 * The page as one file: it holds the map and its script, runs nothing else, and asks no network for anything. It says of
 * files their names alone, so that it can be sent to others.
 */
export async function writeLonePage({
  model,
  release,
  script,
  digest,
}: LonePageParts): Promise<string> {
  // A build for debugging ends with the name of a file that is not there.
  const code = script.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
  if (/<\/script|<!--/i.test(code)) throw new Error('the script would end its element');
  const data: MapData = { model: withoutFolders(model), ...(release !== undefined && { release }) };
  const [styleSum, scriptSum] = await Promise.all([digest(STYLE), digest(code)]);
  return frame({
    policy: [
      "default-src 'none'",
      `style-src 'sha256-${styleSum}'`,
      `script-src 'sha256-${scriptSum}'`,
      "base-uri 'none'",
      "form-action 'none'",
    ].join('; '),
    title: `Memory map of ${model.title}`,
    style: `<style>${STYLE}</style>`,
    scripts: `<script type="application/json" id="map-data">${jsonInScript(data)}</script>\n<script>${code}</script>`,
  });
}

/** JSON that ends no script element and is printable ASCII. */
function jsonInScript(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The model with files named as people see them, and findings by number: paths of the machine it was made on stay there. */
export function withoutFolders(model: MapModel): MapModel {
  const place = (each: MapPlace): MapPlace => ({ ...each, file: each.name });
  const region = (each: MapModel['regions'][number]): MapModel['regions'][number] => ({
    ...each,
    origins: each.origins.map((origin) => ({
      ...origin,
      ...(origin.place && { place: place(origin.place) }),
    })),
    openings: each.openings.map(place),
  });
  return {
    ...model,
    file: model.title,
    banks: model.banks.map(region),
    regions: model.regions.map(region),
    lanes: model.lanes.map((lane) => ({
      ...lane,
      ...(lane.stop && {
        stop: { ...lane.stop, ...(lane.stop.place && { place: place(lane.stop.place) }) },
      }),
    })),
    notes: model.notes.map((note, index) => ({
      ...note,
      id: String(index),
      ...(note.place && { place: place(note.place) }),
      related: note.related.map((each) => ({
        ...each,
        ...(each.place && { place: place(each.place) }),
      })),
    })),
    ...(model.stale && {
      stale: { ...model.stale, ...(model.stale.place && { place: place(model.stale.place) }) },
    }),
  };
}

interface FrameParts {
  readonly policy: string;
  readonly title: string;
  readonly style: string;
  readonly scripts: string;
}

function frame({ policy, title, style, scripts }: FrameParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeText(title)}</title>
${style}
</head>
<body>
<header id="bar">
<h1 id="title">Memory map</h1>
<span id="releases" class="choice" role="radiogroup" aria-label="Release"></span>
<span id="tried"></span>
<select id="try" aria-label="Try another release" hidden></select>
<span class="space"></span>
<button id="count" type="button" title="Next problem (F8)"></button>
<details id="columns" hidden><summary>Columns</summary><div id="column-list" role="group" aria-label="Columns shown"></div></details>
<button id="as-table" type="button" aria-pressed="false" title="The same map as a table (t)">Table</button>
<button id="export" type="button" title="Save as one HTML file that opens in any browser (h)">Export</button>
<input id="find" type="search" placeholder="Name, address, mfn 0x…" aria-label="Find a node, an address or a frame number" spellcheck="false" autocomplete="off">
</header>
<div id="news" role="region" aria-label="Verdict"><button id="verdict" class="link" type="button" hidden></button><div id="stale" hidden></div></div>
<main id="main">
<div id="left">
<svg id="heads" aria-hidden="true"></svg>
<div id="pane"><svg id="strip" aria-hidden="true"></svg><div id="scroll" tabindex="-1"><svg id="map" role="group" aria-label="Memory map"></svg></div></div>
<div id="table" tabindex="0" role="region" aria-label="Memory map as a table" hidden></div>
</div>
<aside id="details" aria-label="Selection" tabindex="0"></aside>
<div id="empty" hidden></div>
</main>
<footer id="status"><span id="here"></span><svg id="key" aria-hidden="true"></svg></footer>
<div id="live" class="unseen" aria-live="polite"></div>
${scripts}
</body>
</html>`;
}

const STYLE = `
:root {
  --bg: var(--vscode-editor-background, #1f1f1f);
  --fg: var(--vscode-editor-foreground, #cccccc);
  --dim: var(--vscode-descriptionForeground, #9d9d9d);
  --line: var(--vscode-panel-border, #2b2b2b);
  --focus: var(--vscode-focusBorder, #0078d4);
  --link: var(--vscode-textLink-foreground, #4daafc);
  --error: var(--vscode-editorError-foreground, #f14c4c);
  --warning: var(--vscode-editorWarning-foreground, #cca700);
  --input: var(--vscode-input-background, #313131);
  --input-line: var(--vscode-input-border, #3c3c3c);
  --hover: var(--vscode-list-hoverBackground, color-mix(in srgb, var(--fg) 10%, var(--bg)));
  --xen: var(--vscode-charts-purple, #b180d7);
  --ui: var(--vscode-font-family, system-ui, "Segoe UI", Ubuntu, "Droid Sans", sans-serif);
  --mono: var(--vscode-editor-font-family, ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace);
  --chosen: color-mix(in srgb, var(--xen) 26%, var(--bg));
}
body.vscode-high-contrast, body.vscode-high-contrast-light { --line: var(--vscode-contrastBorder, currentColor); --input-line: var(--vscode-contrastBorder, currentColor); --chosen: var(--bg); }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html, body { height: 100%; margin: 0; padding: 0; }
body { background: var(--bg); color: var(--fg); font: 13px/1.4 var(--ui); display: flex; flex-direction: column; overflow: hidden; }
button, input, select, summary { font: inherit; color: inherit; }
:focus-visible { outline: 1px solid var(--focus); outline-offset: 1px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.link { color: var(--link); background: none; border: 0; padding: 0; cursor: pointer; text-align: left; }
.link:hover { text-decoration: underline; }

#bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; padding: 7px 14px; border-bottom: 1px solid var(--line); flex: none; min-width: 0; }
#title { font: inherit; font-weight: 600; margin: 0; min-width: 0; overflow-wrap: anywhere; }
.space { flex: 1 0 0; }
.choice { display: inline-flex; flex-wrap: wrap; border: 1px solid var(--input-line); border-radius: 5px; overflow: hidden; min-width: 0; }
.choice .word { padding: 2px 7px 2px 9px; color: var(--dim); }
.choice button { border: 0; background: none; padding: 2px 9px; cursor: pointer; color: var(--dim); white-space: nowrap; }
.choice .errors { margin-left: 2px; padding: 0 5px; border-radius: 8px; border: 1px solid var(--error); color: var(--error); font-weight: 600; }
.choice button:focus-visible { outline-offset: -2px; }
.choice button[aria-checked=true] { background: var(--chosen); color: var(--fg); font-weight: 600; }
body.vscode-high-contrast .choice button[aria-checked=true], body.vscode-high-contrast-light .choice button[aria-checked=true] { box-shadow: inset 0 0 0 2px var(--focus); }
#try { background: var(--input); border: 1px solid var(--input-line); border-radius: 4px; padding: 2px 4px; max-width: 104px; color: var(--dim); }
#find { background: var(--input); border: 1px solid var(--input-line); border-radius: 4px; padding: 2px 8px; min-width: 0; flex: 0 1 220px; }
#find::placeholder { color: var(--dim); opacity: 1; }
#count, #as-table, #export, #tried button, #columns summary { color: var(--dim); white-space: nowrap; cursor: pointer; background: none; border: 0; padding: 2px 6px; border-radius: 4px; list-style: none; }
#count b { color: var(--error); font-weight: 600; } #count b.warning { color: var(--warning); }
#count:hover, #as-table:hover, #export:hover, #tried button:hover, #columns summary:hover { background: var(--hover); }
#as-table[aria-pressed=true] { color: var(--fg); background: var(--chosen); }
#columns { position: relative; }
#column-list { position: absolute; right: 0; top: 100%; z-index: 4; background: var(--bg); border: 1px solid var(--line); border-radius: 4px; padding: 6px 10px; white-space: nowrap; }
#column-list label { display: flex; gap: 6px; padding: 2px 0; align-items: center; }
#news { flex: none; height: 28px; padding: 0 14px; border-bottom: 1px solid var(--line); display: flex; align-items: center; }
#news > * { overflow: hidden; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 1; overflow-wrap: anywhere; }
#verdict { color: var(--fg); } #verdict .sign { color: var(--error); font-weight: 600; } #verdict .sign.warning { color: var(--warning); }
body.stale #news { background: color-mix(in srgb, var(--warning) 14%, var(--bg)); }
body.vscode-high-contrast.stale #news, body.vscode-high-contrast-light.stale #news { background: var(--bg); border-bottom: 2px dashed var(--warning); }

#main { flex: 1; display: flex; min-height: 0; position: relative; }
#left { flex: 1; min-width: 0; display: flex; flex-direction: column; }
#heads { flex: none; display: block; border-bottom: 1px solid var(--line); }
#pane { flex: 1; display: flex; min-height: 0; }
#strip { flex: none; display: block; cursor: pointer; }
#scroll { flex: 1; min-width: 0; overflow: hidden auto; scrollbar-width: thin; outline: none; } #scroll.wide { overflow-x: auto; }
#map { display: block; }
body.stale #map, body.stale #strip { filter: saturate(.25); opacity: .72; }
.block { cursor: pointer; outline: none; } .place { transition: opacity .2s; }
.note { cursor: pointer; }
.entering { animation: entering .32s ease; } @keyframes entering { from { opacity: 0; } }
.changed { opacity: 0; animation: changed 1.5s ease-out; } @keyframes changed { 18%, 60% { opacity: 1; } }
@media (prefers-reduced-motion: reduce) { .entering, .changed { animation: none; } .place { transition: none; } }
body.vscode-reduce-motion .entering, body.vscode-reduce-motion .changed { animation: none; } body.vscode-reduce-motion .place { transition: none; }
#status { flex: none; height: 26px; border-top: 1px solid var(--line); color: var(--dim); font-size: 12px; white-space: nowrap; overflow: hidden; display: flex; align-items: center; }
#here { padding: 0 14px; color: var(--fg); overflow: hidden; text-overflow: ellipsis; } #here:empty { display: none; }
#here:not(:empty) + #key { display: none; }
#key { flex: none; display: block; }

#details { width: 318px; flex: none; border-left: 1px solid var(--line); padding: 12px 16px 20px; overflow: auto; scrollbar-width: thin; outline-offset: -2px; }
#details h2 { margin: 0; font-size: 15px; font-weight: 600; overflow-wrap: anywhere; } #details h2 .node { color: var(--dim); font-weight: 400; }
#details h3, #details h2.part { font-size: 11px; font-weight: 600; color: var(--dim); margin: 15px 0 4px; } #details > div > .part:first-child, #details > div > h3:first-child { margin-top: 0; }
#details > div + div > .part:first-child, #details > div + div > h3:first-child { margin-top: 15px; } #details p { margin: 0; }
.range { font-family: var(--mono); margin: 7px 0 1px; } .mono { font-family: var(--mono); font-size: .94em; }
.sub { color: var(--dim); font-size: 12px; }
.finding { border-left: 3px solid var(--error); padding: 2px 0 2px 10px; margin: 12px 0 0; } .finding.warning { border-color: var(--warning); } .finding.information, .finding.hint { border-color: var(--dim); }
.finding b { font-weight: 600; display: block; } .finding .log { white-space: pre-line; font-family: var(--mono); font-size: 11px; color: var(--dim); margin: 4px 0; overflow-wrap: anywhere; }
.finding svg { display: block; margin: 7px 0 3px; max-width: 100%; }
.fixes { display: flex; flex-wrap: wrap; gap: 4px 14px; margin-top: 7px; font-size: 12.5px; }
.origin { border-left: 2px solid var(--line); padding: 1px 0 1px 9px; margin: 5px 0; overflow-wrap: anywhere; font-size: 11.5px; line-height: 1.5; }
.origin.wins, .origin.only { border-left-color: var(--link); } .origin code { display: block; font-family: var(--mono); } .origin.overridden code { text-decoration: line-through; color: var(--dim); } .origin .link { font-family: var(--mono); }
.owners { border-collapse: collapse; width: 100%; font-size: 12px; table-layout: fixed; } .owners th { text-align: left; font-weight: 400; color: var(--dim); padding: 3px 6px 3px 0; vertical-align: top; overflow-wrap: break-word; } .owners thead td { width: 62px; border: 0; }
.owners td { padding: 3px 6px 3px 0; vertical-align: top; border-top: 1px solid var(--line); overflow-wrap: break-word; } .owners tbody th { border-top: 1px solid var(--line); } .owners td.other { color: var(--dim); }
.owners svg { display: inline-block; vertical-align: -1px; margin-right: 5px; } .delta { color: var(--xen); font-weight: 600; }
.neighbours { display: grid; grid-template-columns: 14px 1fr auto; font-size: 12px; gap: 1px 4px; } .neighbours span:nth-child(3n) { color: var(--dim); }
.keys { display: grid; grid-template-columns: auto 1fr; gap: 4px 10px; font-size: 12px; color: var(--dim); }
kbd { font: 11px var(--mono); border: 1px solid var(--input-line); border-bottom-width: 2px; border-radius: 3px; padding: 0 4px; color: var(--fg); }
#table { flex: 1; min-height: 0; overflow: auto; padding: 10px 14px; } #table table { border-collapse: collapse; font-size: 12px; } #table caption { text-align: left; padding: 0 0 8px; color: var(--dim); }
#table th { text-align: left; position: sticky; top: -10px; background: var(--bg); padding: 3px 14px 3px 0; } #table td { padding: 2px 14px 2px 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; min-width: 9ch; } #table td:nth-child(-n+3) { font-family: var(--mono); text-align: right; white-space: nowrap; }
#table.stacked table, #table.stacked tbody, #table.stacked caption { display: block; } #table.stacked thead { display: none; }
#table.stacked tr { display: block; border-top: 1px solid var(--line); padding: 6px 0; }
#table.stacked td { display: grid; grid-template-columns: minmax(6em, 30%) minmax(0, 1fr); gap: 8px; border: 0; padding: 1px 0; } #table.stacked td:nth-child(-n+3) { text-align: left; white-space: normal; }
#table.stacked td:has(> span:empty) { display: none; }
#table.stacked td::before { content: attr(data-head); color: var(--dim); font-family: var(--ui); }
#table .tools { display: flex; gap: 14px; padding-bottom: 8px; }
#empty { position: absolute; inset: 0; background: var(--bg); padding: 11vh 12% 0; z-index: 3; } #empty h2 { font-size: 17px; font-weight: 600; margin: 0 0 6px; } #empty p { max-width: 58ch; color: var(--dim); margin: 0 0 10px; } #empty .link { display: block; margin: 4px 0; }
body.empty #releases, body.empty #tried, body.empty #export, body.empty #try, body.empty #find, body.empty #as-table, body.empty #count, body.empty #columns { display: none; }
#tried:empty { display: none; } #tried { display: inline-flex; flex-wrap: wrap; gap: 4px; }
body.alone #try, body.alone #tried, body.alone #export { display: none; }
@media (max-width: 819px) {
  #main { flex-direction: column; overflow: auto; } #left { flex: 1 0 auto; height: 63%; min-height: 240px; }
  #details { flex: 0 0 auto; width: auto; border-left: 0; border-top: 1px solid var(--line); height: 37%; min-height: 130px; padding: 10px 14px 14px; display: flex; gap: 22px; } #details > div { flex: 1 1 0; min-width: 0; } #details > div + div > .part:first-child, #details > div + div > h3:first-child { margin-top: 0; }
  #bar { padding: 7px 10px; gap: 6px; } .choice .word { display: none; } #find { flex: 1 1 140px; }
  #news { padding: 0 10px; }
}
@media (max-width: 679px) {
  #news { height: 44px; } #news > * { -webkit-line-clamp: 2; line-height: 1.3; }
}
@media (max-width: 559px) {
  #details { display: block; } #details > div + div { margin-top: 15px; }
}
@media print {
  html, body { height: auto; } body { display: block; overflow: visible; } #bar .space, #find, #try, #as-table, #export, #columns, #here, #live { display: none; }
  #news { height: auto; min-height: 28px; } #news > * { -webkit-line-clamp: none; }
  #main { display: block; overflow: visible; } #left { display: block; height: auto; } #scroll { overflow: visible; flex: none; } #details { display: block; width: auto; height: auto; overflow: visible; border: 0; padding: 12px 0; break-before: auto; } #details .keys, #details .keys-head { display: none; } #key, #here:not(:empty) + #key { display: block; } #status { border: 0; } .finding { break-inside: avoid; }
}
`;
