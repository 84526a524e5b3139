// What Linux releases do differently: the one table. No other file compares versions.

import { isPointSince, isSince, type LinuxRelease } from './releases.ts';

interface Row {
  /** The first branch that behaves like this. */
  readonly since: string;
  /** The first point releases of older branches that do so too. */
  readonly backports?: readonly string[];
  /** What changed. */
  readonly what: string;
  /** Kernel function and commit. */
  readonly source: string;
}

/** Every behaviour that differs between kernels since 5.4. */
export const TABLE = {
  records64Regions: {
    since: '5.7',
    what: '64 regions are recorded; before, 32.',
    source: 'MAX_RESERVED_REGIONS, 632c99084052',
  },
  baseZeroCompared: {
    since: '5.10',
    what: 'Regions at address 0 take part in the overlap check.',
    source: '__rmem_check_for_overlap, ca05f3331655',
  },
  noMapMarks: {
    since: '5.12',
    what: 'no-map marks memory as not mapped; before, it was removed from memory without a word.',
    source: 'early_init_dt_reserve_memory, 86588296acbf',
  },
  noMapRefused: {
    since: '5.12',
    what: 'no-map fails with -EBUSY over something reserved before.',
    source: 'early_init_dt_reserve_memory, 8a5a75e5e9e5',
  },
  memoryAtRootOnly: {
    since: '5.17',
    what: 'Memory nodes are children of the root; before, any node with device_type = "memory" was one, at any depth.',
    source: 'early_init_dt_scan_memory, 1f012283e936',
  },
  disabledMemoryIgnored: {
    since: '5.19',
    backports: ['5.17.14', '5.18.3'],
    what: 'Disabled memory nodes are passed over; before, their ranges were RAM.',
    source: 'early_init_dt_scan_memory, df5cd3698761',
  },
  noMapOutsideRamAllowed: {
    since: '5.17',
    what: 'no-map over something reserved fails only where there is memory.',
    source: 'early_init_dt_reserve_memory, da17d6905d29',
  },
  cmaAlignsToPageBlock: {
    since: '5.18',
    what: 'CMA regions align to a page block (2 MiB with 4 KiB pages); before, also to the largest buddy (4 MiB).',
    source: 'CMA_MIN_ALIGNMENT_BYTES, e16faf26780f',
  },
  memreserveLast: {
    since: '6.4',
    what: '/memreserve/ entries are reserved after the nodes; before, they came first.',
    source: 'early_init_fdt_scan_reserved_mem, b41328187629',
  },
  regionsListed: {
    since: '6.4',
    what: 'Each recorded region is printed with its range and attributes.',
    source: 'fdt_init_reserved_mem, aeb9267eb6b1',
  },
  tiesSortedByNode: {
    since: '6.5',
    what: 'Regions with equal base and size are compared in the order of the blob.',
    source: '__rmem_cmp, 4cea2821882b',
  },
  placedNextToRegions: {
    since: '6.5',
    what: 'A dynamic region goes to the end of its alloc-range that touches a recorded region.',
    source: '__reserved_mem_alloc_in_range, 83ba7361e168',
  },
  staticRecordedLate: {
    since: '6.12',
    what:
      'Static regions are only reserved early; they are recorded, checked and given to drivers after paging, dynamic ' +
      'ones at once. Messages about nodes come from of_reserved_mem.c, the record has no limit, and a zero size is not ' +
      'recorded.',
    source: 'fdt_scan_reserved_mem_reg_nodes, 8a6e02d0c00e and 00c9a452a235',
  },
  severalRangesUnrecorded: {
    since: '6.19',
    backports: ['6.18.9'],
    what: 'A node with several ranges is reserved and not recorded, without a word; before, its first range was recorded.',
    source: 'fdt_scan_reserved_mem_reg_nodes, 85a8a30c5b8e',
  },
  driversValidateFirst: {
    since: '7.0',
    what: 'A node its driver refuses is not reserved at all; before, it was reserved and then released.',
    source: 'fdt_scan_reserved_mem, node_validate',
  },
} as const satisfies Record<string, Row>;

export type BehaviourName = keyof typeof TABLE;

/** Which of the named behaviours a release has. */
export type Behaviours = Readonly<Record<BehaviourName, boolean>>;

/** The behaviours of `release`. */
export function behavioursOf(release: LinuxRelease): Behaviours {
  const entries = Object.entries<Row>(TABLE).map(([name, row]) => [name, hasChange(release, row)]);
  return Object.fromEntries(entries) as Behaviours;
}

function hasChange(release: LinuxRelease, { since, backports = [] }: Row): boolean {
  return isSince(release, since) || backports.some((first) => isPointSince(release, first));
}
