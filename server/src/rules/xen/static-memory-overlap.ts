// Memory given to a domain or to Xen's heap has another owner as well.

import { formatRange } from '../../addresses/format.ts';
import type { Range } from '../../addresses/region.ts';
import type { Module, Reserved } from '../../memory/memory-map.ts';
import { overlappingPairs } from '../../memory/overlapping-pairs.ts';
import { RangeIndex } from '../../memory/range-index.ts';
import { baseName, type DtNode, type Written } from '../../tree/device-tree.ts';
import { behavioursOf } from '../../xen/behaviours.ts';
import { endOf } from '../../xen/ending.ts';
import type { XenBoot } from '../../xen/xen-boot.ts';
import { xenBoots } from '../../xen/xen-boots.ts';
import type { Board } from '../board.ts';
import { isForXen } from '../../xen/is-for-xen.ts';
import { isWrittenLater } from '../is-written-later.ts';
import { refusalParts, refusedOverlaps, wordRefusals, type Refusal } from '../refused-overlap.ts';
import { rule, type Found } from '../rule.ts';

interface Party extends Range {
  readonly node: DtNode | undefined;
  readonly what: string;
  readonly written: Written | undefined;
  readonly kind: Reserved['kind'] | 'module';
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
    kind: region.kind,
    what: word === undefined ? name : `${word} ${owner}`,
  };
}

const isStatic = ({ kind }: Pick<Party, 'kind'>): boolean => kind in WORDS;

function partyOfModule(module: Module): Party {
  return {
    start: module.start,
    end: module.end,
    node: module.node,
    written: module.written,
    kind: 'module',
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
\`xen,static-mem\`, \`xen,static-heap\` and \`xen,shared-mem\` give their bytes to one owner. Xen 4.19 and later panic at a
second claim ("Early FDT parsing failed"), Xen 4.18 stops scanning the devicetree there.

Xen 4.16 and 4.17 do not compare the claims. Two of domains, or one of a domain inside the static heap, end there in "Xen BUG
at … page_alloc.c", since Xen takes each of these pages once. A claim over a plain reserved region or a boot module goes
unnoticed: both owners use the memory.`,
  instead: 'Give each claim bytes of its own.',
  source: [
    'xen: check_reserved_regions_overlap, 6f7d56ccd3 (4.18)',
    'xen: init_staticmem_pages, mark_page_free (4.16 and 4.17)',
    'xen: docs/misc/arm/device-tree/booting.txt (4.22)',
  ],
  behaviours: ['xen.staticMem', 'xen.staticHeap', 'xen.checksOverlaps', 'xen.scanError'],

  *check(board: Board) {
    const claims = board.map.reserved.filter(
      (region) =>
        region.end > region.start &&
        (region.kind !== 'static' || region.enabled) &&
        isReadByAny(board, region),
    );
    const refusedInScan = refusedOverlaps(board);
    const refusalsOf = (a: Party, b: Party): readonly Refusal[] => [
      ...refusedInScan(a, b),
      ...refusedLater(board, a, b),
    ];
    for (const [first, second] of overlappingPairs(claims)) {
      const [a, b] = [partyOf(first), partyOf(second)];
      if (!(isStatic(a) || isStatic(b)) || isSameShare(first, second)) continue;
      yield* foundAt(board, [a, b], refusalsOf(a, b));
    }
    const given = new RangeIndex(claims.filter(isStatic));
    for (const module of board.map.modules) {
      for (const claim of given.meeting(module)) {
        const parties = [partyOf(claim), partyOfModule(module)] as const;
        yield* foundAt(board, parties, refusalsOf(...parties));
      }
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

/** Whether a release that the board is checked against reads such claims; true where it is checked against none. */
function isReadByAny(board: Board, { kind }: Reserved): boolean {
  const boots = xenBoots(board);
  if (boots.length === 0) return true;
  return boots.some(({ release }) => {
    const does = behavioursOf(release);
    switch (kind) {
      case 'static-mem':
        return does.staticMem !== 'none';
      case 'static-heap':
        return does.staticHeap;
      case 'shared-mem':
        return does.staticShm;
      default:
        return true;
    }
  });
}

/** The boots that read both claims and end where the second is used. */
function refusedLater(board: Board, a: Party, b: Party): Refusal[] {
  if (!isForXen(board)) return [];
  return xenBoots(board).flatMap((boot) => {
    const line = endOf(boot)?.line;
    return line && endsBecauseOf(boot, a, b) ? [{ boot, line, comesTo: 'boot-ends' as const }] : [];
  });
}

function endsBecauseOf(boot: XenBoot, a: Party, b: Party): boolean {
  const paths = [a.node?.path, b.node?.path];
  return (endOf(boot)?.because ?? []).some(({ code, facts }) => {
    if (code === 'static-memory-given-twice')
      return paths.includes(facts.node) && paths.includes(facts.other);
    return (
      code === 'static-memory-in-heap' &&
      paths.includes(facts.node) &&
      [a, b].some(({ kind }) => kind === 'static-heap')
    );
  });
}
