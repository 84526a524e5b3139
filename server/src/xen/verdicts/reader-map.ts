// The memory map as Xen and as its dom0 have it, list by list.

import { subtract } from '../../addresses/region.ts';
import type { ReaderMap } from '../../target/reader-map.ts';
import type { Subject } from '../../target/system.ts';
import { stopsForCertain, whyNotFurther } from '../ending.ts';
import { wordReasons } from '../reasons.ts';
import type { XenReservedKind } from '../reserved-kind.ts';
import type { XenBoot } from '../xen-boot.ts';
import { domainMap } from './domain-map.ts';

/** The readers that have a map of their own, beside the domains of the tree. */
export const XEN_READERS: readonly string[] = ['xen', 'dom0'];

/** What `reader` has: one of `XEN_READERS`, or the name of a domain's node below /chosen. */
export function xenReaderMap(
  boot: XenBoot,
  reader: string,
  subject: Subject,
): ReaderMap | { readonly absent: string } {
  if (reader === 'xen') return ownMap(boot, subject);
  return reader === 'dom0' ? dom0Map(boot, subject) : domainMap(boot, reader, subject);
}

function kindOf(kind: XenReservedKind): string {
  return kind === 'reserved-memory' ? 'static' : kind;
}

function ownMap(boot: XenBoot, { map }: Subject): ReaderMap {
  return {
    banks: boot.ram,
    reserved: boot.reserved.map((each) => ({ ...each, kind: kindOf(each.kind) })),
    modules: boot.modules,
    devices: map.devices,
    free: boot.heap,
    unknown: [
      ...boot.unscanned.map((node) => ({
        node,
        because: 'Xen ended its scan of the tree before this node',
      })),
      ...boot.uncertain
        .filter(({ what }) => !what.startsWith('dom0'))
        .map(({ what, because }) => ({ because: `${what}: ${wordReasons(because)}` })),
    ],
    likely: likelyLists(boot, { modules: ['modules'], heap: ['free'] }),
  };
}

function dom0Map(boot: XenBoot, subject: Subject): ReaderMap | { readonly absent: string } {
  const { dom0 } = boot;
  if (!dom0 || stopsForCertain(boot, subject))
    return { absent: whyNotFurther(boot) || 'Xen builds none' };
  const told = dom0.memoryNodes.flatMap(({ name, reg }) =>
    reg.map((range) => ({ ...range, name })),
  );
  const { kernel, initrd, dtb } = dom0;
  const modules = [
    ...(kernel ? [{ kind: 'kernel', ...kernel }] : []),
    ...(initrd ? [{ kind: 'ramdisk', ...initrd }] : []),
    ...(dtb?.end === undefined ? [] : [{ kind: 'device-tree', start: dtb.start, end: dtb.end }]),
  ];
  return {
    banks: dom0.banks.map((range) => {
      const node = told.find((each) => each.start <= range.start && range.end <= each.end);
      return { ...range, ...(node && { madeNode: `/${node.name}` }) };
    }),
    reserved: dom0.exported.map((each) => ({ ...each, kind: kindOf(each.kind) })),
    modules,
    devices: dom0.mapped.filter(({ node }) => node.parent?.name !== 'reserved-memory'),
    free: subtract(dom0.banks, modules),
    unknown: boot.uncertain.map(({ what, because }) => ({
      because: `${what}: ${wordReasons(because)}`,
    })),
    likely: likelyLists(boot, {
      'dom0.banks': ['banks', 'free'],
      'dom0.kernel': ['kernel'],
      'dom0.initrd': ['ramdisk'],
      'dom0.dtb': ['device-tree'],
    }),
  };
}

function likelyLists(
  boot: XenBoot,
  lists: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  return boot.uncertain.flatMap(({ what }) => lists[what] ?? []);
}
