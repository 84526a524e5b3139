// RAM in several memory nodes, of which U-Boot fills in one with the RAM of all.

import { tuplesOf } from '../../addresses/cells.ts';
import { formatRange } from '../../addresses/format.ts';
import { overlaps, union, type Range } from '../../addresses/region.ts';
import { linuxRootCells } from '../../linux/scan.ts';
import { isEnabled } from '../../memory/map-memory.ts';
import { baseName, spanOf, type DtNode } from '../../tree/device-tree.ts';
import { behavioursOf } from '../../xen/behaviours.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import type { Board } from '../board.ts';
import { deleteNode } from '../delete-node.ts';
import { both, wayOf, type Proposal, type Ways } from '../proposal.ts';
import { rule } from '../rule.ts';

interface Facts {
  /** The node that U-Boot fills in. */
  readonly first: DtNode;
  /** The nodes that it leaves, in blob order. */
  readonly others: readonly DtNode[];
  /** Their RAM. */
  readonly banks: readonly Range[];
  /** Whether it is known that U-Boot starts the system. */
  readonly isKnown: boolean;
}

/** Banks that a message names. */
const MOST_BANKS = 3;

export const severalMemoryNodesUboot = rule<Facts>({
  id: 'several-memory-nodes-uboot',
  severity: 'information',
  title: 'U-Boot leaves RAM in two memory nodes, and Xen panics',
  why: `
Before it starts a system, U-Boot writes all the RAM it knows into the first memory node of the root and leaves the others
as they are (\`fdt_fixup_memory_banks\`; CONFIG_ARCH_FIXUP_FDT_MEMORY, on by default). The RAM of the others is in the tree twice
then. Linux joins the banks without a word; every release of Xen panics ("Xen BUG at common/page_alloc.c").`,
  instead: `
Put all banks into one node, a tuple of \`reg\` for each; or build U-Boot without CONFIG_ARCH_FIXUP_FDT_MEMORY, or delete the other
nodes in the boot script (\`fdt rm\`). If another boot loader starts the board, say so: \`bootLoader: "other"\` in the boot
profile.`,
  source: [
    'u-boot: fdt_fixup_memory_banks, fdt_find_or_add_subnode (2024.01)',
    'xen: bootmem_region_add (4.22)',
  ],

  *check(board: Board) {
    const { boot, bootLoader, memory } = board.facts;
    if (boot.value === 'efi' || bootLoader.value !== 'u-boot' || memory.value !== undefined) return;
    const { root } = board.tree;
    // U-Boot finds it by the name before the unit address, whatever else the node says.
    const first = root.children.find((node) => baseName(node) === 'memory');
    if (!first) return;
    const isKnown = bootLoader.basis !== 'assumed';
    if (!isForXen(board) && !isKnown) return;
    for (const xen of xenBoots(board)) {
      if (behavioursOf(xen.release).honoursStatus && !isEnabled(first)) continue;
      // What U-Boot does not take for RAM it does not write, either.
      const left = xen.ram.filter(
        ({ node, start, end }) =>
          node?.parent === root && node !== first && isEnabled(node) && start < end,
      );
      // What is there twice already is told as that.
      const once = left.filter((bank) =>
        xen.ram.every((other) => other.node === bank.node || !overlaps(other, bank)),
      );
      const others = root.children.filter((node) => once.some((bank) => bank.node === node));
      const [at, ...more] = others.flatMap((node) => node.openings[0]?.name ?? []);
      const opening = first.openings[0]?.name;
      if (!at || !opening) continue;
      yield {
        at,
        facts: { first, others, banks: union(once), isKnown },
        target: xen.target,
        ...(isKnown ? { severity: 'warning' as const } : {}),
        related: [
          { message: `U-Boot writes all banks into ${first.name}`, at: opening },
          ...more.map((each) => ({ message: 'another node that U-Boot leaves', at: each })),
        ],
      };
    }
  },

  message({ first, others, banks, isKnown }) {
    const [other, ...more] = others.map(({ name }) => name);
    const shown = banks.slice(0, MOST_BANKS).map(formatRange).join(', ');
    const twice =
      `all banks go into ${first.name}, and ${other ?? ''} ` +
      `${more.length > 0 ? `and ${more.length} more have` : 'has'} ${shown}` +
      `${banks.length > MOST_BANKS ? ' …' : ''} a second time`;
    // Which boot loader starts the board is a guess, so what comes of it is not said of the board.
    return isKnown
      ? `Xen panics if U-Boot fills in RAM: ${twice}`
      : `if U-Boot starts this board and fills in RAM, ${twice}, which Xen does not accept`;
  },

  fixes({ facts: { first, others } }, board) {
    const merged = mergeInto(board, first, others);
    return merged ? [{ ...merged, preferred: true }] : [];
  },
});

/** What a memory node says beside its ranges, which another node can say as well. */
const SAME_IN_BOTH = new Set(['device_type', 'reg', 'phandle']);

/** The proposal to append the tuples of `others` to those of `first` and to delete them; undefined where they say more. */
function mergeInto(board: Board, first: DtNode, others: readonly DtNode[]): Proposal | undefined {
  const into = first.properties.get('reg');
  const target = into?.definition?.value;
  const cells = linuxRootCells(board.tree);
  const width = (cells.address + cells.size) * 4;
  // A size of 0 leaves the bank to the boot loader, which fills in all of them.
  if (!into || !target || !isEnabled(first) || into.bytes.length % width !== 0) return undefined;
  if (tuplesOf(into, cells).some(({ size }) => size === 0n)) return undefined;
  const bytes = [...into.bytes];
  const added: string[] = [];
  const deletions: Proposal[] = [];
  for (const other of others) {
    const from = other.properties.get('reg');
    const text = from?.definition?.value && textAt(board, from.definition.value);
    const deletion = deleteNode(board, other);
    const isPlain = [...other.properties.keys()].every((name) => SAME_IN_BOTH.has(name));
    if (!from || text === undefined || !deletion || !isPlain || other.children.length > 0)
      return undefined;
    if (from.bytes.length % width !== 0) return undefined;
    bytes.push(...from.bytes);
    added.push(text.replace(/\s+/g, ' '));
    deletions.push(deletion);
  }
  const { file, end } = spanOf(target);
  return {
    title: `Merge ${others.map(({ name }) => name).join(', ')} into ${first.name}`,
    change: [
      { kind: 'set-property', node: first.path, property: 'reg', bytes: Uint8Array.from(bytes) },
      ...deletions.flatMap(({ change }) => change),
    ],
    ways: deletions.reduce<Ways>(
      (ways, deletion) => both(ways, deletion.ways),
      wayOf({ at: { file, start: end, end }, text: `, ${added.join(', ')}` }),
    ),
  };
}

/** What is written at a place, on one line; undefined without a source. */
function textAt(board: Board, at: Parameters<typeof spanOf>[0]): string | undefined {
  const { file, start, end } = spanOf(at);
  const source = board.files.get(file);
  return typeof source === 'string' ? undefined : source.text.slice(start, end);
}
