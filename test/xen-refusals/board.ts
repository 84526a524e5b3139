// The board that Xen likes, and what cases change about it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { writeDtb } from '../../server/src/dtb/write-dtb.ts';
import type { BootProfile } from '../../server/src/facts/boot-profile.ts';
import { bootXen } from '../../server/src/xen/boot.ts';
import { parseRelease } from '../../server/src/xen/releases.ts';
import type { XenBoot } from '../../server/src/xen/xen-boot.ts';
import { textTree } from '../support/source-tree.ts';
import { factsOf } from '../support/facts-of.ts';

export const board = readFileSync(
  path.join(import.meta.dirname, '../fixtures/xen-boots/basic-1bank/board.dts'),
  'utf8',
);
/** 2 GiB from 0x40000000; Xen, blob, kernel and ramdisk at 0x40200000, 0x44000000, 0x48000000, 0x4c000000. */
export const given: BootProfile = {
  xen: { address: 0x40200000n, size: 0x1500c8n, debug: true },
  // Larger than any of them, so that cases differ in what they are about only.
  dtb: { address: 0x44000000n, size: 0x4000n },
  kernel: { format: 'image', textOffset: 0n },
  cpus: 1,
};
/** Where UEFI puts the blob and how large it makes it nobody knows. */
export const UEFI: BootProfile = { boot: 'efi', dtb: { address: 0x44000000n } };
/** Boots a text as a release does; `more` says what is otherwise than in `given`. */
export function boot(text: string, name: string, more: BootProfile = {}): XenBoot {
  const tree = textTree(text);
  const release = parseRelease(name);
  assert.ok(release, name);
  const totalSize = BigInt(writeDtb(tree).length);
  return bootXen(tree, release, factsOf(tree, { ...given, ...more }, totalSize));
}

export const CELLS = '#address-cells = <2>; #size-cells = <2>;';

/** The board with these words in place of `dom0_mem=512M` on Xen's command line. */
export const words = (text: string): string => board.replace('dom0_mem=512M', text);
export const inChosen = (text: string): string =>
  board.replace(/\t\tmodule@48000000/, `${text}\n\t\tmodule@48000000`);
export const atRoot = (text: string): string => board.replace(/\tpsci \{/, `${text}\n\tpsci {`);
export const module = (more: string, kind = '', name = 'module@50000000'): string =>
  `${name} { compatible = ${kind}"multiboot,module"; ${more} };`;
export const domain = (more: string, size = 0x100000): string =>
  `domU1 { compatible = "xen,domain"; ${CELLS} ${more}\n` +
  `${module(`reg = <0 0x50000000 0 ${size}>;`, '"multiboot,kernel", ')} };`;
export const withoutArguments = board.replace(
  /xen,xen-bootargs = "[^"]*";/,
  'bootargs = "dom0_mem=256M";',
);
export const withoutDom0Arguments = withoutArguments.replace(/xen,dom0-bootargs = "[^"]*";/, '');

export type Expected =
  | readonly []
  | readonly [
      outcome: XenBoot['outcome']['kind'],
      /** What Xen says when it panics or hangs; then lines that are printed before. */
      last: string | undefined,
      ...lines: readonly string[],
    ];

export type Case = readonly [string, string, Readonly<Record<string, Expected>>, BootProfile?];

export const NO_RAM = 'Xen BUG at common/page_alloc.c';
export const REFUSED = 'Could not set up DOM0 guest OS (rc = -22)';
export const STATIC: BootProfile = { config: { staticMemory: true } };
/** A build without what the tree asks for. */
export const PLAIN: BootProfile = { config: { staticMemory: false, staticShm: false } };

/** Several releases, named with blanks between, of which the file of expectations says all. */
export const inReleases = (releases: string): Record<string, Expected> =>
  Object.fromEntries(releases.split(' ').map((release) => [release, []] as const));
/** The board with this `reg` of RAM; `more` is what else its node says. */
export const memory = (reg: string, more = ''): string =>
  board.replace(/(memory@40000000 \{ ?[^}]*?)reg = <[^>]*>;/, `$1${reg} ${more}`);
