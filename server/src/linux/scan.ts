// What the steps of the early scan share: the tree, the release and the state they change.

import type { CellCounts } from '../addresses/cells.ts';
import type { Range } from '../addresses/region.ts';
import type { Architecture } from '../facts/architecture-of.ts';
import { physicalBitsOf } from '../facts/physical-bits.ts';
import { cellsOf, type DeviceTree, type DtNode, type Written } from '../tree/device-tree.ts';
import { printForm, type Facts } from '../messages/form.ts';
import { formOf } from '../messages/message.ts';
import type { Behaviours } from './behaviours.ts';
import type {
  IgnoredNode,
  KernelLine,
  LinuxEvent,
  LinuxReserved,
  RecordedRegion,
} from './linux-boot.ts';
import type { Memblock } from './memblock.ts';
import { linuxMessages, type LinuxFacts, type LinuxMessageId } from './messages.ts';

/** A recorded region while it is being worked on. */
export type Recording = { -readonly [Key in keyof RecordedRegion]: RecordedRegion[Key] };

export interface Scan {
  readonly tree: DeviceTree;
  readonly behaviours: Behaviours;
  readonly architecture: Architecture;
  /** Bytes. */
  readonly pageSize: bigint;
  /** dt_root_addr_cells and dt_root_size_cells. */
  readonly cells: CellCounts;
  readonly commandLine: string;
  readonly block: Memblock;
  /** What `mem=` takes from the banks. */
  readonly cut: Range[];
  readonly log: KernelLine[];
  readonly reserved: LinuxReserved[];
  readonly recorded: Recording[];
  readonly ignored: IgnoredNode[];
}

/** The root's cells as early_init_dt_scan_root reads them: 1 and 1 when missing, not the specification's 2 and 1. */
export function linuxRootCells(tree: DeviceTree): CellCounts {
  const read = (name: string): number => {
    const property = tree.root.properties.get(name);
    return (property && cellsOf(property)[0]) ?? 1;
  };
  return { address: read('#address-cells'), size: read('#size-cells') };
}

/** Logs an event. */
export function print<Id extends LinuxMessageId>(
  scan: Scan,
  level: KernelLine['level'],
  id: Id,
  facts: LinuxFacts<Id>,
  about?: { readonly node: DtNode; readonly property?: string; readonly uncertain?: boolean },
): void {
  const written: Written | undefined =
    about?.property === undefined
      ? about?.node.openings[0]?.name
      : about.node.properties.get(about.property)?.definition?.whole;
  const form = formOf(linuxMessages[id], scan.behaviours);
  const text = printForm(form, facts as Facts, digitsOf(scan));
  scan.log.push({
    text,
    shown: text,
    events: [{ id, facts } as LinuxEvent],
    level,
    ...(about ? { node: about.node } : {}),
    ...(written ? { written } : {}),
    ...(about?.uncertain ? { uncertain: true as const } : {}),
  });
}

/**
 * Whether physical addresses have 32 bits: on arm, with a tree that has no wider ones or cores without LPAE. Whether a kernel
 * for others has LPAE is not known, and taken for granted.
 */
export function hasShortAddresses({ architecture, cells, tree }: Scan): boolean {
  return architecture === 'arm32' && (cells.address === 1 || physicalBitsOf(tree)?.bits === 32);
}

/** Digits of `%pa`, as wide as a physical address. */
function digitsOf(scan: Scan): number {
  return hasShortAddresses(scan) ? 8 : 16;
}

/** `%lu MiB` as the kernel computes it: whole MiB, rounded down. */
export function mebibytes(bytes: bigint): number {
  return Number(bytes >> 20n);
}

/** of_read_number keeps the low 64 bits. */
export function low64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

/** The value of a kernel command line parameter, the last one given; undefined when absent. */
export function commandLineValue(commandLine: string, name: string): string | undefined {
  return commandLineValues(commandLine, name).at(-1);
}

/** All values of a parameter that may be given more than once, in their order. */
export function commandLineValues(commandLine: string, name: string): string[] {
  return commandLine
    .split(/\s+/)
    .flatMap((word) => (word.startsWith(`${name}=`) ? [word.slice(name.length + 1)] : []));
}

const SUFFIXES = 'KMGTPE';

/** memparse(): a number with an optional suffix, and what follows it; undefined when there is no number. */
export function parseMemory(text: string): { value: bigint; rest: string } | undefined {
  const match = /^(0x[0-9a-f]+|\d+)([kmgtpe])?/i.exec(text);
  if (!match) return undefined;
  const digits = match[1] ?? '0';
  const octal = /^0[0-7]+$/.test(digits);
  const power = match[2] === undefined ? 0 : SUFFIXES.indexOf(match[2].toUpperCase()) + 1;
  return {
    value: BigInt(octal ? `0o${digits.slice(1)}` : digits) << BigInt(10 * power),
    rest: text.slice(match[0].length),
  };
}
