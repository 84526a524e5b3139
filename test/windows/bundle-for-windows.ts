// Bundles the server and the command line with the paths and the disk of a pretend Windows in place of Node's own.

import * as fs from 'node:fs';
import * as promises from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build as bundle, type Plugin } from 'esbuild';
import { root } from '../support/bundles.ts';

const require = createRequire(import.meta.url);

/** What stands in for a module of Node: the names that it exports, and the object that has them. */
const stands = {
  fs: { names: Object.keys(fs), from: 'pretend-disk.mjs', object: 'pretendFs' },
  'fs/promises': {
    names: Object.keys(promises),
    from: 'pretend-disk.mjs',
    object: 'pretendPromises',
  },
  path: { names: Object.keys(path), from: 'pretend-path.mjs', object: 'pretendPath' },
  url: { names: ['fileURLToPath'], from: 'pretend-path.mjs', object: 'pretendUrl' },
};

const pretend: Plugin = {
  name: 'pretend-windows',
  setup(build) {
    build.onResolve(
      { filter: /^(?:node:)?(?:fs|fs\/promises|path|url)$/ },
      ({ path: name, importer }) =>
        importer.startsWith(path.join(root, 'server/src'))
          ? { path: name.replace('node:', ''), namespace: 'pretend' }
          : undefined,
    );
    build.onResolve({ filter: /^real:/ }, ({ path: name }) => ({
      path: name.replace('real:', 'node:'),
      external: true,
    }));
    build.onLoad({ filter: /.*/, namespace: 'pretend' }, ({ path: name }) => {
      const { names, from, object } = stands[name as keyof typeof stands];
      const exported = names.filter((each) => each !== 'default');
      return {
        contents: [
          `import { ${object} } from ${JSON.stringify(path.join(import.meta.dirname, from))};`,
          ...exported.map((each) => `export const ${each} = ${object}.${each};`),
          `export default ${object};`,
        ].join('\n'),
        resolveDir: import.meta.dirname,
      };
    });
  },
};

/** Writes `server.js` and `dtmap.js` into `folder`; they read the disk that `DTMAP_DISK` names, from the folder `DTMAP_CWD`. */
export async function bundleForWindows(folder: string): Promise<void> {
  await bundle({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'es2022',
    conditions: ['node', 'browser'],
    alias: { 'web-tree-sitter': require.resolve('web-tree-sitter') },
    plugins: [pretend],
    logLevel: 'warning',
    entryPoints: { server: 'server/src/main-lsp.ts', dtmap: 'server/src/main-cli.ts' },
    outdir: folder,
    banner: {
      js: 'process.env.DTMAP_BUNDLE = __dirname; process.cwd = () => process.env.DTMAP_CWD;',
    },
  });
  for (const file of [
    'web-tree-sitter/web-tree-sitter.wasm',
    'tree-sitter-devicetree/tree-sitter-devicetree.wasm',
  ])
    fs.copyFileSync(require.resolve(file), path.join(folder, path.basename(file)));
}
