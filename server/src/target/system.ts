// What a system offers to all that ask what becomes of a board's memory under it.

import type { Range } from '../addresses/region.ts';
import type { BootFacts, FactName } from '../facts/boot-facts.ts';
import type { LoaderFile } from '../facts/loader-file.ts';
import type { FactChange } from '../facts/world.ts';
import type { DynamicReserved, MemoryMap } from '../memory/memory-map.ts';
import type { DeviceTree } from '../tree/device-tree.ts';
import { systemIdOf, type Boot } from './boot.ts';
import type { ReaderMap } from './reader-map.ts';
import type { Verdict } from './verdict.ts';
import type { View } from './view.ts';

/** What systems are asked about: a tree, and what lies where in it. */
export interface Subject {
  readonly tree: DeviceTree;
  readonly map: MemoryMap;
  readonly facts: BootFacts;
}

/** A release of a system, to be booted. */
export interface Target {
  /** `xen:4.18.6`: the release it stands for. */
  readonly name: string;
  /** `xen:4.18`: as it was asked for. */
  readonly asked: string;
  /** Ascending with the age of releases of one system. */
  readonly order: number;
  /** `files`: what the boot loader loads, as far as a script says so. */
  readonly boot: (tree: DeviceTree, facts: BootFacts, files: readonly LoaderFile[]) => Boot;
}

/** A line about something that is not one range: a bank, a region without an address, a command line. */
export interface Remark {
  /** As in a verdict: `Xen 4.18.6`. */
  readonly view: string;
  /** Empty when the ranges say it all. */
  readonly text: string;
  readonly ranges: readonly Range[];
  /** Whether the ranges are only likely. */
  readonly isLikely: boolean;
}

/** How a boot ends, in sentences. */
export interface Ending {
  readonly sentence: string;
  /** What the inputs do not determine, one sentence each. */
  readonly uncertain: readonly string[];
}

/** The same boot in a world that differs in assumed facts. */
export interface BootNeighbour {
  readonly changes: readonly FactChange[];
  readonly boot: Boot;
  /** Whether it ends before its domains run. */
  readonly ends: boolean;
}

/** A system whose boots are of the type `Own`. */
export interface SystemOf<Own extends Boot> {
  /** What stands before the colon of a target: `xen`. */
  readonly id: string;
  /** In words: `Xen`. */
  readonly name: string;
  /** What its option of the command line takes: `Xen release, such as 4.18`. */
  readonly releaseHelp: string;
  /** Whether it shares the memory out among others; its releases are shown one at a time. */
  readonly isHypervisor: boolean;
  /** Releases offered for choice, oldest first: `4.18`, and the point release that each stands for. */
  readonly branches: readonly { readonly name: string; readonly detail: string }[];
  /** The release that a text names; undefined when it names none. */
  readonly parse: (version: string) => Target | undefined;
  /** What each reader under a boot has: the system itself first. */
  readonly views: (boot: Own, subject: Subject) => readonly View[];
  /** Whether the system takes a page of a domain's in a hypercall; undefined where nothing can be said. */
  readonly frame?: (boot: Own, address: bigint, subject: Subject) => Verdict | undefined;
  /** Names of the readers whose maps it has: `xen`, `dom0`. */
  readonly readers: readonly string[];
  /** The map as a reader has it, or a domain of the tree by the name of its node, or why there is none. */
  readonly readerMap: (
    boot: Own,
    reader: string,
    subject: Subject,
  ) => ReaderMap | { readonly absent: string };
  /** What becomes of a bank of RAM. */
  readonly bank: (boot: Own, bank: Range, subject: Subject) => readonly Remark[];
  /** Where a region without an address of its own goes. */
  readonly dynamic: (boot: Own, region: DynamicReserved) => Remark;
  /** What a command line that the system reads comes to. */
  readonly bootargs: (boot: Own, subject: Subject) => readonly Remark[];
  readonly ending: (boot: Own, subject: Subject) => Ending;
  /** The boot with what is not known at its likely values, so that its log has all likely lines; absent where it has. */
  readonly settled?: (boot: Own) => Own;
  /** What of a boot holds whatever the assumed facts are; absent where nothing is assumed. */
  readonly certain?: (boot: Own, facts: BootFacts) => Own;
  /** Boots where assumed facts have other values; absent where none matters. */
  readonly neighbours?: (boot: Own) => readonly BootNeighbour[];
  /** Facts that are assumed or not known and that a boot asked for; absent where none matters. */
  readonly openFacts?: (boot: Own, subject: Subject) => readonly FactName[];
  /** What depends on such facts, each part by its path in the JSON of `boot`; absent where nothing does. */
  readonly dependents?: (boot: Own) => ReadonlyMap<FactName, ReadonlySet<string>>;
}

/** A system as those see it who know none of them by name. */
export type System = SystemOf<Boot>;

/** Hides the type of a system's boots; a boot of another system is a fault of the caller. */
export function makeSystem<Own extends Boot>(system: SystemOf<Own>): System {
  const own = (boot: Boot): Own => {
    if (systemIdOf(boot.target) !== system.id)
      throw new Error(`${boot.target} is no boot of ${system.id}`);
    return boot as Own;
  };
  const { frame, settled, certain, neighbours, openFacts, dependents, ...rest } = system;
  return {
    ...rest,
    views: (boot, subject) => system.views(own(boot), subject),
    ...(frame && { frame: (boot, address, subject) => frame(own(boot), address, subject) }),
    ...(settled && { settled: (boot) => settled(own(boot)) }),
    ...(certain && { certain: (boot, facts) => certain(own(boot), facts) }),
    ...(neighbours && { neighbours: (boot) => neighbours(own(boot)) }),
    ...(openFacts && { openFacts: (boot, subject) => openFacts(own(boot), subject) }),
    ...(dependents && { dependents: (boot) => dependents(own(boot)) }),
    readerMap: (boot, reader, subject) => system.readerMap(own(boot), reader, subject),
    bank: (boot, bank, subject) => system.bank(own(boot), bank, subject),
    dynamic: (boot, region) => system.dynamic(own(boot), region),
    bootargs: (boot, subject) => system.bootargs(own(boot), subject),
    ending: (boot, subject) => system.ending(own(boot), subject),
  };
}
