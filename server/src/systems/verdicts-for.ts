// Who has a range of a board's memory: the one place that answers, for the tree and for every boot.

import type { Range } from '../addresses/region.ts';
import type { BootFacts } from '../facts/boot-facts.ts';
import type { DynamicReserved } from '../memory/memory-map.ts';
import type { Boot } from '../target/boot.ts';
import type { Ending, Remark, Subject } from '../target/system.ts';
import { verdictIn, type Verdict } from '../target/verdict.ts';
import type { View } from '../target/view.ts';
import { systemOf } from './all-systems.ts';
import { targetInWords } from './targets.ts';
import { verdictsInTree } from './verdicts-in-tree.ts';

/** A tree, what lies where in it, and what boots it. */
export interface BootedBoard extends Subject {
  readonly boots: readonly Boot[];
}

const viewsOfBoot = new WeakMap<Boot, readonly View[]>();

/** Every reader's view under a boot: the system's own first. */
export function viewsUnder(board: Subject, boot: Boot): readonly View[] {
  let views = viewsOfBoot.get(boot);
  if (views === undefined) viewsOfBoot.set(boot, (views = systemOf(boot).views(boot, board)));
  return views;
}

/** `Xen 4.18.6` for a boot. */
export function bootInWords(boot: Boot): string {
  return targetInWords(boot.target);
}

/** `Xen 4.18.6` for the view of the system itself, `dom0 (Xen 4.18.6)` for that of a domain. */
export function viewInWords(view: View, boot: Boot): string {
  const name = bootInWords(boot);
  return view.isSystem ? name : `${view.name} (${name})`;
}

/** What the readers under one boot say of `range`, the system itself first. */
export function verdictsUnder(board: Subject, boot: Boot, range: Range): readonly Verdict[] {
  return viewsUnder(board, boot)
    .filter(({ isAsked }) => isAsked)
    .map((view) => verdictIn(view, range, viewInWords(view, boot), boot.target));
}

/** What the system itself says of `range` under one boot. */
export function systemVerdict(board: Subject, boot: Boot, range: Range): Verdict | undefined {
  const own = viewsUnder(board, boot).find(({ isSystem }) => isSystem);
  return own && verdictIn(own, range, bootInWords(boot), boot.target);
}

/** What every reader under every boot says of `range`, in the order of the boots. */
export function verdictsByTarget(board: BootedBoard, range: Range): readonly Verdict[] {
  return board.boots.flatMap((boot) => verdictsUnder(board, boot, range));
}

/** Who has `range`: what the tree itself says, then every reader under every boot. */
export function verdictsFor(board: BootedBoard, range: Range): readonly Verdict[] {
  return [...verdictsInTree(board.map, range), ...verdictsByTarget(board, range)];
}

/** Whether systems take the frame of an address from their domains in hypercalls. */
export function frameVerdicts(board: BootedBoard, address: bigint): readonly Verdict[] {
  return board.boots.flatMap((boot) => systemOf(boot).frame?.(boot, address, board) ?? []);
}

/** What becomes of a bank of RAM. */
export function remarksOnBank(board: BootedBoard, bank: Range): readonly Remark[] {
  return board.boots.flatMap((boot) => systemOf(boot).bank(boot, bank, board));
}

/** Where a region without an address of its own goes. */
export function remarksOnDynamic(board: BootedBoard, region: DynamicReserved): readonly Remark[] {
  return board.boots.map((boot) => systemOf(boot).dynamic(boot, region));
}

/** What the command lines of the tree come to. */
export function remarksOnBootargs(board: BootedBoard): readonly Remark[] {
  return board.boots.flatMap((boot) => systemOf(boot).bootargs(boot, board));
}

/** The boot with all lines that are likely. */
export function settledBoot(boot: Boot): Boot {
  return systemOf(boot).settled?.(boot) ?? boot;
}

/** What of a boot holds whatever the assumed facts are. */
export function certainPart(boot: Boot, facts: BootFacts): Boot {
  return systemOf(boot).certain?.(boot, facts) ?? boot;
}

/** How a boot ends, in sentences. */
export function endingOf(board: Subject, boot: Boot): Ending {
  return systemOf(boot).ending(boot, board);
}
