// The memory map's HTML page: its frame, its style, and a policy that lets nothing else in.

/** What the page needs from its host. */
export interface PageParts {
  /** Fresh for every page. */
  readonly nonce: string;
  /** The address of the bundled script. */
  readonly script: string;
}

/** The page. Everything in it hangs on the theme's own variables; text gets in by the script alone. */
export function writePage({ nonce, script }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Memory map</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<header id="bar">
<h1 id="title">Memory map</h1>
<span id="releases" class="choice" role="radiogroup" aria-label="Release"></span>
<select id="try" aria-label="Try another release" hidden></select>
<span class="space"></span>
<button id="count" title="Next problem (F8)"></button>
<details id="columns" hidden><summary>Columns</summary><div id="column-list" role="group" aria-label="Columns shown"></div></details>
<button id="as-table" aria-pressed="false" title="The same map as a table (t)">Table</button>
<input id="find" type="search" placeholder="Name, address, mfn 0x…" aria-label="Find a node, an address or a frame number" spellcheck="false" autocomplete="off">
</header>
<div id="stale" role="status" hidden></div>
<main id="main">
<div id="left">
<svg id="heads" aria-hidden="true"></svg>
<div id="pane"><svg id="strip" aria-hidden="true"></svg><div id="scroll" tabindex="-1"><svg id="map"></svg></div></div>
<div id="table" tabindex="0" role="region" aria-label="Memory map as a table" hidden></div>
</div>
<aside id="details" aria-label="Selection" tabindex="-1"></aside>
<div id="empty" hidden></div>
</main>
<footer id="status"><span id="here"></span><svg id="key" aria-hidden="true"></svg></footer>
<div id="live" class="unseen" aria-live="polite"></div>
<script nonce="${nonce}" src="${script}"></script>
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
  --hover: var(--vscode-list-hoverBackground, #2a2d2e);
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

#bar { display: flex; align-items: center; gap: 10px; padding: 7px 14px; border-bottom: 1px solid var(--line); flex: none; min-width: 0; }
#title { font: inherit; font-weight: 600; margin: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; min-width: 40px; }
.space { flex: 1; }
.choice { display: inline-flex; border: 1px solid var(--input-line); border-radius: 5px; overflow: hidden; flex: none; }
.choice .word { padding: 2px 7px 2px 9px; color: var(--dim); }
.choice button { border: 0; background: none; padding: 2px 9px; cursor: pointer; color: var(--dim); white-space: nowrap; }
.choice .errors { margin-left: 2px; padding: 0 5px; border-radius: 8px; border: 1px solid var(--error); color: var(--error); font-weight: 600; }
.choice button:focus-visible { outline-offset: -2px; }
.choice button[aria-checked=true] { background: var(--chosen); color: var(--fg); font-weight: 600; }
body.vscode-high-contrast .choice button[aria-checked=true], body.vscode-high-contrast-light .choice button[aria-checked=true] { box-shadow: inset 0 0 0 2px var(--focus); }
#try { background: var(--input); border: 1px solid var(--input-line); border-radius: 4px; padding: 2px 4px; max-width: 96px; color: var(--dim); }
#find { background: var(--input); border: 1px solid var(--input-line); border-radius: 4px; padding: 2px 8px; width: 220px; min-width: 90px; flex: 0 1 220px; }
#find::placeholder { color: var(--dim); opacity: 1; }
#count, #as-table, #columns summary { color: var(--dim); white-space: nowrap; cursor: pointer; background: none; border: 0; padding: 2px 6px; border-radius: 4px; list-style: none; }
#count b { color: var(--error); font-weight: 600; } #count b.warning { color: var(--warning); }
#count:hover, #as-table:hover, #columns summary:hover { background: var(--hover); }
#as-table[aria-pressed=true] { color: var(--fg); background: var(--chosen); }
#columns { position: relative; }
#column-list { position: absolute; right: 0; top: 100%; z-index: 4; background: var(--bg); border: 1px solid var(--line); border-radius: 4px; padding: 6px 10px; white-space: nowrap; }
#column-list label { display: flex; gap: 6px; padding: 2px 0; align-items: center; }
#stale { padding: 4px 14px; border-bottom: 1px solid var(--line); background: color-mix(in srgb, var(--warning) 14%, var(--bg)); flex: none; }
body.vscode-high-contrast #stale, body.vscode-high-contrast-light #stale { background: var(--bg); border-bottom: 2px dashed var(--warning); }

#main { flex: 1; display: flex; min-height: 0; position: relative; }
#left { flex: 1; min-width: 0; display: flex; flex-direction: column; }
#heads { flex: none; display: block; border-bottom: 1px solid var(--line); }
#pane { flex: 1; display: flex; min-height: 0; }
#strip { flex: none; display: block; cursor: pointer; }
#scroll { flex: 1; min-width: 0; overflow: hidden auto; scrollbar-width: thin; outline: none; }
#map { display: block; }
body.stale #map, body.stale #strip { filter: saturate(.25); opacity: .72; }
.block { cursor: pointer; outline: none; transition: opacity .2s; }
.note { cursor: pointer; }
.entering { animation: entering .32s ease; } @keyframes entering { from { opacity: 0; } }
.changed { opacity: 0; animation: changed 1.5s ease-out; } @keyframes changed { 18%, 60% { opacity: 1; } }
@media (prefers-reduced-motion: reduce) { .entering, .changed { animation: none; } .block { transition: none; } }
body.vscode-reduce-motion .entering, body.vscode-reduce-motion .changed { animation: none; } body.vscode-reduce-motion .block { transition: none; }
#status { flex: none; height: 26px; border-top: 1px solid var(--line); color: var(--dim); font-size: 12px; white-space: nowrap; overflow: hidden; display: flex; align-items: center; }
#here { padding: 0 14px; color: var(--fg); overflow: hidden; text-overflow: ellipsis; } #here:empty { display: none; }
#here:not(:empty) + #key { display: none; }
#key { flex: none; display: block; }

#details { width: 318px; flex: none; border-left: 1px solid var(--line); padding: 12px 16px 20px; overflow: auto; scrollbar-width: thin; outline-offset: -2px; }
#details h2 { margin: 0; font-size: 15px; font-weight: 600; overflow-wrap: anywhere; } #details h2 .node { color: var(--dim); font-weight: 400; }
#details h3 { font-size: 11px; font-weight: 600; color: var(--dim); margin: 15px 0 4px; } #details > div > h3:first-child { margin-top: 0; }
#details > div + div > h3:first-child { margin-top: 15px; } #details p { margin: 0; }
.range { font-family: var(--mono); margin: 7px 0 1px; } .mono { font-family: var(--mono); font-size: .94em; }
.sub { color: var(--dim); font-size: 12px; }
.finding { border-left: 3px solid var(--error); padding: 2px 0 2px 10px; margin: 12px 0 0; } .finding.warning { border-color: var(--warning); } .finding.information, .finding.hint { border-color: var(--dim); }
.finding b { font-weight: 600; display: block; } .finding .log { font-family: var(--mono); font-size: 11px; color: var(--dim); margin: 4px 0; overflow-wrap: anywhere; }
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
#table { flex: 1; overflow: auto; padding: 10px 14px; } #table table { border-collapse: collapse; font-size: 12px; } #table caption { text-align: left; padding: 0 0 8px; color: var(--dim); }
#table th { text-align: left; position: sticky; top: -10px; background: var(--bg); padding: 3px 14px 3px 0; } #table td { padding: 2px 14px 2px 0; border-top: 1px solid var(--line); white-space: nowrap; } #table td:nth-child(-n+3) { font-family: var(--mono); text-align: right; }
#table .tools { display: flex; gap: 14px; padding-bottom: 8px; }
#empty { position: absolute; inset: 0; background: var(--bg); padding: 11vh 12% 0; z-index: 3; } #empty h2 { font-size: 17px; font-weight: 600; margin: 0 0 6px; } #empty p { max-width: 58ch; color: var(--dim); margin: 0 0 10px; } #empty .link { display: block; margin: 4px 0; }
body.empty #releases, body.empty #try, body.empty #find, body.empty #as-table, body.empty #count, body.empty #columns { display: none; }
@media (max-width: 819px) {
  #main { flex-direction: column; } #left { min-height: 0; }
  #details { flex: none; width: auto; border-left: 0; border-top: 1px solid var(--line); height: 37%; padding: 10px 14px 14px; display: flex; gap: 22px; } #details > div { flex: 1 1 0; min-width: 0; } #details > div + div > h3:first-child { margin-top: 0; }
  .choice .word { display: none; } #find { flex: 1 1 100px; } #bar { gap: 6px; padding: 7px 10px; }
}
`;
