// What Xen itself has of a board's memory.

import { formatGrouped, formatSizeBriefly } from '../../addresses/format.ts';
import { PAGE_SIZE } from '../../addresses/page.ts';
import { alignDown, alignUp, intersection } from '../../addresses/region.ts';
import { domainOf } from '../../memory/domain-of.ts';
import type { Reserved } from '../../memory/memory-map.ts';
import { lineWith } from '../../messages/event.ts';
import { domainColours } from '../../target/domain-colours.ts';
import type { Subject } from '../../target/system.ts';
import type { Block, Holding, View } from '../../target/view.ts';
import { walkNodes, type DtNode } from '../../tree/device-tree.ts';
import { whyNotFurther, type Stopped } from '../ending.ts';
import { wordReasons } from '../reasons.ts';
import type { XenReservedKind } from '../reserved-kind.ts';
import type { XenBoot, XenReserved } from '../xen-boot.ts';
import { causeOf, heightOf } from './cause-of.ts';
import {
  becauseOf,
  mostLikely,
  nameOf,
  placeOf,
  sum,
  textureOf,
  whyUnsure,
} from './holding-parts.ts';

/** What Xen has. `stopped` is the end of the boot where it is certain. */
export function ownView(boot: XenBoot, subject: Subject, stopped: Stopped | undefined): View {
  const view = { id: 'xen', name: 'Xen', isSystem: true, isAsked: true } as const;
  const nothing = { holdings: [], elsewhere: { owner: 'no RAM' } };
  // A boot that ends after the heap is set up has a memory map all the same; only its domains are missing.
  if (stopped && boot.heap.length === 0) {
    const owner = `does not boot: ${stopped.line?.text ?? wordReasons(stopped.because)}`;
    const stop = { owner, title: 'Xen stops here', ...causeOf(boot), ...heightOf(boot, subject) };
    return { ...view, ...nothing, summary: 'does not boot', stop };
  }
  const why = whyNotFurther(boot);
  const isOpen = boot.ram.length === 0 && why !== '';
  if (isOpen && boot.reserved.length === 0 && boot.modules.length === 0) {
    const stop = {
      owner: `not known: ${why}`,
      title: 'not known',
      ...causeOf(boot),
      ...heightOf(boot, subject),
    };
    return { ...view, ...nothing, summary: 'not known', stop };
  }
  const unread = unreadClaims(boot, subject);
  return {
    ...view,
    summary: ownSummary(boot, unread),
    holdings: [
      ...ramHoldings(boot),
      ...unread.flatMap((claim) => unreadHoldings(boot, claim)),
      ...bankHoldings(boot),
      ...moduleHoldings(boot),
      ...reservedHoldings(boot, subject),
    ],
    elsewhere: { owner: isOpen ? `not known: ${why}` : 'no RAM' },
    ...(isOpen && { isRamOpen: true }),
  };
}

function ownSummary(boot: XenBoot, unread: readonly Reserved[]): string {
  const staticHeap = boot.reserved.filter((each) => each.kind === 'static-heap');
  if (staticHeap.length > 0) return `${formatSizeBriefly(sum(staticHeap))} static heap`;
  if (boot.heap.length === 0) return 'heap not known';
  const [first] = unread;
  if (first)
    return `scan stops ${first.node === scanEnd(boot) ? 'at' : 'before'} ${nameOf(first.node)}`;
  return `${formatSizeBriefly(sum(boot.heap))} heap`;
}

function ramHoldings(boot: XenBoot): Holding[] {
  const staticHeap = boot.reserved.some((each) => each.kind === 'static-heap');
  const unsure = whyUnsure(boot, 'heap') ?? (boot.heap.length === 0 ? whyNotFurther(boot) : '');
  const isUnknown = boot.heap.length === 0 && unsure !== '';
  const common = { mapped: 'ram', toldAsRam: true } as const;
  const open = {
    owner: `RAM; its owner is not known: ${unsure}`,
    because: unsure,
    block: { kind: 'unknown', label: 'heap?', why: unsure },
  } as const;
  const rest = staticHeap
    ? ({ kind: 'other', label: 'to domains', why: 'a static heap is given, so not heap' } as const)
    : ({ kind: 'other', label: 'not heap', why: 'RAM that the boot heap did not get' } as const);
  const likely = becauseOf(whyUnsure(boot, 'heap'));
  const heap = {
    owner: "Xen's heap",
    block: { kind: 'heap', label: 'heap', why: 'free for Xen' },
    ...likely,
  } as const;
  return [
    ...boot.ram.map(({ start, end, node, written }) => ({
      start,
      end,
      ...common,
      ...placeOf({ node, written }),
      ...(isUnknown ? open : { owner: 'RAM, not in the heap', block: rest, ...likely }),
    })),
    ...boot.heap.map(({ start, end }) => ({ start, end, ...common, ...heap })),
  ];
}

/** The node at which the scan of the tree ended before its end. */
function scanEnd(boot: XenBoot): DtNode | undefined {
  return lineWith(boot.log, 'node-parsing-failed')?.node;
}

/** What the tree reserves and this Xen does not know of, because its scan ended there or before. */
function unreadClaims(boot: XenBoot, { map }: Subject): Reserved[] {
  const ended = scanEnd(boot);
  if (boot.unscanned.length === 0 && !ended) return [];
  const unread = new Set([...(ended ? walkNodes(ended) : []), ...boot.unscanned]);
  const kept = new Set(boot.reserved.map(({ node, start }) => `${node?.path} ${start}`));
  return map.reserved.filter(
    ({ node, enabled, start, end }) =>
      node !== undefined &&
      enabled &&
      start < end &&
      unread.has(node) &&
      !kept.has(`${node.path} ${start}`),
  );
}

function unreadHoldings(boot: XenBoot, claim: Reserved): Holding[] {
  return boot.ram.flatMap((bank) => {
    const part = intersection(claim, bank);
    if (!part) return [];
    return [
      {
        ...part,
        owner: 'heap, unread: Xen stops scanning the tree earlier',
        block: {
          kind: 'lost' as const,
          label: 'heap, unread',
          short: 'unread',
          why: `the scan stopped ${claim.node === scanEnd(boot) ? 'at' : 'before'} ${nameOf(claim.node)}: Xen takes it as free`,
        },
        ...placeOf(claim),
        partOf: { start: claim.start, end: claim.end },
        mapped: 'ram' as const,
        toldAsRam: true,
      },
    ];
  });
}

function bankHoldings(boot: XenBoot): Holding[] {
  const because = whyUnsure(boot, 'dom0.banks');
  return (boot.dom0?.banks ?? []).map(({ start, end }, index) => ({
    start,
    end,
    owner: `dom0's RAM, bank ${formatGrouped(start)} – ${formatGrouped(end - 1n)}`,
    block: {
      kind: 'dom0',
      label: 'given to dom0',
      short: 'dom0’s',
      why: `dom0 BANK[${index}]${mostLikely(because)}`,
    },
    mapped: 'ram',
    toldAsRam: true,
    ...becauseOf(because),
  }));
}

function moduleHoldings(boot: XenBoot): Holding[] {
  const because = whyUnsure(boot, 'modules');
  return boot.modules
    .filter((module) => module.start !== 0n && module.start < module.end)
    .map((module) => {
      const own = module.kind === 'Xen';
      return {
        // Xen keeps whole pages.
        start: alignDown(module.start, PAGE_SIZE),
        end: alignUp(module.end, PAGE_SIZE),
        owner: own ? 'Xen itself' : `boot module ${module.index} (${module.kind})`,
        block: {
          kind: own ? 'xen' : 'module',
          label: own ? 'Xen' : module.kind.toLowerCase(),
          why: `${own ? 'Xen itself' : 'module, freed after boot'}${mostLikely(because)}`,
          ...(own ? {} : { texture: 'ruled' }),
        },
        ...placeOf(module),
        partOf: { start: module.start, end: module.end },
        mapped: 'ram',
        toldAsRam: true,
        ...becauseOf(because),
      } satisfies Holding;
    });
}

const KEPT_FOR: Readonly<Record<XenReservedKind, string>> = {
  memreserve: 'kept out of the heap by /memreserve/',
  'reserved-memory': 'kept out of the heap for',
  'static-mem': 'static memory of',
  'static-heap': 'static heap of Xen',
  'shared-mem': 'static shared memory',
};

function reservedHoldings(boot: XenBoot, { map }: Subject): Holding[] {
  const colourOf = domainColours(map);
  const disabled = new Set(map.reserved.flatMap(({ node, enabled }) => (enabled ? [] : [node])));
  return boot.reserved.map((entry) => {
    const { start, end, kind, node } = entry;
    const isNamed = kind === 'reserved-memory' || kind === 'static-mem';
    return {
      start,
      end,
      owner: `${KEPT_FOR[kind]}${isNamed && node ? ` ${node.name}` : ''}`,
      block: reservedBlock(entry, colourOf, disabled),
      ...placeOf(entry),
      mapped: 'ram',
      toldAsRam: false,
    };
  });
}

function reservedBlock(
  { kind, node }: XenReserved,
  colourOf: ReturnType<typeof domainColours>,
  disabled: ReadonlySet<DtNode | undefined>,
): Block {
  switch (kind) {
    case 'static-mem': {
      const domain = domainOf(node);
      const label = `for ${domain ? nameOf(domain) : 'a domain'}`;
      return { kind: colourOf(node), label, why: 'static memory' };
    }
    case 'static-heap':
      return { kind: 'heap', label: 'static heap', why: 'Xen’s whole heap' };
    case 'shared-mem':
      return { kind: 'shared', label: 'shared', why: 'shared between domains' };
    default:
      return {
        kind: 'reserved',
        label: 'not Xen’s',
        why:
          node && disabled.has(node)
            ? `kept out: this release does not read the status of ${nameOf(node)}`
            : `kept out: ${nameOf(node)} is reserved`,
        ...textureOf(node),
      };
  }
}
