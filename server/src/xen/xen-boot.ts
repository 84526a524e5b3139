// What a boot of Xen comes to: its console, what it owns, and what it hands to dom0.

import type { Range } from '../addresses/region.ts';
import type { FactName } from '../facts/boot-facts.ts';
import type { FactChange } from '../facts/world.ts';
import type { DeviceTree, DtNode, Written } from '../tree/device-tree.ts';
import type { XenFacts, XenMessageId } from './messages.ts';
import type { Reason } from './reasons.ts';
import type { Release } from './releases.ts';
import type { XenReservedKind } from './reserved-kind.ts';

/** What a line of the console tells. */
export type XenEvent = {
  readonly [Id in XenMessageId]: { readonly id: Id; readonly facts: XenFacts<Id> };
}[XenMessageId];

/** One console line as Xen prints it, without `(XEN) `. */
export interface LogLine {
  readonly text: string;
  /** As the console shows it. */
  readonly shown: string;
  /** What it tells, in order: a line that was left open goes on with the next event. */
  readonly events: readonly XenEvent[];
  /** The source text that caused it. */
  readonly written?: Written;
  /** The node it is about. */
  readonly node?: DtNode;
}

export type Outcome =
  | { readonly kind: 'boots' }
  /** `line` is Xen's message, without the place in Xen's source. */
  | {
      readonly kind: 'panics' | 'hangs' | 'dom0-fails' | 'dom0-at-risk';
      readonly line?: LogLine;
      readonly because: readonly Reason[];
    }
  /** `likely`: how it ends in the likely world, where that depends on facts that are only assumed. */
  | {
      readonly kind: 'unknown';
      readonly because: readonly Reason[];
      readonly likely?: Exclude<Outcome, { readonly kind: 'unknown' }>;
    };

/** A RAM bank as Xen counts it, in the order it prints. */
export interface XenBank extends Range {
  readonly node: DtNode | undefined;
  readonly written: Written | undefined;
}

/** An entry of Xen's reserved list, in the order of its RESVD lines. */
export interface XenReserved extends Range {
  readonly index: number;
  readonly kind: XenReservedKind;
  readonly node: DtNode | undefined;
  readonly written: Written | undefined;
}

export interface XenModule extends Range {
  /** Whether the inputs do not give its place: then this is a place where it may be. */
  readonly assumed: boolean;
  readonly index: number;
  /** Xen's word for it: `Xen`, `Device Tree`, `Kernel`, `Ramdisk` … */
  readonly kind: string;
  readonly node: DtNode | undefined;
  readonly written: Written | undefined;
}

export interface Dom0MemoryNode {
  readonly name: string;
  readonly reg: readonly Range[];
}

/** A bank of dom0's own RAM, mapped 1:1. */
export type Dom0Bank = Range;

/** A reserved range that dom0 is told to be memory. */
export interface ExportedReserved extends Range {
  readonly kind: XenReservedKind;
  readonly node: DtNode | undefined;
  readonly written: Written | undefined;
}

/** A range of a host node's `reg` mapped 1:1 into dom0's stage 2; page aligned. */
export interface MappedRange extends Range {
  readonly node: DtNode;
}

export interface Dom0 {
  /** Bytes. */
  readonly size: bigint;
  readonly banks: readonly Dom0Bank[];
  readonly memoryNodes: readonly Dom0MemoryNode[];
  /** What of `memoryNodes` is not dom0's own RAM: reserved banks, in the order of their node's `reg`. */
  readonly exported: readonly ExportedReserved[];
  readonly extendedRegions: readonly Range[];
  readonly kernel?: Range;
  readonly initrd?: Range;
  readonly dtb?: { readonly start: bigint; readonly end?: bigint };
  /** Ranges of host nodes mapped 1:1 into dom0's stage 2, with the node. */
  readonly mapped: readonly MappedRange[];
  /** The tree Xen hands to dom0; undefined when Xen stops before it is whole. */
  readonly tree: DeviceTree | undefined;
  /** Bytes of that tree's blob, as far as it was written. */
  readonly blobSize: bigint;
}

/** A range at which a domain finds a device that Xen emulates, or a page that Xen shares with it. */
export interface DomainDevice extends Range {
  readonly kind: 'gic' | 'vpl011' | 'xenstore';
}

/** Static shared memory as a domain sees it. */
export interface DomainShared extends Range {
  /** Where it is for the host; undefined where Xen chooses. */
  readonly host: bigint | undefined;
  readonly id: string;
  readonly node: DtNode;
}

/** A domain that the tree describes, as Xen builds it; all addresses are those that the domain sees. */
export interface XenDomain {
  /** `d1`. */
  readonly name: string;
  readonly node: DtNode;
  /** `direct`: its addresses are the host's. */
  readonly mapping: 'direct' | 'guest';
  /** Whether its RAM is set aside in the tree. */
  readonly isStatic: boolean;
  readonly banks: readonly Range[];
  readonly kernel: Range;
  readonly initrd: Range | undefined;
  /** Its tree; no end where the tree repeats a file that is not read. */
  readonly dtb: { readonly start: bigint; readonly end: bigint | undefined };
  readonly extendedRegions: readonly Range[];
  /** Set where there may be some that are not known. */
  readonly extendedRegionsUnknown?: true;
  /** Undefined for a domain that is not told of Xen. */
  readonly grantTable: Range | undefined;
  readonly shared: readonly DomainShared[];
  readonly devices: readonly DomainDevice[];
  /** Set when a tree of its own assigns devices of the host to it, which is not read. */
  readonly passthrough: { readonly node: DtNode | undefined } | undefined;
}

/** A part of the prediction that the inputs do not determine. */
export interface Uncertain {
  /** JSON path, see server/docs/json.md: `dom0.banks`, `heap`, `outcome` … */
  readonly what: string;
  readonly because: readonly Reason[];
  readonly candidates?: readonly unknown[];
}

/** The same boot in a world that differs in one assumed fact, or in one and another that matters only then. */
export interface XenNeighbour {
  readonly changes: readonly FactChange[];
  readonly boot: XenBoot;
}

/** A boot in the likely world. */
export interface XenBoot {
  /** Facts that it asked for and that are assumed or not known, in the order of asking. */
  readonly restsOn: readonly FactName[];
  /**
   * The boot with places and CPUs that are not known at their assumed values, so that its log has all likely lines; absent
   * when none is assumed. Predicted when somebody asks.
   */
  readonly settled: XenBoot | undefined;
  /** Predicted when somebody asks. */
  readonly neighbours: readonly XenNeighbour[];
  readonly release: Release;
  /** `xen:4.18.6`: the target it is a boot of. */
  readonly target: string;
  readonly outcome: Outcome;
  readonly log: readonly LogLine[];
  readonly ram: readonly XenBank[];
  readonly modules: readonly XenModule[];
  readonly reserved: readonly XenReserved[];
  /** What Xen's allocator got at boot. */
  readonly heap: readonly Range[];
  /** What has a `struct page_info`, whoever owns it: `mfn_valid()` holds there. */
  readonly valid: readonly Range[];
  /** Nodes never scanned because an earlier one ended the scan. */
  readonly unscanned: readonly DtNode[];
  readonly dom0: Dom0 | undefined;
  /** The domains of the tree that it builds, in their order. */
  readonly domUs: readonly XenDomain[];
  readonly uncertain: readonly Uncertain[];
}
