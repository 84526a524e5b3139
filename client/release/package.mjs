// `npm run package`: builds the minified bundles and packs them into out/dtmap.vsix. Arguments go to vsce; without the addresses
// that --baseContentUrl and --baseImagesUrl give, the README's links stay relative.

import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from '../start/install-packages.mjs';

const given = process.argv.slice(2);
const vsix = path.join(root, 'out/dtmap.vsix');
mkdirSync(path.dirname(vsix), { recursive: true });
// Files of a zip carry a time: a fixed one, and a fixed order, so that the same source gives the same bytes.
const env = { ...process.env, SOURCE_DATE_EPOCH: process.env.SOURCE_DATE_EPOCH ?? '1700000000' };
const run = (script, ...args) =>
  execFileSync(process.execPath, [path.join(root, script), ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });

run('esbuild.mjs', '--minify');
// Everything is bundled, so nothing of node_modules is packed.
run(
  'node_modules/@vscode/vsce/vsce',
  'package',
  ...(given.length === 0 ? ['--no-rewrite-relative-links'] : given),
  '--no-dependencies',
  '--allow-missing-repository',
  '-o',
  vsix,
);
console.log(`${path.relative(root, vsix)}: ${String(Math.ceil(statSync(vsix).size / 1000))} kB`);
