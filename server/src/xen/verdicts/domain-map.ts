// The memory map of a domain that the tree describes, as the domain sees it.

import { formatAddress } from '../../addresses/format.ts';
import { overlaps, subtract, type Range } from '../../addresses/region.ts';
import { tuplesOf, regCells } from '../../addresses/cells.ts';
import type { Placed, ReaderMap } from '../../target/reader-map.ts';
import type { Subject } from '../../target/system.ts';
import type { DtNode, Written } from '../../tree/device-tree.ts';
import { stopsForCertain, whyNotFurther } from '../ending.ts';
import type { DomainDevice, XenBoot, XenDomain } from '../xen-boot.ts';
import { whyUnsure } from './holding-parts.ts';

/** The map of the domain whose node below /chosen has that name; `absent` tells why a release builds none. */
export function domainMap(
  boot: XenBoot,
  name: string,
  subject: Subject,
): ReaderMap | { readonly absent: string } {
  const domain = boot.domUs.find(({ node }) => node.name === name);
  if (!domain || stopsForCertain(boot, subject))
    return { absent: whyNotFurther(boot) || 'this release builds no domain from the tree' };
  const modules = modulesOf(domain);
  const shared = domain.shared.map(({ start, end, node, host }) => ({
    start,
    end,
    node,
    written: node.properties.get('xen,shared-mem')?.definition?.value,
    kind: 'shared-mem',
    owner:
      host === undefined
        ? 'shared with other domains'
        : `shared with other domains, at ${formatAddress(host)} of the host`,
  }));
  return {
    banks: domain.banks
      .filter(({ start, end }) => start < end)
      .map((bank) => ({ ...bank, node: domain.node, written: writtenOf(domain, bank) })),
    reserved: [...shared, ...offered(domain)],
    modules,
    devices: domain.devices
      .filter(({ kind }) => kind !== 'xenstore')
      .map(({ kind, start, end }) => ({ start, end, madeNode: madeNode(kind, start, domain) })),
    free: subtract(domain.banks, [...modules, ...shared]),
    unknown: unknownOf(boot, domain).map((because) => ({ node: domain.node, because })),
    likely: likelyOf(boot, domain),
  };
}

function modulesOf({ kernel, initrd, dtb }: XenDomain): ReaderMap['modules'] {
  return [
    { kind: 'kernel', ...kernel },
    ...(initrd ? [{ kind: 'ramdisk', ...initrd }] : []),
    ...(dtb.end === undefined ? [] : [{ kind: 'device-tree', start: dtb.start, end: dtb.end }]),
  ];
}

/** Ranges outside the domain's RAM that it may use. */
function offered({
  grantTable,
  extendedRegions,
  devices,
}: XenDomain): (Placed & { readonly kind: string; readonly owner: string })[] {
  const page = devices.find(({ kind }) => kind === 'xenstore');
  return [
    ...(grantTable ? [{ ...grantTable, kind: 'grant-table', owner: 'for its grant table' }] : []),
    ...(page
      ? [{ start: page.start, end: page.end, kind: 'xenstore', owner: 'shared with Xenstore' }]
      : []),
    ...extendedRegions.map((region) => ({
      ...region,
      kind: 'extended-region',
      owner: 'free for pages of other domains',
    })),
  ];
}

/** The node of the domain's own tree: up to now it has one for all of its interrupt controller. */
function madeNode(kind: DomainDevice['kind'], start: bigint, { devices }: XenDomain): string {
  const first = devices.find((each) => each.kind === kind)?.start ?? start;
  const name = kind === 'gic' ? 'interrupt-controller' : 'sbsa-uart';
  return `/${name}@${first.toString(16)}`;
}

/** The text that gives a bank: an entry of `xen,static-mem` where addresses are the host's, else the size. */
function writtenOf({ node, mapping }: XenDomain, bank: Range): Written | undefined {
  const memory = node.properties.get('memory')?.definition?.value;
  const property = node.properties.get('xen,static-mem');
  if (mapping === 'guest' || !property) return memory;
  const isIts = tuplesOf(property, regCells(node)).some(({ address, size }) =>
    overlaps({ start: address, end: address + size }, bank),
  );
  return isIts ? property.definition?.value : memory;
}

function unknownOf(boot: XenBoot, domain: XenDomain): string[] {
  const { dtb, passthrough, node } = domain;
  const outcome = whyUnsure(boot, 'outcome');
  return [
    ...(outcome === undefined ? [] : [`whether it is built: ${outcome}`]),
    ...(dtb.end === undefined
      ? [
          `the end of its DTB at ${formatAddress(dtb.start)}: ${passthrough ? 'it repeats the tree that assigns devices to it' : 'it describes devices of the host that are not known'}`,
        ]
      : []),
    ...(domain.extendedRegionsUnknown
      ? ['its extended regions: they are what the devices leave that its own tree assigns']
      : []),
    ...(node.properties.has('vpl011') && !domain.devices.some(({ kind }) => kind === 'vpl011')
      ? ["the place of its vpl011: it is that of the host's console, which is not known"]
      : []),
  ];
}

/** Its images are as large as the modules are, whose sizes may be assumed. */
function likelyOf(boot: XenBoot, { node }: XenDomain): string[] {
  const isBelow = (of: DtNode | undefined): boolean => of?.parent === node;
  const isAssumed = boot.modules.some((module) => module.assumed && isBelow(module.node));
  return isAssumed ? ['kernel', 'ramdisk', 'device-tree'] : [];
}
