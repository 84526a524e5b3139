// Bundles the extension, the language server and the command line into dist/.
//   node esbuild.mjs [--minify | --watch]      --minify leaves out source maps: what is packaged

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { build, context } from 'esbuild';
import { writeNotices } from './client/release/write-notices.mjs';

const require = createRequire(import.meta.url);
const root = import.meta.dirname;
const minify = process.argv.includes('--minify');
const watch = process.argv.includes('--watch');

/**
 * The protocol's library loads what only other transports need: 8 ms of CPU at each start of the server. Here such a module of Node
 * is loaded when something of it is used.
 * @type {import('esbuild').Plugin}
 */
const loadWhenUsed = {
  name: 'load-when-used',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:child_process|crypto)$/ }, ({ path, importer }) =>
      /[\\/]vscode-(?:languageserver|jsonrpc)[\\/]/.test(importer)
        ? { path, namespace: 'load-when-used' }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'load-when-used' }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => require('node:${path}')[name] });`,
    }));
  },
};

/** @type {import('esbuild').BuildOptions} */
const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'es2022',
  // Extension and server run in Node and in the browser: each imports what is for its side only when it is there.
  conditions: ['node', 'browser'],
  // The ESM build of web-tree-sitter asks for import.meta.url, which CommonJS output does not have.
  alias: { 'web-tree-sitter': require.resolve('web-tree-sitter') },
  external: ['vscode'],
  minify,
  sourcemap: !minify,
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'warning',
};

const bundles = [
  { ...shared, entryPoints: ['client/src/extension.ts'], outfile: 'dist/extension.js' },
  {
    ...shared,
    entryPoints: ['server/src/main-lsp.ts'],
    outfile: 'dist/server.js',
    plugins: [loadWhenUsed],
  },
  {
    ...shared,
    entryPoints: ['server/src/main-lsp-cached.ts'],
    outfile: 'dist/server-cached.js',
  },
  { ...shared, entryPoints: ['server/src/main-cli.ts'], outfile: 'dist/dtmap.js' },
  { ...shared, entryPoints: ['server/src/main-library.ts'], outfile: 'dist/library.js' },
  { ...shared, entryPoints: ['server/src/main-mcp.ts'], outfile: 'dist/mcp.js' },
  {
    ...shared,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    entryPoints: ['client/src/webview/main.ts'],
    outfile: 'dist/webview.js',
  },
];

rmSync(`${root}/dist`, { recursive: true, force: true });
mkdirSync(`${root}/dist/web`, { recursive: true });
const copied = [
  'web-tree-sitter/web-tree-sitter.wasm',
  'tree-sitter-devicetree/tree-sitter-devicetree.wasm',
].map((file) => require.resolve(file));
for (const file of copied) copyFileSync(file, `${root}/dist/${basename(file)}`);

// Pages that resemble each other take a third of the room when they are packed as one file.
const pages = `${root}/server/docs/rules`;
const rules = readdirSync(pages)
  .filter((name) => name !== 'README.md')
  .map((name) => [name.replace(/\.md$/, ''), readFileSync(`${pages}/${name}`, 'utf8')]);
writeFileSync(`${root}/dist/rules.json`, JSON.stringify(Object.fromEntries(rules)));

// dtschema's own schemas, which bindings refer to. Their examples are left out.
const schemas = `${root}/server/dtschema`;
const core = readdirSync(schemas, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.replaceAll('\\', '/'))
  .sort()
  .map((name) => [
    name,
    readFileSync(`${schemas}/${name}`, 'utf8').replace(/\nexamples:[^]*/, '\n'),
  ]);
writeFileSync(`${root}/dist/dtschema.json`, JSON.stringify(Object.fromEntries(core)));

if (watch) {
  for (const bundle of bundles) await (await context({ ...bundle, logLevel: 'info' })).watch();
} else {
  const built = await Promise.all(bundles.map((bundle) => build({ ...bundle, metafile: true })));
  writeNotices(
    built.map(({ metafile }) => metafile),
    copied,
    [schemas],
  );
  // The same bundles under the names of a browser build, for hosts that want a folder to serve; they are not packaged.
  for (const file of ['extension.js', 'server.js']) {
    copyFileSync(`${root}/dist/${file}`, `${root}/dist/web/${file}`);
  }
}
