// `npm run release`: checks everything, packs the VSIX and the npm tarball twice, and leaves them with their sums in out/release
// when both times gave the same bytes. --packed-only leaves out the checks.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installPackages, root } from '../start/install-packages.mjs';

const release = path.join(root, 'out/release');
const node = (...args) => execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });

// Archives keep the modes of files: those of what is built here must not depend on who builds.
process.umask(0o022);
installPackages();
if (!process.argv.includes('--packed-only')) {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const suites = Object.values(scripts).filter((script) => script.startsWith('node test/run.mjs '));
  for (const suite of suites) node(...suite.split(' ').slice(1));
}
const first = pack();
const second = pack();
const differing = Object.keys(first).filter((name) => first[name] !== second[name]);
if (differing.length > 0) throw new Error(`packed twice, differs: ${differing.join(', ')}`);

rmSync(release, { recursive: true, force: true });
mkdirSync(release, { recursive: true });
for (const name of Object.keys(first))
  copyFileSync(path.join(root, 'out', name), path.join(release, name));
for (const name of ['NOTICES.txt', 'sbom.json'])
  copyFileSync(path.join(root, 'dist', name), path.join(release, name));
const sums = readdirSync(release).map((name) => `${sumOf(path.join(release, name))}  ${name}\n`);
writeFileSync(path.join(release, 'SHA256SUMS'), sums.join(''));
console.log(`\nout/release:\n${sums.join('')}`);

/** The sums of the packages, by their names in out/. */
function pack() {
  mkdirSync(path.join(root, 'out'), { recursive: true });
  for (const name of packages()) rmSync(path.join(root, 'out', name));
  node('client/release/package.mjs');
  node('client/release/package-npm.mjs');
  return Object.fromEntries(packages().map((name) => [name, sumOf(path.join(root, 'out', name))]));
}

function packages() {
  return readdirSync(path.join(root, 'out')).filter((name) => /^dtmap.*\.(vsix|tgz)$/.test(name));
}

function sumOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
