// Static shared memory when a domain is built: what Xen checks only then.

import { PAGE_SIZE } from '../../addresses/page.ts';
import type { Range } from '../../addresses/region.ts';
import { stringOf, type DtNode } from '../../tree/device-tree.ts';
import type { BootState } from '../boot-state.ts';
import { inheritedCells, readNumber } from '../cells.ts';
import { isCompatible } from '../compatible.ts';
import { event, printEvent } from '../console.ts';
import type { LogLine, XenEvent } from '../xen-boot.ts';

/** Shared memory as one domain's node asks for it. */
export interface SharedMapping {
  readonly node: DtNode;
  readonly id: string;
  /** Undefined when Xen is to choose. */
  readonly host: bigint | undefined;
  /** Where the domain sees it. */
  readonly guest: Range;
}

/** The shared memory that the nodes directly below `parent` ask for; none in builds that do not know it. */
export function sharedMemoryBelow(state: BootState, parent: DtNode | undefined): SharedMapping[] {
  if (!state.does.staticShm || !state.world.valueOf('config.staticShm')) return [];
  return (parent?.children ?? []).flatMap((node) => {
    const property = node.properties.get('xen,shared-mem');
    if (!property || !isCompatible(node, 'xen,domain-shared-memory-v1')) return [];
    const address = inheritedCells(node, '#address-cells', 2);
    const size = inheritedCells(node, '#size-cells', 1);
    const { bytes } = property;
    const withHost = bytes.length === (address * 2 + size) * 4;
    const guestAt = withHost ? address : 0;
    const start = readNumber(bytes, guestAt, address);
    return {
      node,
      id: stringOf(node, 'xen,shm-id') ?? '',
      host: withHost ? readNumber(bytes, 0, address) : undefined,
      guest: { start, end: start + readNumber(bytes, guestAt + address, size) },
    };
  });
}

/**
 * Prints why the shared memory below `parent` cannot be mapped into a domain, and returns the line; nothing when it can
 * be. Host and guest addresses of a directly mapped domain must be equal, and every host page must have a struct
 * page_info (Xen: process_shm).
 */
export function refuseSharedMemory(
  state: BootState,
  parent: DtNode,
  domain: string,
  mapping: 'direct' | 'guest',
): LogLine | undefined {
  for (const shared of sharedMemoryBelow(state, parent)) {
    const fault = faultOf(state, shared, domain, mapping);
    const { node } = shared;
    const written = node.properties.get('xen,shared-mem')?.definition?.whole;
    if (fault) return printEvent(state, fault, { node, written });
  }
  return undefined;
}

function faultOf(
  state: BootState,
  { host, guest }: SharedMapping,
  domain: string,
  mapping: 'direct' | 'guest',
): XenEvent | undefined {
  if (host === undefined) return mapping === 'guest' ? undefined : event('shm-direct', { domain });
  const size = guest.end - guest.start;
  const places = { domain, host, guest: guest.start };
  // Since it has a list of its own, the scan has already looked at this.
  if (!state.does.sharedMemoryList) {
    if (host % PAGE_SIZE !== 0n || guest.start % PAGE_SIZE !== 0n)
      return event('shm-unaligned', places);
    if (size % PAGE_SIZE !== 0n) return event('shm-domain-size-unaligned', { domain, size });
  }
  if (mapping === 'direct' && host !== guest.start) return event('shm-not-direct', places);
  const invalid = firstInvalid(state, host, host + size);
  return invalid === undefined
    ? undefined
    : event('shm-outside-ram', { domain, address: invalid >> 12n });
}

/** The first address of [start, end) without a struct page_info; undefined when all have one. */
function firstInvalid(state: BootState, start: bigint, end: bigint): bigint | undefined {
  let at = start;
  while (at < end) {
    const here = at;
    const range = state.valid.find((each) => each.start <= here && here < each.end);
    if (!range) return at;
    at = range.end;
  }
  return undefined;
}
