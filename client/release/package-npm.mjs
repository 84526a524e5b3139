// Packs the command line, the language server and the library as an npm package: out/npm is the folder, out/dtmap-VERSION.tgz
// the tarball. The manifest of the repository is the extension's; npm's is made from it here.

import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../start/install-packages.mjs';
import { functionNames, writeTypes } from './write-types.mjs';

const staged = path.join(root, 'out/npm');
const bundles = [
  'dtmap.js',
  'server.js',
  'library.js',
  // What `dtmap map --format html` puts into its page.
  'webview.js',
  'mcp.js',
  'web-tree-sitter.wasm',
  'tree-sitter-devicetree.wasm',
];

rmSync(staged, { recursive: true, force: true });
mkdirSync(path.join(staged, 'dist'), { recursive: true });
for (const file of [...bundles, 'NOTICES.txt', 'sbom.json'])
  copyFileSync(path.join(root, 'dist', file), path.join(staged, 'dist', file));
for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE'])
  copyFileSync(path.join(root, file), path.join(staged, file));
// What findings link to.
cpSync(path.join(root, 'server/docs/rules'), path.join(staged, 'server/docs/rules'), {
  recursive: true,
});
writeTypes(path.join(staged, 'dist'));
writeFileSync(
  path.join(staged, 'dist/library.mjs'),
  `import library from './library.js';\nexport const { ${functionNames().join(', ')} } = library;\n`,
);

const { name, version, description, license, keywords, engines, bin } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
);
const manifest = {
  name,
  version,
  description,
  license,
  keywords,
  engines: { node: engines.node },
  bin,
  main: './dist/library.js',
  types: './dist/library.d.ts',
  exports: {
    '.': {
      import: { types: './dist/library.d.mts', default: './dist/library.mjs' },
      require: { types: './dist/library.d.ts', default: './dist/library.js' },
    },
    './package.json': './package.json',
  },
  files: ['dist', 'server/docs/rules', 'CHANGELOG.md'],
};
writeFileSync(path.join(staged, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);

const packed = execFileSync(
  'npm',
  ['pack', '--silent', '--ignore-scripts', '--pack-destination', path.join(root, 'out')],
  {
    cwd: staged,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  },
);
console.log(`out/${packed.trim()}`);
