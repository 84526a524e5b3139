// A reserved region has the size 0: a place for firmware to fill in, or a mistake.

import { lineWith } from '../../messages/event.ts';
import { formatAddress } from '../../addresses/format.ts';
import type { Board } from '../board.ts';
import { linesAbout } from '../lines-about.ts';
import { rule, type Found } from '../rule.ts';
import { placeOfProperty, reservationName } from '../static-regions.ts';
import { logOfAll } from '../target-lines.ts';
import { linuxBoots } from '../../linux/linux-boots.ts';

interface Facts {
  readonly name: string;
  /** Undefined for a region without an address. */
  readonly address: bigint | undefined;
}

export const reservedZeroSize = rule<Facts>({
  id: 'reserved-zero-size',
  severity: 'information',
  title: 'A reserved region of size 0',
  why: `
Boot loaders fill such nodes in. Where none does, Linux prints an error for each ("failed to reserve memory for node") and
reserves nothing; Xen 4.13 and 4.14.0 stop scanning the devicetree there.`,
  instead: 'Delete the node when no boot loader fills it in, or set `status = "disabled"`.',
  source: ['linux: __reserved_mem_reserve_reg (6.12)', 'xen: process_memory_node, 5a37207df5'],
  behaviours: ['xen.zeroSize'],

  *check(board: Board) {
    for (const region of board.map.reserved) {
      if (region.kind !== 'static' || !region.enabled || region.end !== region.start) continue;
      if (!region.written) continue;
      const found: Found<Facts> = {
        at: region.written,
        facts: { name: reservationName(region), address: region.start },
      };
      yield {
        ...found,
        ...logOfAll(linuxBoots(board), (boot) =>
          lineWith(linesAbout(boot, region.node), 'linux-not-reserved'),
        ),
      };
    }
    for (const { node, size, enabled } of board.map.dynamic) {
      const at = placeOfProperty(node, 'size');
      if (enabled && size === 0n && at)
        yield { at, facts: { name: node.name, address: undefined } };
    }
  },

  message: ({ name, address }) =>
    `${name} has size 0${address === undefined ? '' : ` at ${formatAddress(address)}`}: nothing is reserved unless firmware fills it in`,
});
