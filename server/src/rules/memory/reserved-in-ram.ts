// The plain facts of a healthy carve-out: which bank it lies in, who owns it, what dom0 is told.

import { formatRange, formatSize } from '../../addresses/format.ts';
import { contains, indexBehind, overlaps, type Range } from '../../addresses/region.ts';
import { ramOf } from '../../memory/free-ranges.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import type { XenBoot } from '../../xen/xen-boot.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { xenBoots } from '../../xen/xen-boots.ts';

interface Facts {
  readonly region: Reserved;
  readonly bank: Range;
  readonly reader: 'linux' | 'xen-keeps' | 'xen-keeps-and-tells-dom0' | 'xen-uses';
}

function readerOf(boot: XenBoot, region: Reserved): Facts['reader'] {
  if (!boot.reserved.some((kept) => contains(kept, region))) return 'xen-uses';
  const told = boot.dom0?.memoryNodes.some(({ reg }) => reg.some((each) => overlaps(each, region)));
  return told ? 'xen-keeps-and-tells-dom0' : 'xen-keeps';
}

const SENTENCES: Readonly<Record<Facts['reader'], string>> = {
  linux: 'Linux keeps it out of its allocator',
  'xen-keeps': 'Xen keeps it out of its heap',
  'xen-keeps-and-tells-dom0':
    'Xen keeps it out of its heap and lists it as dom0 RAM, where Linux must reserve it',
  'xen-uses': 'Xen does not know the reservation and may use the memory',
};

export const reservedInRam = rule<Facts>({
  id: 'reserved-in-ram',
  severity: 'hint',
  title: 'A carve-out, as it is meant to look',
  why: `
A reserved region inside a RAM bank is no fault. This hint says which bank it was carved out of and who owns it under the
chosen targets.`,
  instead: 'Nothing. Raise the severity to list every carve-out of a board.',
  source: ['Devicetree Specification, section 3.5', 'xen: make_memory_node (4.22)'],

  *check(board: Board) {
    if (!board.map.ramKnown) return;
    const ram = ramOf(board.map);
    for (const region of board.map.reserved) {
      if (region.kind !== 'static' || !region.enabled || !region.written) continue;
      const bank = ram[indexBehind(ram, region.start)];
      if (!bank || region.end <= region.start || !contains(bank, region)) continue;
      for (const boot of xenBoots(board))
        yield {
          at: region.written,
          facts: { region, bank, reader: readerOf(boot, region) },
          target: boot.target,
        };
      if (xenBoots(board).length === 0)
        yield { at: region.written, facts: { region, bank, reader: 'linux' } };
    }
  },

  message: ({ region, bank, reader }) =>
    `${region.node?.name ?? ''} ${formatRange(region)}, ${formatSize(region.end - region.start)} of RAM ` +
    `${formatRange(bank)}: ${SENTENCES[reader]}`,
});
