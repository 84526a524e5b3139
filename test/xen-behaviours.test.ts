// Every behaviour at every boundary between point releases: the release before a change, and the first that has it.

import assert from 'node:assert/strict';
import { behavioursOf, TABLE, type Behaviours } from '../server/src/xen/behaviours.ts';
import { parseRelease, RELEASES } from '../server/src/xen/releases.ts';

/** What a behaviour is in some releases; between two of a row nothing is said. */
type Row<Name extends keyof Behaviours> = Readonly<Record<string, Behaviours[Name]>>;

/** A change made for one release and not taken back into older branches. */
const at = <T>(first: string, before: T, after: T): Readonly<Record<string, T>> => ({
  '4.11.0': before,
  [justBefore(first)]: before,
  [first]: after,
  unstable: after,
});

function justBefore(name: string): string {
  const index = RELEASES.findIndex((release) => release.name === name);
  return RELEASES[index - 1]?.name ?? '';
}

const ROWS: { readonly [Name in keyof Behaviours]: Row<Name> } = {
  scanError: {
    '4.12.4': 'none',
    '4.13.0': 'ends-scan',
    '4.18.6': 'ends-scan',
    '4.19.0': 'panics',
    unstable: 'panics',
  },
  deepNestingHangs: {
    '4.12.4': false,
    '4.13.0': true,
    '4.19.6': true,
    '4.20.0': true,
    '4.20.3': true,
    '4.20.4': false,
    '4.21.0': true,
    '4.21.1': true,
    '4.21.2': false,
    '4.22.0': false,
    unstable: false,
  },
  bankLimit: {
    '4.11.0': 128,
    '4.13.5': 128,
    '4.14.6': 128,
    '4.15.7': 128,
    '4.16.0': 128,
    '4.16.1': 256,
    '4.17.0': 256,
    unstable: 256,
  },
  moduleLimit: at<number>('4.12.0', 5, 32),
  readsReservedMemory: at<boolean>('4.13.0', false, true),
  zeroSize: {
    '4.12.4': 'skipped',
    '4.13.0': 'error',
    '4.13.5': 'error',
    '4.14.0': 'error',
    '4.14.1': 'skipped',
    '4.15.0': 'skipped',
    unstable: 'skipped',
  },
  toleratesBadReg: at<boolean>('4.13.0', true, false),
  emptyRoot: {
    '4.12.4': [],
    '4.13.2': [],
    '4.13.3': ['arm,cortex-a55'],
    '4.14.1': [],
    '4.14.2': ['arm,cortex-a55'],
    '4.15.0': ['arm,cortex-a55'],
    '4.19.6': ['arm,cortex-a55'],
    '4.20.0': ['arm,cortex-a55', 'arm,cortex-a53'],
    unstable: ['arm,cortex-a55', 'arm,cortex-a53'],
  },
  efiWriteBackOnly: {
    '4.12.2': false,
    '4.12.3': true,
    '4.13.0': false,
    '4.13.1': true,
    '4.14.0': true,
    unstable: true,
  },
  efiSkipsRuntime: {
    '4.15.3': false,
    '4.15.4': true,
    '4.16.0': false,
    '4.16.2': false,
    '4.16.3': true,
    '4.17.0': true,
    unstable: true,
  },
  efiJoinsBanks: at<boolean>('4.21.0', false, true),
  efiCommandLine: at<'image-name' | 'blank'>('4.19.0', 'image-name', 'blank'),
  uarts: {
    "4.11.0": [],
  },
  percentIsBytes: at<boolean>('4.12.0', false, true),
  wideNumbers: at<'low-64' | 'first-cell'>('4.21.0', 'low-64', 'first-cell'),
  cellsMessageNamesProperty: at<boolean>('4.16.0', false, true),
  announcesFullList: at<boolean>('4.16.0', false, true),
  panicsEndLines: at<boolean>('4.18.0', false, true),
  sortsBanks: {
    '4.12.4': false,
    '4.13.3': false,
    '4.13.4': true,
    '4.14.2': false,
    '4.14.3': true,
    '4.15.0': false,
    '4.15.1': true,
    '4.16.0': true,
    unstable: true,
  },
  honoursStatus: at<boolean>('4.19.0', false, true),
  strictMemoryNode: at<boolean>('4.20.0', false, true),
  efiIgnoresMemoryNodes: at<boolean>('4.17.0', false, true),
  memreserveInReserved: at<boolean>('4.19.0', false, true),
  checksOverlaps: at<boolean>('4.18.0', false, true),
  toleratesMemreserve: {
    '4.18.6': false,
    '4.19.0': false,
    '4.19.1': false,
    '4.19.2': true,
    '4.19.6': true,
    '4.20.0': true,
    unstable: true,
  },
  sharedMemoryList: at<boolean>('4.19.0', false, true),
  staticMem: {
    '4.15.7': 'none',
    '4.16.0': 'own-cells',
    '4.16.7': 'own-cells',
    '4.17.0': 'parent-cells',
    unstable: 'parent-cells',
  },
  refusesStaticMemInScan: at<boolean>('unstable', false, true),
  staticHeap: at<boolean>('4.17.0', false, true),
  staticShm: at<boolean>('4.17.0', false, true),
  badInitrdIsError: at<boolean>('4.17.0', false, true),
  dom0less: at<boolean>('4.12.0', false, true),
  dtbModules: at<boolean>('4.13.0', false, true),
  microcodeModules: at<boolean>('4.21.0', false, true),
  xsmName: at<string>('4.21.0', 'XSM', 'XSM Policy'),
  xenIsModule: at<boolean>('4.13.0', false, true),
  moduleEndInclusive: at<boolean>('4.20.0', false, true),
  memreserveEndExclusive: at<boolean>('4.19.0', true, false),
  moduleCommandLineInTable: at<boolean>('4.12.0', true, false),
  relocates: at<boolean>('4.12.0', true, false),
  pdx: { '4.20.4': 'mask', '4.21.0': 'scheme', unstable: 'scheme' },
  beforeFrametable: {
    '4.12.4': 'blob-copy',
    '4.13.0': 'nothing',
    '4.16.7': 'nothing',
    '4.17.0': 'page-tables',
    unstable: 'page-tables',
  },
  frametable: { '4.21.2': 'whole', '4.22.0': 'chunks', unstable: 'chunks' },
  noMemory: {
    '4.17.7': 'bug',
    '4.18.0': 'region',
    '4.21.2': 'region',
    '4.22.0': 'too-small',
    unstable: 'too-small',
  },
  crashesOutsideRam: at<boolean>('4.18.0', false, true),
  firstPageHoldsRegionList: at<boolean>('4.14.0', true, false),
  pageAllocPath: at<string>('4.17.0', 'page_alloc.c', 'common/page_alloc.c'),
  directmapRefusesOverlap: at<boolean>('4.17.0', false, true),
  directmapName: at<string>('4.17.0', 'xenheap', 'directmap'),
  acpiDropsReservations: at<boolean>('4.15.0', false, true),
  arm32HeapMessage: at<'doubled' | 'plain'>('4.17.0', 'doubled', 'plain'),
  idleScrub: at<boolean>('4.12.0', false, true),
  platformDmaBits: at<boolean>('4.14.0', false, true),
  shortMemoryPanics: at<boolean>('4.13.0', false, true),
  allocatingFor: at<string>('4.22.0', 'dom0', 'd0'),
  cacheColouring: at<boolean>('4.20.0', false, true),
  grantTableFirst: at<boolean>('4.20.0', false, true),
  reportsBadOption: at<boolean>('4.12.0', false, true),
  extendedRegions: {
    '4.15.7': 'none',
    '4.16.0': 'plain',
    '4.16.7': 'plain',
    '4.17.0': 'domain',
    unstable: 'domain',
  },
  extendedRegionMath: {
    '4.16.0': 'bytes',
    '4.17.7': 'bytes',
    '4.18.0': 'pages-short',
    '4.18.6': 'pages-short',
    '4.19.6': 'pages-short',
    '4.20.4': 'pages-short',
    '4.21.0': 'pages',
    unstable: 'pages',
  },
  rangesetGrows: {
    '4.16.0': true,
    '4.17.7': true,
    '4.18.6': true,
    '4.19.2': true,
    '4.19.3': false,
    '4.20.0': true,
    '4.20.1': false,
    '4.21.0': false,
    unstable: false,
  },
  kernelFrom: {
    '4.11.4': 'bare',
    '4.12.0': 'Dom',
    '4.12.4': 'Dom',
    '4.13.0': 'name',
    unstable: 'name',
  },
  loadingFor: at<string>('4.13.0', 'dom0', 'd0'),
  copyInto: at<string>('4.21.0', 'hwdom', 'd0'),
  setupPanic: {
    '4.17.7': 'plain',
    '4.18.0': 'dom0-rc',
    '4.20.4': 'dom0-rc',
    '4.21.0': 'd0-rc',
    unstable: 'd0-rc',
  },
  dom0lessMode: at<boolean>('4.16.0', false, true),
  freesModulesTwice: at<boolean>('4.18.0', true, false),
  blobSlack: at<number>('4.22.0', 144, 144 + 4096),
  gicKeepsName: at<boolean>('4.21.0', false, true),
  timerKeepsCompatible: at<boolean>('4.13.0', true, false),
  memoryNodeHasAddress: at<boolean>('4.13.0', false, true),
  reservedAsMemory: {
    '4.12.4': 'none',
    '4.13.0': 'all',
    '4.15.7': 'all',
    '4.16.0': 'not-static-mem',
    '4.16.7': 'not-static-mem',
    '4.17.0': 'from-first-default',
    unstable: 'from-first-default',
  },
  fullMemoryNodeBugs: {
    '4.12.4': false,
    '4.13.0': true,
    '4.19.6': true,
    '4.20.3': true,
    '4.20.4': false,
    '4.21.1': true,
    '4.21.2': false,
    '4.22.0': false,
    unstable: false,
  },
  domainBuildPath: {
    '4.16.7': 'domain_build.c',
    '4.17.0': 'arch/arm/domain_build.c',
    '4.20.4': 'arch/arm/domain_build.c',
    '4.21.0': 'common/device-tree/domain-build.c',
    unstable: 'common/device-tree/domain-build.c',
  },
  hidesDomUs: at<boolean>('4.18.0', false, true),
  hidesStaticHeap: at<boolean>('4.18.0', false, true),
  hidesIommuProperties: at<boolean>('4.13.0', false, true),
  reservedWithoutPermission: at<boolean>('4.13.0', false, true),
  rangeTooHigh: {
    '4.12.4': 'assertion',
    '4.13.0': 'map',
    '4.17.7': 'map',
    '4.18.0': 'width',
    unstable: 'width',
  },
  domainCapabilities: at<boolean>('4.21.0', false, true),
  domUExtendedRegions: {
    '4.16.7': 'none',
    '4.17.0': 'over-devices',
    '4.20.4': 'over-devices',
    '4.21.0': 'beside-devices',
    unstable: 'beside-devices',
  },
  dividesByCells: { '4.11.0': true, '4.22.0': true, unstable: false },
  keepsEmptyDomainBank: at<boolean>('4.16.0', true, false),
  domUMemoryUnit: { '4.17.7': 'KB', '4.18.0': '0x', unstable: '0x' },
  staticMemWithoutConfig: {
    '4.16.7': 'panics',
    '4.17.0': 'unreachable',
    '4.18.6': 'unreachable',
    '4.19.0': 'unreachable-header',
    '4.22.0': 'unreachable-header',
  },
};

describe('behaviours by point release', () => {
  it('the table has a row for every behaviour', () => {
    assert.deepEqual(Object.keys(ROWS).sort(), Object.keys(TABLE).sort());
  });

  for (const [name, row] of Object.entries(ROWS)) {
    it(name, () => {
      for (const [text, value] of Object.entries(row as Record<string, unknown>)) {
        const release = parseRelease(text);
        assert.ok(release, text);
        assert.equal(behavioursOf(release)[name as keyof Behaviours], value, text);
      }
    });
  }
});
