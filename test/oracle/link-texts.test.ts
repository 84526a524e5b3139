// A kernel whose links were checked out as text: its arm64 boards give the findings of the tree with links.

import assert from 'node:assert/strict';
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dtmap } from '../support/run-dtmap.ts';
import { kernelTree } from './kernel-tree.ts';

/** All boards with DTMAP_KERNEL_BOARDS=all, else one vendor's in seven. */
const every = process.env['DTMAP_KERNEL_BOARDS'] === 'all' ? 1 : 7;
const boards = 'arch/arm64/boot/dts';
const parts = [boards, 'arch/arm/boot/dts', 'include/dt-bindings', 'scripts/dtc/include-prefixes'];

/** Copies `part` of the kernel, links as `write` makes them. */
function copy(from: string, to: string, write: (target: string, file: string) => void): void {
  if (lstatSync(from).isSymbolicLink()) {
    mkdirSync(path.dirname(to), { recursive: true });
    write(readlinkSync(from), to);
  } else if (lstatSync(from).isDirectory())
    for (const name of readdirSync(from)) copy(path.join(from, name), path.join(to, name), write);
  else cpSync(from, to);
}

describe('links of the kernel checked out as text', function () {
  this.timeout(1_800_000);
  let folder = '';
  before(() => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'dtmap-kernel-links-')));
    const ways = { links: symlinkSync, text: (t: string, f: string) => writeFileSync(f, t) };
    for (const [kind, write] of Object.entries(ways))
      for (const part of [...parts, 'include/uapi/linux/input-event-codes.h'])
        copy(path.join(kernelTree(), part), path.join(folder, kind, part), write);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('arm64: the findings are those of the tree with links', async () => {
    const vendors = readdirSync(path.join(folder, 'links', boards), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .filter((_, index) => index % every === 0)
      .map(({ name }) => `${boards}/${name}`);
    assert.ok(vendors.length > 2);
    const [links = '', text = ''] = await Promise.all(
      ['links', 'text'].map(async (kind) => {
        const ran = await dtmap(['check', '--format', 'json', ...vendors], {
          cwd: path.join(folder, kind),
        });
        return ran.stdout;
      }),
    );
    const read = (json: string) => JSON.parse(json) as { files: []; findings: { rule: string }[] };
    const [expected, found] = [read(links), read(text)];
    assert.ok(expected.files.length > 20);
    const isHint = ({ rule }: { readonly rule: string }): boolean => rule === 'link-as-text';
    assert.ok(found.findings.some(isHint));
    assert.deepEqual(
      { ...found, findings: found.findings.filter((each) => !isHint(each)) },
      expected,
    );
  });
});
