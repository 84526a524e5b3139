// The memory map as the view draws it: plain values that survive JSON. Addresses are entries of one sorted list of edges,
// written as hex strings; everything else refers to them by index.

import type { Severity } from '../rules/finding.ts';
import type { BlockKind } from '../target/view.ts';

export type { BlockKind };

/** A place in a source file: line and column from 1, columns in UTF-16 code units, end exclusive. */
export interface MapPlace {
  readonly file: string;
  /** The file's last path component, for people. */
  readonly name: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A range between two edges. */
export interface MapRange {
  /** Index into `edges`. */
  readonly from: number;
  /** Index into `edges`, exclusive end of the range. */
  readonly to: number;
}

export interface MapBlock extends MapRange {
  readonly kind: BlockKind;
  readonly label: string;
  /** In place of `label` where there is no room. */
  readonly short?: string;
  /** One clause: why it is so. */
  readonly why: string;
  readonly texture?: 'no-map' | 'reusable' | 'ruled';
  /** Index into `regions`. */
  readonly region?: number;
  /** Releases in which these bytes have another owner for this reader. */
  readonly differs?: readonly string[];
  /** Where, when it is only a part of the block. */
  readonly differsAt?: readonly MapRange[];
  /** The end is not known. */
  readonly open?: true;
  /** The likeliest place, not a certain one. */
  readonly guess?: true;
}

/** Why a reader has no map: it does not get that far, or an input is missing. */
export interface LaneStop {
  readonly title: string;
  readonly detail: string;
  /** The console line, when there is one; shown in a fixed-width font. */
  readonly log?: string;
  /** The edge at the height of the cause. */
  readonly at?: number;
  readonly place?: MapPlace;
  /** Void because the lane before it is; drawn as one with it. */
  readonly follows?: true;
}

/** One reader's column. */
export interface MapLane {
  /** `devicetree`, `xen`, `dom0`, `domain:NAME`; equal for the same reader of several releases. With its target where it has none. */
  readonly id: string;
  readonly name: string;
  /** One number that sums the lane up. */
  readonly summary: string;
  /** The release of `system` it holds for; absent when it holds for all. */
  readonly release?: string;
  /** Ascending by start; those of `devicetree` may overlap, the others do not. */
  readonly blocks: readonly MapBlock[];
  readonly stop?: LaneStop;
  /** Releases in which this reader stops where it does not here, or the other way round. */
  readonly differs?: readonly string[];
}

/** One statement that gave a region its range or its state. */
export interface MapOrigin {
  /** Absent for what a boot profile or a blob says. */
  readonly place?: MapPlace;
  readonly text: string;
  readonly state: 'wins' | 'overridden' | 'only';
}

/** Something the tree names: a bank, a reserved region, a module. */
export interface MapRegion extends MapRange {
  /** The label, else the node's name. */
  readonly name: string;
  /** The node's name with its unit address. */
  readonly node?: string;
  readonly path?: string;
  readonly kind:
    | 'bank'
    | 'static'
    | 'dynamic'
    | 'memreserve'
    | 'static-mem'
    | 'static-heap'
    | 'shared-mem'
    | 'module';
  readonly enabled: boolean;
  /** `no-map`, `reusable`, `status = "disabled"` … */
  readonly flags: readonly string[];
  /** Names of the nodes that refer to it by `memory-region`. */
  readonly users: readonly string[];
  /** Oldest first. */
  readonly origins: readonly MapOrigin[];
  /** Where its node is opened, so that a caret finds it. */
  readonly openings: readonly MapPlace[];
}

/** Bytes that two or more enabled claims of the tree share. */
export interface MapCollision extends MapRange {
  /** Indexes into `regions`, the widest first. */
  readonly regions: readonly number[];
}

/** A finding as the margin and the panel show it. */
export interface MapNote {
  /** Names the finding; its fixes are asked for by it, because they cost a search of the map. */
  readonly id: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  readonly text: string;
  readonly log?: string;
  /** `xen:4.18.6`, `linux:6.12`; empty when it holds for every reader. */
  readonly targets: readonly string[];
  /** The lane it is about. */
  readonly lane: string;
  readonly range?: MapRange;
  /** Indexes into `regions`: the first is the one the finding stands at. */
  readonly regions: readonly number[];
  readonly place?: MapPlace;
  readonly related: readonly { readonly message: string; readonly place?: MapPlace }[];
}

/** A region whose place the kernel chooses. */
export interface MapDynamic extends MapRange {
  readonly name: string;
  /** Bytes, as a hex string. */
  readonly size: string;
  readonly region: number;
}

export interface MapModel {
  /** The board's file name. */
  readonly title: string;
  /** The root file. */
  readonly file: string;
  /** Ascending, without repeats, as `0x…`. */
  readonly edges: readonly string[];
  /** One per pair of neighbouring edges. `named`: a region begins or ends here; `hole`: nobody has RAM or a claim here. */
  readonly segments: readonly ('plain' | 'named' | 'collision' | 'hole')[];
  readonly banks: readonly MapRegion[];
  readonly regions: readonly MapRegion[];
  readonly dynamic: readonly MapDynamic[];
  readonly collisions: readonly MapCollision[];
  /** The Devicetree first, then each release's readers, then Linux. */
  readonly lanes: readonly MapLane[];
  /** The hypervisor whose releases are shown one at a time: what stands before the colon of its targets, and in words. */
  readonly system?: { readonly id: string; readonly name: string };
  /** Its releases that were evaluated, ascending. */
  readonly releases: readonly string[];
  /** Those of them that are no targets, only tried in the view. */
  readonly tried?: readonly string[];
  readonly notes: readonly MapNote[];
  /** False when the last edge is not the end of RAM but only as far as is known. */
  readonly ramKnown: boolean;
  /** The text is broken; this is the map of the last good text. */
  readonly stale?: { readonly message: string; readonly place?: MapPlace };
  /** There is nothing to draw, and why. */
  readonly empty?: string;
}
