// Xen keeps a disabled reserved region that Linux does not honour.

import { behavioursOf } from '../../xen/behaviours.ts';
import { printXen, XEN_MARK } from '../../xen/messages.ts';
import type { XenBoot } from '../../xen/xen-boot.ts';
import { overlaps } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import { spanOf } from '../../tree/device-tree.ts';
import { stringValue } from '../../tree/string-bytes.ts';
import type { Board } from '../board.ts';
import { deleteNode } from '../delete-node.ts';
import type { Proposal } from '../proposal.ts';
import { removeProperty } from '../remove-property.ts';
import { rule, type Found } from '../rule.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly node: DtNode;
  /** Whether a release that was asked for does so; otherwise it is to be known. */
  readonly isChosen: boolean;
}

/** The status is the cause; name and range are where people look. Undefined for a node without a text. */
function placesOf(
  { written }: Reserved,
  node: DtNode,
): Pick<Found<Facts>, 'at' | 'related'> | undefined {
  const at = node.properties.get('status')?.definition?.whole ?? written;
  const name = node.openings[0]?.name;
  if (!at) return undefined;
  return {
    at,
    related: [
      ...(name ? [{ message: `${node.name} is here`, at: name }] : []),
      ...(written && written !== at ? [{ message: 'its range is here', at: written }] : []),
    ],
  };
}

/** What a debug build prints when dom0 uses the page at an address for a hypercall. */
function refusalOf({ release }: XenBoot, address: bigint): string {
  const facts = { vcpu: 'd0v0', mfn: address >> 12n };
  return `${XEN_MARK}arch/arm/p2m.c: ${printXen('mfn-refused', facts, behavioursOf(release))}`;
}

export const reservedDisabledKept = rule<Facts>({
  id: 'reserved-disabled-kept',
  severity: 'error',
  title: 'Xen keeps a disabled reserved region, and gives it to dom0 as RAM',
  why: `
Xen 4.13 to 4.18 do not look at \`status\` below /reserved-memory. The range is taken out of Xen's allocator, mapped into
dom0 and listed in dom0's second memory node. Linux ignores a disabled node, so it takes the range for ordinary RAM. As
soon as it uses such a page for a hypercall, Xen refuses: dom0 does not own the page. A debug build of Xen says "Failing to
acquire the MFN"; a release build says nothing, and dom0 hangs or panics. A small region may never be used in that way.`,
  instead: `
Delete the node (or its \`status\`, when the region is meant to be reserved). Xen 4.19 and later skip disabled nodes.`,
  source: [
    'xen: process_reserved_memory_node (4.22)',
    'xen: make_memory_node (4.22)',
    'xen: get_page_from_gva (4.22)',
  ],
  behaviours: ['xen.readsReservedMemory', 'xen.honoursStatus'],

  *check(board: Board) {
    const told = new Set<DtNode>();
    for (const boot of xenBoots(board)) {
      for (const kept of boot.reserved) {
        const { node } = kept;
        if (kept.kind !== 'reserved-memory' || !node) continue;
        const region = board.map.reserved.find(
          (each) => each.node === node && each.start === kept.start && each.end === kept.end,
        );
        if (!region || region.enabled) continue;
        told.add(node);
        const isRam = boot.ram.some((bank) => overlaps(bank, kept));
        const found = placesOf(region, node);
        if (!found) continue;
        yield {
          ...found,
          facts: { node, isChosen: true },
          target: boot.target,
          log: [{ target: boot.target, line: refusalOf(boot, kept.start) }],
          ...(isRam ? {} : { severity: 'warning' as const }),
        };
      }
    }
    // A tree that is not made for Xen yet: which release will boot it is open.
    if (xenBoots(board).length === 0 || isForXen(board)) return;
    const ram = ramOf(board.map);
    for (const region of board.map.reserved) {
      const { node } = region;
      const isKept = region.kind === 'static' && region.end > region.start;
      const found = node && placesOf(region, node);
      if (!isKept || region.enabled || !node || !found || told.has(node)) continue;
      if (board.map.ramKnown && ram.some((bank) => overlaps(bank, region)))
        yield {
          ...found,
          facts: { node, isChosen: false },
          severity: 'information',
        };
    }
  },

  message({ node, isChosen }, releases) {
    const who = isChosen ? releases : 'Xen 4.13 to 4.18';
    const verb = !isChosen || releases.includes(',') ? 'ignore' : 'ignores';
    return `${who} ${verb} status = "disabled": dom0 gets ${node.name} as RAM but does not own it`;
  },

  fixes({ facts: { node } }, board) {
    const deletion = deleteNode(board, node);
    return [...enabling(board, node), ...(deletion ? [deletion] : [])];
  },
});

/** Without `status` the node is enabled; where an earlier one would come to light, the last one says so. */
function enabling(board: Board, node: DtNode): Proposal[] {
  const status = node.properties.get('status');
  const value = status?.definition?.value;
  if (!status || !value) return [];
  if (status.overridden.length === 0) {
    const removal = removeProperty(board, node, 'status');
    const title = `Remove status, so that ${node.name} stays reserved`;
    return removal ? [{ ...removal, title, preferred: true }] : [];
  }
  return [
    {
      title: `Set status = "okay", so that ${node.name} stays reserved`,
      change: [
        { kind: 'set-property', node: node.path, property: 'status', bytes: stringValue('okay') },
      ],
      ways: [[{ at: spanOf(value), text: '"okay"' }]],
      preferred: true,
    },
  ];
}
