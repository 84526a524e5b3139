// Memory given to a domain or to Xen's heap has another owner as well.

import { formatRange } from '../../addresses/format.ts';
import type { Range } from '../../addresses/region.ts';
import type { Module, Reserved } from '../../memory/memory-map.ts';
import { overlappingPairs } from '../../memory/overlapping-pairs.ts';
import { RangeIndex } from '../../memory/range-index.ts';
import { baseName, type DtNode, type Written } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import { isWrittenLater } from '../is-written-later.ts';
import { refusalParts, refusedOverlaps, wordRefusals, type Refusal } from '../refused-overlap.ts';
import { rule, type Found } from '../rule.ts';

interface Party extends Range {
  readonly node: DtNode | undefined;
  readonly what: string;
  readonly written: Written | undefined;
  readonly isStatic: boolean;
}

interface Facts {
  readonly own: Party;
  readonly other: Party;
  /** The boots of Xen that do not take both. */
  readonly refusals: readonly Refusal[];
}

const WORDS: Readonly<Record<string, string>> = {
  'static-mem': 'static memory of',
  'static-heap': 'the static heap in',
  'shared-mem': 'shared memory of',
};

function partyOf(region: Reserved): Party {
  const word = WORDS[region.kind];
  const name = region.node?.name ?? '/memreserve/';
  const owner = region.kind === 'shared-mem' ? (region.node?.parent?.name ?? name) : name;
  return {
    start: region.start,
    end: region.end,
    node: region.node,
    written: region.written,
    isStatic: word !== undefined,
    what: word === undefined ? name : `${word} ${owner}`,
  };
}

function partyOfModule(module: Module): Party {
  return {
    start: module.start,
    end: module.end,
    node: module.node,
    written: module.written,
    isStatic: false,
    what: `the ${module.kind} module ${baseName(module.node)}`,
  };
}

// One shared region is named by every domain that shares it.
function isSameShare(a: Reserved, b: Reserved): boolean {
  return (
    a.kind === 'shared-mem' && b.kind === 'shared-mem' && a.start === b.start && a.end === b.end
  );
}

export const staticMemoryOverlap = rule<Facts>({
  id: 'static-memory-overlap',
  severity: 'error',
  title: 'Static memory of Xen has two owners',
  why: `
\`xen,static-mem\`, \`xen,static-heap\` and \`xen,shared-mem\` give their bytes to one owner. Xen 4.18 stops scanning the
devicetree at a second claim, Xen 4.19 and later stop altogether; before, two domains use the same memory.`,
  instead: 'Give each claim bytes of its own.',
  source: ['xen: check_reserved_regions_overlap', 'xen: docs/misc/arm/device-tree/booting.txt'],

  *check(board: Board) {
    const claims = board.map.reserved.filter(
      (region) => region.end > region.start && (region.kind !== 'static' || region.enabled),
    );
    const refusalsOf = refusedOverlaps(board);
    for (const [first, second] of overlappingPairs(claims)) {
      const parties = [partyOf(first), partyOf(second)] as const;
      if (!parties.some((party) => party.isStatic) || isSameShare(first, second)) continue;
      yield* foundAt(board, parties, refusalsOf(first, second));
    }
    const given = new RangeIndex(claims.filter((claim) => partyOf(claim).isStatic));
    for (const module of board.map.modules) {
      for (const claim of given.meeting(module))
        yield* foundAt(board, [partyOf(claim), partyOfModule(module)], refusalsOf(claim, module));
    }
  },

  message: ({ own, other, refusals }) =>
    `${own.what} ${formatRange(own)} overlaps ${other.what} ${formatRange(other)}` +
    wordRefusals(refusals, own.node),
});

/** One finding, at the party that stands later in the text. */
function* foundAt(
  board: Board,
  [a, b]: readonly [Party, Party],
  refusals: readonly Refusal[],
): Generator<Found<Facts>> {
  const isFirstLater = a.written && b.written && isWrittenLater(board, a.written, b.written);
  const [own, other] = isFirstLater || !b.written ? [a, b] : [b, a];
  if (!own.written) return;
  yield {
    at: own.written,
    facts: { own, other, refusals },
    related: other.written ? [{ message: `${other.what} is here`, at: other.written }] : [],
    ...refusalParts(refusals),
  };
}
