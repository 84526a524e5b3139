// Puts dtmap on the PATH for the GitHub action: the package named in PACKAGE, else that of the release that the action is of.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runNpm } from '../start/run-npm.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const { name, version, homepage } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
);
const released = `${homepage}/releases/download/v${version}/${name}-${version}.tgz`;

runNpm(process.cwd(), [
  'install',
  '--global',
  '--no-audit',
  '--no-fund',
  process.env.PACKAGE || released,
]);
