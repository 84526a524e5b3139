// A boot module's size in the tree is not that of the file that is loaded there.

import { regCells } from '../../addresses/cells.ts';
import { formatAddress } from '../../addresses/format.ts';
import type { Module } from '../../memory/memory-map.ts';
import type { Board, Load } from '../board.ts';
import { rewriteTuple } from '../rewrite-tuple.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly module: Module;
  readonly load: Load;
  /** Bytes of the file. */
  readonly size: bigint;
}

export const moduleSizeNotFile = rule<Facts>({
  id: 'module-size-not-file',
  severity: 'warning',
  title: "A boot module's size is not its file's",
  why: `
Xen believes the size in the tree. A module that is larger than its file claims what lies behind it: Xen itself, the
blob, the next file; a compressed kernel cannot be unpacked, since its true length stands in its last bytes. A module that
is smaller is cut off.`,
  instead: "Write the file's size, or let the boot script set it (`fdt set … reg`, `${filesize}`).",
  source: [
    'xen: add_boot_module (4.22)',
    'xen: kernel_decompress (4.22)',
    'xen: output_length (4.22)',
  ],

  *check(board: Board) {
    for (const module of board.map.modules) {
      // The last file loaded to an address is the one that is there.
      const load = board.loads?.findLast(({ address }) => address === module.start);
      const size = module.end - module.start;
      if (!module.written || load?.size === undefined || load.size === size) continue;
      yield {
        at: module.written,
        facts: { module, load, size: load.size },
        related: [{ message: `${load.file} is loaded here`, at: load.at }],
        ...(size < load.size ? { severity: 'error' as const } : {}),
      };
    }
  },

  message: ({ module, load, size }) =>
    `the ${module.kind} module says ${formatAddress(module.end - module.start)} bytes, ${load.file} has ${formatAddress(size)}`,

  fixes({ facts: { module, size } }, board) {
    const { node } = module;
    const property = node.properties.get('reg');
    const place = { start: module.start, end: module.start + size };
    const tuple = property && rewriteTuple(board, node, property, 0, regCells(node), place);
    if (!tuple) return [];
    const title = `Set the size to ${formatAddress(size)}, the file's`;
    return [{ title, ...tuple, change: [tuple.change], preferred: true }];
  },
});
