// What a boot of Xen has come to so far: the steps fill it in, one after the other.

import type { Range } from '../addresses/region.ts';
import type { DeviceTree, DtNode, Written } from '../tree/device-tree.ts';
import { behavioursOf, type Behaviours } from './behaviours.ts';
import type { LoaderFile } from '../facts/loader-file.ts';
import type { World } from '../facts/world.ts';
import type { Buddy, PageRange } from './steps/page-alloc.ts';
import type { Reason } from './reasons.ts';
import type { Release } from './releases.ts';
import type {
  Dom0Bank,
  Dom0MemoryNode,
  ExportedReserved,
  LogLine,
  MappedRange,
  Outcome,
  Uncertain,
  XenDomain,
} from './xen-boot.ts';
import type { XenReservedKind } from './reserved-kind.ts';

/** What a line, a bank or a finding is about. */
export interface Source {
  readonly node?: DtNode | undefined;
  readonly written?: Written | undefined;
}

/** One entry of Xen's `struct meminfo`: raw numbers, as read. */
export interface MemoryBank {
  readonly start: bigint;
  /** Bytes. */
  readonly size: bigint;
  readonly node: DtNode | undefined;
  readonly written: Written | undefined;
}

export interface ReservedBank extends MemoryBank {
  readonly kind: XenReservedKind;
  /** `xen,shm-id`; empty for everything else. */
  readonly sharedId: string;
}

/** Static shared memory as 4.19 and later list it: `start` is undefined when Xen chooses the host address. */
export interface SharedBank extends Omit<MemoryBank, 'start'> {
  readonly start: bigint | undefined;
  readonly sharedId: string;
}

export interface BootModule extends MemoryBank {
  readonly kind:
    'Xen' | 'Device Tree' | 'Kernel' | 'Ramdisk' | 'XSM' | 'DTB' | 'Microcode' | 'Unknown';
  /** Whether only a domU uses it. */
  domU: boolean;
  /** Whether its place or size was not given: such a module is not printed and overlaps nothing. */
  readonly assumed: boolean;
}

export interface CommandLine {
  /** Where the module starts; undefined when that is not known. */
  readonly module: bigint | undefined;
  /** Name of the node above the module. */
  readonly owner: string;
  readonly text: string;
  readonly domU: boolean;
  readonly kind: BootModule['kind'];
  readonly node: DtNode;
  /** `bootargs` of the module. */
  readonly written: Written | undefined;
}

export interface Options {
  /** Whether there may be more options that are not known. */
  readonly open: boolean;
  readonly commandLine: string | undefined;
  /** Where the command line is written; nothing where the profile gives it. */
  readonly source: Source;
  /** Bytes; the default when `dom0MemoryGiven` is false. */
  readonly dom0Memory: bigint;
  readonly dom0MemoryGiven: boolean;
  readonly bootscrub: 'off' | 'on' | 'idle';
  readonly extendedRegions: boolean;
  /** 4 KiB frames. */
  readonly grantFrames: number;
  readonly dom0Cpus: number | undefined;
  /** The device Xen's console uses, as written: a path or an alias. */
  readonly uart: string | undefined;
  /** MiB; arm32 only. */
  readonly xenheapMegabytes: number | undefined;
}

/** Addresses without the bits that no RAM uses: what a piece of the frame table has entries for. */
export interface FrametablePiece extends Range {
  /** Where its last mapping ends, beyond its entries; what lies between has no meaning. */
  readonly mappedEnd: bigint;
}

export interface BootState {
  readonly tree: DeviceTree;
  /** What the boot loader loads, as far as a script says so. */
  readonly files: readonly LoaderFile[];
  readonly release: Release;
  readonly does: Behaviours;
  /** What is not in the tree. */
  readonly world: World;
  readonly arm32: boolean;

  readonly log: LogLine[];
  /** Whether the last line has no line end yet. */
  lineOpen: boolean;
  /** Whether it is open if the boot gets this far: lines are no longer logged. */
  muted: boolean;
  outcome: Outcome | undefined;
  readonly uncertain: Uncertain[];

  readonly ram: MemoryBank[];
  /** Whether the memory nodes are forms that the boot loader fills in: they are not read. */
  ramIsForm: boolean;
  /** Why RAM is not known, when it is not. */
  ramUnknown: Reason | undefined;
  readonly reserved: ReservedBank[];
  readonly shared: SharedBank[];
  readonly modules: BootModule[];
  readonly commandLines: CommandLine[];
  /** Modules seen without a kind of their own. */
  unknownModules: number;
  hasStaticHeap: boolean;
  /** The node whose error ended the scan. */
  scanEndedAt: DtNode | undefined;

  options: Options;
  /** Where Xen's text is when dom0 is built; 4.11 has moved it by then. */
  xenAddress: bigint;
  /** Xen's own heap, apart from the domains' memory; arm32 only. */
  xenheap: Range | undefined;
  /** The table of struct page_info, in the pieces it is allocated in. */
  frametable: readonly FrametablePiece[];
  /** Boot allocator's regions as given, in pages, ascending. */
  heap: PageRange[];
  /** Ranges whose page frame numbers pass `mfn_valid()`. */
  valid: Range[];
  /** The heap, once with the fewest and once with the most pages that Xen itself may have taken; none before it exists. */
  buddies: readonly Buddy[];

  hasDom0: boolean;
  dom0Kernel: BootModule | undefined;
  dom0Initrd: BootModule | undefined;
  dom0Banks: Dom0Bank[];
  banksUncertain: boolean;
  /** Whether only the part of dom0's RAM below 4 MiB has an unknown place: its first bank is known. */
  restUncertain: boolean;
  grantTable: Range | undefined;
  extendedRegions: Range[];
  kernelRange: Range | undefined;
  initrdRange: Range | undefined;
  blobRange: { start: bigint; end: bigint } | undefined;
  memoryNodes: Dom0MemoryNode[];
  /** Reserved banks told to dom0 as memory. */
  exported: ExportedReserved[];
  mapped: MappedRange[];
  dom0Tree: DeviceTree | undefined;
  /** Bytes of dom0's generated blob. */
  dom0BlobSize: number;
  domains: number;
  /** Those of the tree that are built, in their order. */
  readonly domUs: XenDomain[];
  /** Bytes of the heap given to them. */
  takenByDomUs: bigint;
}

export function newBootState(
  tree: DeviceTree,
  release: Release,
  world: World,
  files: readonly LoaderFile[] = [],
): BootState {
  return {
    tree,
    files,
    release,
    does: behavioursOf(release),
    world,
    arm32: world.valueOf('architecture') === 'arm32',
    log: [],
    lineOpen: false,
    muted: false,
    outcome: undefined,
    uncertain: [],
    ram: [],
    ramIsForm: false,
    ramUnknown: undefined,
    reserved: [],
    shared: [],
    modules: [],
    commandLines: [],
    unknownModules: 0,
    hasStaticHeap: false,
    scanEndedAt: undefined,
    options: {
      open: false,
      commandLine: undefined,
      source: {},
      dom0Memory: 0n,
      dom0MemoryGiven: false,
      bootscrub: 'on',
      extendedRegions: true,
      grantFrames: 64,
      dom0Cpus: undefined,
      uart: undefined,
      xenheapMegabytes: undefined,
    },
    xenAddress: 0n,
    xenheap: undefined,
    frametable: [],
    heap: [],
    valid: [],
    buddies: [],
    hasDom0: false,
    dom0Kernel: undefined,
    dom0Initrd: undefined,
    dom0Banks: [],
    banksUncertain: false,
    restUncertain: false,
    grantTable: undefined,
    extendedRegions: [],
    kernelRange: undefined,
    initrdRange: undefined,
    blobRange: undefined,
    memoryNodes: [],
    exported: [],
    mapped: [],
    dom0Tree: undefined,
    dom0BlobSize: 0,
    domains: 0,
    domUs: [],
    takenByDomUs: 0n,
  };
}

/** `start` to `start + size`. Xen's numbers wrap at 64 bits when printed, not here. */
export function rangeOf(bank: { readonly start: bigint; readonly size: bigint }): Range {
  return { start: bank.start, end: bank.start + bank.size };
}

/** Whether dom0 runs in 32 bits: always on arm32, and with a zImage elsewhere. */
export function is32Bit({ arm32, world }: BootState): boolean {
  return arm32 || world.valueOf('kernel.format') === 'zimage';
}
