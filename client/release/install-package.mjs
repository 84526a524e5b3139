// Puts dtmap on the PATH for the GitHub action: the package named in PACKAGE, else that of the release that the action is of.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runNpm } from '../start/run-npm.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const { name, version, homepage } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
);
const given = process.env.PACKAGE ?? '';
const released = `${homepage}/releases/download/v${version}/${name}-${version}.tgz`;

// npm takes a/b.tgz for a repository, so a file is named by its whole path.
const wanted = existsSync(given) ? path.resolve(given) : given || released;
runNpm(process.cwd(), ['install', '--global', '--no-audit', '--no-fund', wanted]);
