// Who has a range of memory, as one reader under one boot sees it.

import { compareRanges, contains, overlaps, subtract, type Range } from '../addresses/region.ts';
import { RangeIndex } from '../memory/range-index.ts';
import type { DtNode, Written } from '../tree/device-tree.ts';
import type { Block, Holding, View } from './view.ts';

/** One reader's answer for a range. */
export interface Verdict {
  /** `Xen 4.22.0`, `dom0 (Xen 4.22.0)`, `Linux 6.12`, `Devicetree`. */
  readonly view: string;
  /** `xen:4.22.0`; absent for what the tree itself says. */
  readonly target?: string;
  /** Whether the system itself answers, not a domain that it starts. */
  readonly isSystem: boolean;
  /** A clause: `kept out of the heap for mpss@86000000`, `likely dom0's RAM`. */
  readonly owner: string;
  /** Set where the reader gets nothing at all, because something before it fails or is not known. */
  readonly isStopped?: true;
  /** How the map draws it; absent where the map leaves it out. */
  readonly block?: Block;
  readonly node?: DtNode;
  readonly written?: Written;
  /** Whether the reader can reach it; absent for what the tree itself says. */
  readonly mapped?: 'ram' | 'device' | 'no';
  /** Whether the reader is told that it is RAM. */
  readonly toldAsRam: boolean;
  /** Why using it goes wrong; absent when it does not, as far as is known. */
  readonly atRisk?: string;
  /** Why it is only likely, or not known; absent when it is certain. */
  readonly because?: string;
  /** `unless …`: on which assumed boot fact it depends; only where that was asked (`systems/condition-of.ts`). */
  readonly condition?: string;
}

/** Longer lists of holdings are indexed. */
const FEW = 16;

const indexes = new WeakMap<readonly Holding[], RangeIndex<Holding>>();

function meeting(holdings: readonly Holding[], range: Range): readonly Holding[] {
  if (holdings.length < FEW) return holdings.filter((each) => overlaps(each, range));
  let index = indexes.get(holdings);
  if (index === undefined) indexes.set(holdings, (index = new RangeIndex(holdings)));
  return index.meeting(range);
}

/** What is asked for itself, unless later ones have all of it; else the last one. */
function topOf(met: readonly Holding[], range: Range): Holding | undefined {
  const own = met.findLastIndex(
    (each) => (each.node ?? each.written) && compareRanges(each, range) === 0,
  );
  if (own < 0 || own === met.length - 1) return met.at(-1);
  const later = met.slice(own + 1);
  return subtract([range], later).length === 0 ? met.at(-1) : met[own];
}

/**
 * What a view says of `range`, which is not empty: of what is asked for itself, that; else of what covers all others.
 * `named` is the view in words, `target` its boot's.
 */
export function verdictIn(view: View, range: Range, named: string, target: string): Verdict {
  const common = { view: named, target, isSystem: view.isSystem };
  const nothing = { ...common, mapped: 'no', toldAsRam: false } as const;
  if (view.stop) return { ...nothing, owner: view.stop.owner, isStopped: true };
  const met = meeting(view.holdings, range);
  const top = topOf(met, range);
  if (!top) return { ...nothing, ...view.elsewhere };
  const { owner, block, node, written, mapped, toldAsRam, atRisk, because } = top;
  const alike = (each: Holding): boolean => each.owner === owner;
  const isPart = !contains(top, range) && subtract([range], met.filter(alike)).length > 0;
  return {
    ...common,
    owner: `${because === undefined || top.block?.kind === 'unknown' ? '' : 'likely '}${isPart ? 'partly ' : ''}${owner}`,
    mapped,
    toldAsRam,
    ...(block && { block }),
    ...(node && { node }),
    ...(written && { written }),
    ...(atRisk !== undefined && { atRisk }),
    ...(because !== undefined && { because }),
  };
}
