// What the node of a domain says of the domain as a whole, and what of it ends the boot before the domain is built.

import { baseName, type DtNode } from '../../tree/device-tree.ts';
import type { BootState, Source } from '../boot-state.ts';
import { firstCell } from '../cells.ts';
import { isOneOf } from '../compatible.ts';
import { event, giveUp, panic, panicWith } from '../console.ts';
import { EINVAL } from '../errno.ts';
import { reason, type Reason } from '../reasons.ts';
import type { XenEvent } from '../xen-boot.ts';
import { GIC_V3, type HostDevices } from './handle-node.ts';

/** Bits of `capabilities` (Xen: DOMAIN_CAPS_CONTROL, DOMAIN_CAPS_HARDWARE, DOMAIN_CAPS_XENSTORE). */
const CAPABILITIES = { control: 1, hardware: 2, xenstore: 4 } as const;
const ALL_CAPABILITIES = 7;

export interface DomainWishes {
  readonly isStatic: boolean;
  readonly mapping: 'direct' | 'guest';
  readonly cpus: number;
}

/** Whether `capabilities` gives a domain one of them. */
export function hasCapability(
  { does }: BootState,
  node: DtNode,
  name: keyof typeof CAPABILITIES,
): boolean {
  return does.domainCapabilities && (capabilities(node) & CAPABILITIES[name]) !== 0;
}

function capabilities(node: DtNode): number {
  return firstCell(node.properties.get('capabilities')?.bytes) ?? 0;
}

/** What a domain is to be; undefined where its node ends the boot (Xen: parse_dom0less_node, domain_create). */
export function parseDom0lessNode(
  state: BootState,
  node: DtNode,
  host: HostDevices,
): DomainWishes | undefined {
  const refused = refusalOf(state, node);
  if (refused) return panicWith(state, refused.message, refused.because, refused.source);
  if (hasCapability(state, node, 'hardware')) {
    const because = reason('hardware-domain', { node: node.path });
    for (const what of ['dom0', 'log', 'outcome'])
      state.uncertain.push({ what, because: [because] });
    return giveUp(state, because);
  }
  const cpus = firstCell(node.properties.get('cpus')?.bytes) ?? 0;
  const limit = cpuLimit(state, host);
  if (limit !== undefined && cpus > limit) {
    const because = reason('domain-cpus-limit', { node: node.path, cpus, limit });
    const source = sourceOf(node, 'cpus');
    return panic(
      state,
      'domain-creation',
      { domain: baseName(node), code: EINVAL },
      because,
      source,
    );
  }
  return {
    isStatic: isStatic(state, node),
    mapping: isDirect(state, node) ? 'direct' : 'guest',
    cpus,
  };
}

function isStatic({ does }: BootState, node: DtNode): boolean {
  return does.staticMem !== 'none' && node.properties.has('xen,static-mem');
}

function isDirect({ does }: BootState, node: DtNode): boolean {
  return does.staticHeap && node.properties.has('direct-map');
}

function sourceOf(node: DtNode, name: string): Source {
  return { node, written: node.properties.get(name)?.definition?.whole };
}

interface Refusal {
  readonly message: XenEvent;
  readonly because: Reason;
  readonly source: Source;
}

/** In the order in which Xen looks. */
function refusalOf(state: BootState, node: DtNode): Refusal | undefined {
  const name = baseName(node);
  const facts = { node: node.path };
  const bySource = (message: XenEvent, because: Reason, property: string): Refusal => ({
    message,
    because,
    source: sourceOf(node, property),
  });
  const isHardware = hasCapability(state, node, 'hardware');
  const bits = capabilities(node);
  if (state.does.domainCapabilities && bits > ALL_CAPABILITIES) {
    const because = reason('domain-capabilities', { ...facts, bits: BigInt(bits) });
    const message = event('domain-capabilities', { bits: BigInt(bits) });
    return bySource(message, because, 'capabilities');
  }
  if (isHardware && state.hasDom0)
    return bySource(
      event('hardware-domain-twice', { domain: 'd0' }),
      reason('hardware-domain-twice', facts),
      'capabilities',
    );
  if (isDirect(state, node) && !isStatic(state, node))
    return {
      message: event('direct-map-static', { domain: name }),
      because: reason('domain-not-static', facts),
      source: { node },
    };
  if (!node.properties.has('cpus'))
    return {
      message: event('domain-cpus-property', { domain: name }),
      because: reason('domain-without-cpus', facts),
      source: { node },
    };
  if (!isHardware) return undefined;
  if (node.properties.has('passthrough'))
    return bySource(
      event('hardware-domain-passthrough', {}),
      reason('hardware-domain-passthrough', facts),
      'passthrough',
    );
  if (!isDirect(state, node) && state.world.valueOf('iommu') === false)
    return bySource(
      event('hwdom-iommu', {}),
      reason('hardware-domain-iommu', facts),
      'capabilities',
    );
  const tree = state.modules.find(({ kind, node: of }) => kind === 'DTB' && of?.parent === node);
  if (!tree) return undefined;
  return {
    message: event('hardware-domain-tree', {}),
    because: reason('hardware-domain-tree', facts),
    source: tree,
  };
}

/** How many CPUs a domain may have; undefined where the interrupt controller is not known (Xen: vgic_max_vcpus). */
function cpuLimit({ arm32 }: BootState, { gic }: HostDevices): number | undefined {
  if (!gic) return undefined;
  return arm32 || !isOneOf(gic, GIC_V3) ? 8 : 128;
}
