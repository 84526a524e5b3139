// Who owns a machine frame, what dom0 sees there, and whether Xen would refuse it in a hypercall.

import type { Range } from '../addresses/region.ts';
import type { DtNode, Written } from '../tree/device-tree.ts';
import { behavioursOf } from './behaviours.ts';
import { printXen } from './messages.ts';
import type { Reason } from './reasons.ts';
import { linuxIgnores } from './steps/judge-dom0.ts';
import type { MappedRange, XenBoot } from './xen-boot.ts';
import type { XenReservedKind } from './reserved-kind.ts';

/** What lies at the frame as Xen counts it. */
export type FrameRow =
  | { readonly kind: 'dom0-bank'; readonly index: number; readonly range: Range }
  | {
      readonly kind: 'reserved';
      readonly reserved: XenReservedKind;
      readonly index: number;
      readonly range: Range;
      readonly node: DtNode | undefined;
      readonly written: Written | undefined;
    }
  | {
      readonly kind: 'module';
      readonly index: number;
      /** Xen's word: `Xen`, `Device Tree`, `Kernel` … */
      readonly name: string;
      readonly range: Range;
      readonly node: DtNode | undefined;
    }
  | { readonly kind: 'heap'; readonly range: Range }
  /** RAM that nobody got: partial pages, or a static heap elsewhere. */
  | { readonly kind: 'ram'; readonly range: Range }
  | { readonly kind: 'outside' };

export interface MfnExplanation {
  readonly mfn: bigint;
  /** First byte of the frame. */
  readonly address: bigint;
  readonly row: FrameRow;
  /** `mfn_valid()`: whether the frame has a struct page_info. */
  readonly valid: boolean;
  readonly owner: 'dom0' | 'xen' | 'domain' | 'nobody';
  /** Whether dom0 can reach it: as its own RAM, or because a host node is mapped there. */
  readonly mapped: 'ram' | 'device' | 'no';
  /** The host node mapped there. */
  readonly mappedBy: DtNode | undefined;
  /** The name of the memory node that tells dom0 it is RAM. */
  readonly toldBy: string | undefined;
  /** Why Linux in dom0 uses it as ordinary memory although dom0 does not own it; undefined when it does not. */
  readonly linuxUsesBecause: Reason | undefined;
  /**
   * What Xen prints, in debug builds, when dom0 passes a hypercall a buffer there: without the place in Xen's
   * source. Undefined when it would accept the frame, or when dom0 faults before.
   */
  readonly line: string | undefined;
}

/**
 * The state of a 4 KiB frame after a boot. The message of `line` appears only when the kernel really uses the frame
 * for a hypercall: see `linuxUsesBecause` (Xen: get_page_from_gva).
 */
export function explainMfn(boot: XenBoot, mfn: bigint): MfnExplanation {
  const address = mfn << 12n;
  const row = rowAt(boot, address);
  const valid = boot.valid.some((range) => holds(range, address));
  const own = row.kind === 'dom0-bank';
  const device = boot.dom0?.mapped.find((range: MappedRange) => holds(range, address));
  const mapped = own ? 'ram' : device ? 'device' : 'no';
  const exported = boot.dom0?.exported.find((range) => holds(range, address));
  const toldBy = boot.dom0?.memoryNodes.find(({ reg }) =>
    reg.some((range) => holds(range, address)),
  )?.name;
  const refusal = valid ? 'mfn-refused' : 'mfn-invalid';
  const does = behavioursOf(boot.release);
  const line = mapped === 'device' ? printXen(refusal, { vcpu: 'd0v0', mfn }, does) : undefined;
  return {
    mfn,
    address,
    row,
    valid,
    owner: ownerOf(row),
    mapped,
    mappedBy: device?.node,
    toldBy,
    linuxUsesBecause: exported && linuxIgnores(exported.node),
    line,
  };
}

function holds(range: Range, address: bigint): boolean {
  return range.start <= address && address < range.end;
}

function rowAt(boot: XenBoot, address: bigint): FrameRow {
  const banks = boot.dom0?.banks ?? [];
  const bank = banks.findIndex((range) => holds(range, address));
  const range = banks[bank];
  if (range) return { kind: 'dom0-bank', index: bank, range };
  const reserved = boot.reserved.find((each) => holds(each, address));
  if (reserved) {
    const { index, node, written } = reserved;
    return { kind: 'reserved', reserved: reserved.kind, index, range: reserved, node, written };
  }
  const module = boot.modules.find((each) => holds(each, address));
  if (module)
    return {
      kind: 'module',
      index: module.index,
      name: module.kind,
      range: module,
      node: module.node,
    };
  const heap = boot.heap.find((each) => holds(each, address));
  if (heap) return { kind: 'heap', range: heap };
  const ram = boot.ram.find((each) => holds(each, address));
  return ram ? { kind: 'ram', range: ram } : { kind: 'outside' };
}

/** Modules other than Xen go to the heap once every domain is built. */
function ownerOf(row: FrameRow): MfnExplanation['owner'] {
  switch (row.kind) {
    case 'dom0-bank':
      return 'dom0';
    case 'heap':
    case 'module':
      return 'xen';
    case 'reserved':
      return row.reserved === 'static-heap'
        ? 'xen'
        : row.reserved === 'static-mem' || row.reserved === 'shared-mem'
          ? 'domain'
          : 'nobody';
    case 'ram':
    case 'outside':
      return 'nobody';
  }
}
