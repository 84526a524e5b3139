// Holds what the code promises about itself: layers, importers, names, first sentences, rules and their fixtures.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { allSystems } from '../server/src/systems/all-systems.ts';
import { allRules } from '../server/src/rules/all-rules.ts';

const root = path.resolve(import.meta.dirname, '..');

/** What all systems may import. */
const underSystems = ['text', 'tree', 'addresses', 'memory', 'messages', 'facts', 'target'];

/** The folders of the systems: those that export one. */
const systemFolders = readdirSync(path.join(root, 'server/src'))
  .filter((name) => existsSync(path.join(root, 'server/src', name, 'system.ts')))
  .filter((name) => name !== 'target');

/** A stage may import itself and the stages listed for it; the order is that of the pipeline. */
const layers: Readonly<Record<string, readonly string[]>> = {
  text: [],
  preprocess: ['text'],
  syntax: ['text'],
  tree: ['text', 'preprocess', 'syntax'],
  dtb: ['text', 'preprocess', 'tree'],
  bindings: ['text', 'tree'],
  addresses: ['text', 'tree'],
  memory: ['text', 'tree', 'addresses'],
  messages: [],
  facts: ['text', 'tree', 'addresses', 'memory'],
  target: ['text', 'tree', 'addresses', 'memory', 'facts'],
  ...Object.fromEntries(systemFolders.map((folder) => [folder, underSystems])),
  systems: ['text', 'tree', 'addresses', 'memory', 'facts', 'target', ...systemFolders],
  rules: [
    'text',
    'bindings',
    'preprocess',
    'tree',
    'addresses',
    'memory',
    'messages',
    'facts',
    'target',
    'xen',
    'linux',
    'systems',
  ],
  inputs: [
    'text',
    'preprocess',
    'tree',
    'dtb',
    'addresses',
    'memory',
    'facts',
    'xen',
    'systems',
    'rules',
  ],
  console: ['text', 'addresses', 'memory', 'messages', 'facts', 'xen', 'linux'],
  analysis: [
    'text',
    'bindings',
    'preprocess',
    'syntax',
    'tree',
    'dtb',
    'addresses',
    'memory',
    'facts',
    'target',
    'systems',
    'rules',
  ],
};
const core = Object.keys(layers);
const allowed: Readonly<Record<string, readonly string[]>> = {
  ...layers,
  ide: core,
  'map-view': ['text', 'tree', 'addresses', 'memory', 'target', 'systems', 'rules'],
  'boot-files': core,
  lsp: [...core, 'ide', 'map-view', 'boot-files'],
  cli: [...core, 'ide', 'map-view', 'boot-files'],
  mcp: ['cli'],
  'node-file-reason.ts': [],
  'node-write-files.ts': ['text', 'node-file-reason.ts'],
  'node-files.ts': ['text', 'node-file-reason.ts', 'node-write-files.ts'],
  'node-git.ts': ['cli', 'text'],
  'node-shell.ts': ['cli', 'bindings', 'text', 'node-files.ts', 'node-git.ts'],
  'main-cli.ts': ['cli', 'node-shell.ts'],
  'main-library.ts': ['cli', 'node-shell.ts'],
  'main-mcp.ts': ['cli', 'mcp', 'node-shell.ts'],
  'main-lsp.ts': ['main-lsp-node.ts', 'main-lsp-web.ts'],
  'node-code-cache.ts': [],
  'node-tune-v8.ts': [],
  'main-lsp-cached.ts': ['node-code-cache.ts', 'node-tune-v8.ts'],
  'main-lsp-node.ts': [
    'lsp',
    'bindings',
    'text',
    'node-files.ts',
    'node-kept-texts.ts',
    'node-tune-v8.ts',
  ],
  'node-kept-texts.ts': ['lsp', 'node-code-cache.ts'],
  'main-lsp-web.ts': ['lsp', 'bindings'],
};

/** Packages that one place alone may know. */
const importers: readonly { package: RegExp; only: RegExp }[] = [
  { package: /^web-tree-sitter/, only: /^server\/src\/syntax\/create-parser\.ts$/ },
  {
    package: /^node:fs/,
    only: /^server\/src\/(node-(write-)?files|node-code-cache|node-kept-texts|main-lsp-cached)\.ts$/,
  },
  { package: /^(?:@modelcontextprotocol|zod)(?:\/|$)/, only: /^server\/src\/(mcp\/|main-mcp)/ },
  { package: /^js-yaml/, only: /^server\/src\/bindings\/read-yaml\.ts$/ },
  { package: /^vscode-languageserver/, only: /^server\/src\/(lsp\/|main-lsp-)/ },
  { package: /^vscode(-languageclient.*)?$/, only: /^client\/src\// },
  { package: /^node:/, only: /^server\/src\/(cli\/|node-|main-)/ },
];

interface Source {
  /** Relative to the root, with `/`. */
  readonly file: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const sources = ['server', 'client', 'test', '.'].flatMap(sourcesBelow);
const server = sources.filter(({ file }) => file.startsWith('server/src/'));
const client = sources.filter(({ file }) => file.startsWith('client/src/'));

describe('tidy', () => {
  it('stages import only stages before them', () => {
    none(
      server.flatMap(({ file, imports }) => {
        const layer = stage(file);
        return relativeImports(file, imports)
          .filter((target) => !target.startsWith('server/src/'))
          .map((target) => `${file} imports ${target}`)
          .concat(
            relativeImports(file, imports)
              .filter((target) => target.startsWith('server/src/'))
              .map(stage)
              .filter((target) => target !== layer && !allowed[layer]?.includes(target))
              .map((target) => `${file} must not import ${target}`),
          );
      }),
    );
  });

  it('the client knows of the server only its requests and the page of the map, its webview the drawing', () => {
    const drawing = /^server\/src\/(map-view|addresses)\//;
    const known = ['server/src/lsp/custom-requests.ts', 'server/src/map-view/map-page.ts'];
    none(
      client.flatMap(({ file, imports }) =>
        relativeImports(file, imports)
          .filter((target) => !target.startsWith('client/src/'))
          .filter((target) => !known.includes(target))
          .filter((target) => !(file.startsWith('client/src/webview/') && drawing.test(target)))
          .map((target) => `${file} imports ${target}`),
      ),
    );
  });

  it('packages are imported where they belong', () => {
    none(
      [...server, ...client].flatMap(({ file, imports }) =>
        imports.flatMap((name) =>
          importers
            .filter((rule) => rule.package.test(name) && !rule.only.test(file))
            .map((rule) => `${file} imports ${name}, which is for ${rule.only.source}`),
        ),
      ),
    );
  });

  it('every package that is bundled is justified, and no other', () => {
    const page = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');
    const [, table = ''] = page.split('## Packages at run time');
    const justified = [...table.matchAll(/`((?:@[\w-]+\/)?[\w-]+)`(?=[^|\n]*\|[^|\n]+\|\n)/g)];
    const imported = [...server, ...client]
      .flatMap(({ imports }) => imports)
      .filter((name) => !/^(?:\.|node:|vscode$)/.test(name))
      .map((name) => name.replace(/^((?:@[\w-]+\/)?[\w-]+)\/.*$/, '$1'));
    assert.deepEqual(
      new Set(justified.map(([, name = '']) => name)),
      // The grammar is a file that the build copies.
      new Set([...imported, 'tree-sitter-devicetree']),
    );
  });

  it('no file imports itself by way of others', () => {
    none(cycles([...server, ...client]));
  });

  it('every file begins with a sentence that says what it is', () => {
    none(
      sources
        .filter(({ text }) => !/^(#!.*\n)?\/\/ [A-Z`.#'"].*\S/.test(text))
        .map(({ file }) => `${file} has no first sentence`),
    );
  });

  it('steps of a system tell codes and facts, and leave the words to its catalogue', () => {
    const worded = /^server\/src\/\w+\/(?:messages|reasons|behaviours|verdicts)\b/;
    // Names that the system itself gives.
    const names = new Set(['Device Tree', 'System RAM']);
    none(
      server
        .filter(({ file }) => systemFolders.includes(stage(file)) && !worded.test(file))
        .flatMap(({ file, text }) => {
          const strings = withoutComments(text).matchAll(/(['"`])((?:\\.|(?!\1)[^\\\n])*)\1/g);
          return [...strings]
            .map(([, , string = '']) => string)
            .filter((string) => /[A-Za-z]{2,} [A-Za-z]{2,}/.test(string) && !names.has(string))
            .map((string) => `${file}: ${string}`);
        }),
    );
  });

  it('how a boot ends is asked of its system, and printed by `boot` alone', () => {
    const printing = new Set(['server/src/cli/boot-json.ts', 'server/src/cli/boot-command.ts']);
    const reads =
      /\bboot\w*\.outcome\b|\boutcome\b[^;{}]*\} = \w*boot\w*;|\boutcome\.(?:kind|because|line)\b/gi;
    const others = outsideSystems().filter(({ file }) => !printing.has(file));
    none(found(others, reads));
    assert.ok(found(server, reads).length > 0);
  });

  it('nobody outside its folder knows a system by the name of its targets', () => {
    const others = outsideSystems().filter(({ file }) => file !== 'server/src/systems/targets.ts');
    // A citation has a space behind the colon.
    const ids = allSystems.map(({ id }) => id).join('|');
    const names = new RegExp(`['"\`](?:${ids}):(?! )|\\bboard\\.(?:${ids})\\b`, 'g');
    none(found([...others, ...client], names));
    const defaults = server.filter((each) => !others.includes(each));
    assert.ok(found(defaults, names).length > 0);
  });

  it('nothing has a name that says nothing', () => {
    const vague = /(^|[/-])(utils?|helpers?|common|manager|misc|data|info)([-.]|$)|\/index\./;
    none(sources.filter(({ file }) => vague.test(file)).map(({ file }) => file));
    none(
      sources.flatMap(({ file, text }) =>
        [
          ...text.matchAll(
            /\b(?:interface|class|function|type) (I[A-Z]\w*|\w*(?:Util|Helper|Manager|Misc)s?)\b/g,
          ),
        ].map((match) => `${file}: ${match[1] ?? ''}`),
      ),
    );
  });

  it('every rule has its file and its fixtures, in the order of ids', () => {
    const ids = allRules.map(({ id }) => id);
    const dtcIds = new Set(
      allRules
        .filter(({ source }) => source.some((each) => /^dtc: -[WE] /.test(each)))
        .map(({ id }) => id),
    );
    assert.deepEqual(ids, [...new Set(ids)].sort());
    const files = server
      .filter(
        ({ file, text }) =>
          file.startsWith('server/src/rules/') &&
          /^export const .*= (rule|treeError|bindingRule)(<|\()/m.test(text),
      )
      .map(({ file }) => path.basename(file, '.ts'));
    // The checks that dtc makes too are families in rules/dtc/, under ids with dtc's underscores.
    const own = ids.filter((id) => !dtcIds.has(id));
    assert.deepEqual([...new Set(files)].sort(), own);
    none(
      ids.flatMap((id) => {
        const folder = path.join(root, 'test/fixtures/rules', id);
        const fixtures = existsSync(folder) ? readdirSync(folder) : [];
        return ['bad', 'good']
          .filter((kind) => !fixtures.some((name) => name.startsWith(kind)))
          .map((kind) => `test/fixtures/rules/${id} has nothing ${kind}`);
      }),
    );
  });
});

/** The server without the folders of its systems. */
function outsideSystems(): Source[] {
  return server.filter(({ file }) => !systemFolders.includes(stage(file)));
}

/** What `pattern` matches in the code of files, comments aside. */
function found(files: readonly Source[], pattern: RegExp): string[] {
  return files.flatMap(({ file, text }) =>
    [...withoutComments(text).matchAll(pattern)].map(([match]) => `${file}: ${match}`),
  );
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, '');
}

function none(complaints: readonly string[]): void {
  assert.equal(complaints.join('\n'), '');
}

/** Only files of the root itself for `.`. */
function sourcesBelow(folder: string): Source[] {
  const names = readdirSync(path.join(root, folder), {
    recursive: folder !== '.',
    encoding: 'utf8',
  });
  return names
    .map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/')))
    .filter((file) => /\.(ts|mts|mjs|cjs)$/.test(file) && !file.startsWith('test/fixtures/'))
    .map((file) => {
      const text = readFileSync(path.join(root, file), 'utf8');
      const imports = [...text.matchAll(/(?:\bfrom |\bimport |\bimport\()'([^'\n]+)'/g)];
      return { file, text, imports: imports.map((match) => match[1] ?? '') };
    });
}

function relativeImports(file: string, imports: readonly string[]): string[] {
  return imports
    .filter((name) => name.startsWith('.'))
    .map((name) => path.posix.join(path.posix.dirname(file), name));
}

/** The folder below server/src, or the file when it lies there itself. */
function stage(file: string): string {
  return file.split('/')[2] ?? '';
}

function cycles(files: readonly Source[]): string[] {
  const graph = new Map(files.map(({ file, imports }) => [file, relativeImports(file, imports)]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) found.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
    if (done.has(file) || trail.includes(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}
