// What Linux makes of a tree's memory.

import type { Range } from '../addresses/region.ts';
import type { Architecture } from '../facts/architecture-of.ts';
import type { FactChange } from '../facts/world.ts';
import type { DtNode, Written } from '../tree/device-tree.ts';
import type { LinuxFacts, LinuxMessageId } from './messages.ts';

/** What a line of the kernel's log tells. */
export type LinuxEvent = {
  readonly [Id in LinuxMessageId]: { readonly id: Id; readonly facts: LinuxFacts<Id> };
}[LinuxMessageId];

/** One kernel log line, without timestamp. `text` holds a line feed where the kernel prints one. */
export interface KernelLine {
  readonly text: string;
  /** As the console shows it: Linux has no mark. */
  readonly shown: string;
  /** What it tells. */
  readonly events: readonly LinuxEvent[];
  readonly level: 'error' | 'warning' | 'info';
  readonly written?: Written;
  readonly node?: DtNode;
  /** Set when the line holds an address that depends on where the boot loader put the kernel, initrd or blob. */
  readonly uncertain?: true;
}

/** Something that lies in memory when Linux starts, and that it keeps. */
export interface LoadedPlace extends Range {
  readonly role: 'kernel' | 'initrd' | 'dtb';
}

/** How Linux treats one reserved range. */
export interface LinuxReserved extends Range {
  readonly node: DtNode | undefined;
  readonly written: Written | undefined;
  readonly kind: 'static' | 'dynamic' | 'memreserve' | 'cma' | 'initrd' | 'loaded';
  /** For loaded ones: what it is. */
  readonly role?: LoadedPlace['role'];
  /** `reserved`: kept, mapped. `no-map`: taken out of the linear map. `failed`: Linux could not reserve it. */
  readonly state: 'reserved' | 'no-map' | 'failed';
  /** For dynamic ones: the interval it will lie in; `start`/`end` are then the likeliest place. */
  readonly within?: Range;
}

/** An entry of the kernel's reserved_mem array: what `memory-region` phandles can find. */
export interface RecordedRegion extends Range {
  readonly node: DtNode;
  readonly dynamic: boolean;
  /** The `compatible` whose driver took it: `shared-dma-pool`, `restricted-dma-pool`; undefined without one. */
  readonly driver: string | undefined;
  /** Set when a driver matched and refused: the region was released again. */
  readonly refused: boolean;
}

/** A node below /reserved-memory that Linux leaves out. */
export interface IgnoredNode {
  readonly node: DtNode;
  readonly because:
    | 'disabled'
    | 'format'
    | 'reg-length'
    | 'size-length'
    | 'alignment-length'
    | 'alloc-ranges-length'
    | 'no-reg'
    | 'no-room'
    | 'table-full'
    /** Reserved, but not recorded: no driver finds it. */
    | 'several-ranges'
    | 'refused';
}

/** A line of /proc/iomem as far as the tree decides it; `end` exclusive. */
export interface IomemEntry extends Range {
  readonly name: 'System RAM' | 'reserved';
  /** 0 at the left margin, 1 within System RAM. */
  readonly depth: 0 | 1;
}

/** A default CMA area that found no room. */
export interface UnplacedCma {
  readonly size: bigint;
  /** Where it may lie. */
  readonly within: Range;
}

/** The same boot in a world that differs in one assumed fact. */
export interface LinuxNeighbour {
  readonly changes: readonly FactChange[];
  readonly boot: LinuxBoot;
  /** Whether Linux refuses a CMA area or finds no room there: who made the tree has another kernel then. */
  readonly fails: boolean;
}
/** What crashkernel= asks for and cannot be had. */
export type UnplacedCrashKernel = {
  /** As it is written: `crashkernel=64M@0x50000000`. */
  readonly word: string;
  /** Bytes. */
  readonly size: bigint;
} & (
  | { readonly because: 'size'; /** Bytes of the largest free piece. */ readonly largest: bigint }
  | { readonly because: 'alignment'; /** Bytes. */ readonly alignment: bigint }
  | { readonly because: 'outside-ram'; readonly place: Range }
  | { readonly because: 'reserved'; readonly place: Range; readonly owner: LinuxReserved }
);

export interface LinuxBoot {
  /** `linux:6.12`: the target it is a boot of. */
  readonly target: string;
  /** `5.4`, `6.1`, `6.12` … */
  readonly release: string;
  readonly architecture: Architecture;
  /** Bytes. */
  readonly pageSize: bigint;
  /** Booted when somebody asks. */
  readonly neighbours: readonly LinuxNeighbour[];
  readonly log: readonly KernelLine[];
  /** The nodes that it takes for RAM, in blob order. */
  readonly memoryNodes: readonly DtNode[];
  /** What it is started with, as far as that is known; empty otherwise. */
  readonly commandLine: string;
  /** RAM of the banks that `mem=` on the command line leaves out, joined. */
  readonly cut: readonly Range[];
  /** RAM as memblock has it, joined. */
  readonly memory: readonly Range[];
  /** The parts of `memory` that are not in the linear map, joined. */
  readonly noMap: readonly Range[];
  /** memblock's memory regions in the order of "Early memory node ranges": split where no-map begins or ends. */
  readonly memoryRegions: readonly Range[];
  readonly reserved: readonly LinuxReserved[];
  /** The recorded regions in the order Linux keeps them. */
  readonly recorded: readonly RecordedRegion[];
  /** How many regions it records, or since 6.12 places (MAX_RESERVED_REGIONS). */
  readonly regionLimit: number;
  /** Nodes below /reserved-memory that Linux leaves out, and why. */
  readonly ignored: readonly IgnoredNode[];
  /** Set when the default CMA area that the command line asks for does not fit. */
  readonly unplacedCma?: UnplacedCma;
  /** Set when the memory for a crash kernel that the command line asks for cannot be had. */
  readonly unplacedCrashKernel?: UnplacedCrashKernel;
  readonly iomem: readonly IomemEntry[];
}
