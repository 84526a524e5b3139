// The memory that crashkernel= on the command line asks for (kernel/crash_core.c: parse_crashkernel, reserve_crashkernel).

import {
  alignDown,
  alignUp,
  contains,
  overlaps,
  subtract,
  type Range,
} from '../addresses/region.ts';
import type { UnplacedCrashKernel } from './linux-boot.ts';
import { commandLineValues, parseMemory, type Scan } from './scan.ts';

interface Request {
  /** As it is written: `crashkernel=64M`. */
  readonly word: string;
  /** Bytes. */
  readonly size: bigint;
  /** Where it has to be; undefined where the kernel chooses. */
  readonly base: bigint | undefined;
}

const MIB = 1n << 20n;

/**
 * What is asked for and cannot be had, whatever the boot loader puts where; undefined when it may be had, or nothing is
 * asked for. Regions that the kernel places do not count, since they may lie elsewhere, nor do limits that depend on how
 * the kernel is built.
 */
export function findUnplacedCrashKernel(scan: Scan): UnplacedCrashKernel | undefined {
  const request = readRequest(scan);
  if (!request) return undefined;
  const { word, size, base } = request;
  const taken = scan.reserved.filter(
    ({ kind, state }) => kind !== 'dynamic' && kind !== 'cma' && state !== 'failed',
  );
  const free = subtract(scan.block.memory, taken);
  const isArm32 = scan.architecture === 'arm32';
  if (base === undefined) {
    const alignment = (isArm32 ? 128n : 2n) * MIB;
    const largest = free.reduce((most, range) => {
      const room = range.end - alignUp(range.start, alignment);
      return room > most ? room : most;
    }, 0n);
    return largest < size ? { word, size, because: 'size', largest } : undefined;
  }
  const place: Range = { start: base, end: base + size };
  const alignment = (isArm32 ? 1n : 2n) * MIB;
  if (base !== alignDown(base, alignment)) return { word, size, because: 'alignment', alignment };
  if (free.some((range) => contains(range, place))) return undefined;
  const owner = taken.find((each) => overlaps(each, place));
  return owner
    ? { word, size, because: 'reserved', place, owner }
    : { word, size, because: 'outside-ram', place };
}

/** The last one without `,high` and `,low`, else the last `,high`; nothing where the kernel does not understand it. */
function readRequest(scan: Scan): Request | undefined {
  const values = commandLineValues(scan.commandLine, 'crashkernel');
  const plain = values.findLast((value) => !/,(?:high|low)$/.test(value));
  const value = plain ?? values.findLast((each) => each.endsWith(',high'))?.slice(0, -5);
  if (value === undefined) return undefined;
  const read = value.includes(':') ? readByRam(scan, value) : readSize(value);
  const size = alignUp(read?.size ?? 0n, scan.pageSize);
  if (!read || size === 0n) return undefined;
  const word = `crashkernel=${plain ?? `${value},high`}`;
  // A base of 0 stands for none.
  return { word, size, base: read.base === 0n ? undefined : read.base };
}

interface Read {
  readonly size: bigint;
  readonly base: bigint | undefined;
}

/** `SIZE[@BASE]`. */
function readSize(text: string): Read | undefined {
  const size = parseMemory(text);
  if (!size) return undefined;
  if (size.rest === '') return { size: size.value, base: undefined };
  const base = size.rest.startsWith('@') ? parseMemory(size.rest.slice(1)) : undefined;
  return base && { size: size.value, base: base.value };
}

/** `START-[END]:SIZE,…[@BASE]`: the first range that the amount of RAM is in decides. */
function readByRam(scan: Scan, text: string): Read | undefined {
  const [ranges = '', base] = text.split('@');
  const ram = scan.block.memory.reduce((sum, { start, end }) => sum + end - start, 0n);
  for (const range of ranges.split(',')) {
    const start = parseMemory(range);
    if (!start?.rest.startsWith('-')) return undefined;
    const rest = start.rest.slice(1);
    const end = parseMemory(rest);
    const tail = end ? end.rest : rest;
    const size = tail.startsWith(':') ? parseMemory(tail.slice(1)) : undefined;
    if (!size) return undefined;
    if (ram >= start.value && (!end || ram < end.value))
      return { size: size.value, base: base === undefined ? undefined : parseMemory(base)?.value };
  }
  return undefined;
}
