// Who has a range as the tree itself says, whatever boots.

import { overlaps, type Range } from '../addresses/region.ts';
import type { MemoryMap, Reserved } from '../memory/memory-map.ts';
import { firstMeeting } from '../memory/range-index.ts';
import { wordUnreadText } from '../memory/unread-text.ts';
import type { Verdict } from '../target/verdict.ts';
import type { DtNode, Written } from '../tree/device-tree.ts';

/** The view of the tree itself. */
export const TREE_VIEW = 'Devicetree';

/** All that reserves a part of `range`, else the module, bank or device there. */
export function verdictsInTree(map: MemoryMap, range: Range): readonly Verdict[] {
  if (map.unread) return [verdictOf(`unknown: ${wordUnreadText(map.unread)}`, {})];
  const reserved = map.reserved.filter((each) => overlaps(each, range));
  if (reserved.length > 0)
    return reserved.map((each) =>
      verdictOf(`${each.node ? each.node.name : '/memreserve/'}${flagsOf(each)}`, each),
    );
  const module = firstMeeting(map.modules, range);
  if (module) return [verdictOf(`boot module ${module.node.name} (${module.kind})`, module)];
  const bank = firstMeeting(map.banks, range);
  if (bank) return [{ ...verdictOf(`RAM of ${bank.node.name}`, bank), toldAsRam: true }];
  const device = firstMeeting(map.devices, range);
  if (device) return [verdictOf(`registers of ${device.node.path}`, device)];
  return [verdictOf('not described', {})];
}

function verdictOf(
  owner: string,
  { node, written }: { node?: DtNode | undefined; written?: Written | undefined },
): Verdict {
  return {
    view: TREE_VIEW,
    isSystem: false,
    owner,
    toldAsRam: false,
    ...(node && { node }),
    ...(written && { written }),
  };
}

function flagsOf({ noMap, reusable, enabled }: Reserved): string {
  const flags = [
    ...(noMap ? ['no-map'] : []),
    ...(reusable ? ['reusable'] : []),
    ...(enabled ? [] : ['disabled']),
  ];
  return flags.length > 0 ? ` (${flags.join(', ')})` : '';
}
