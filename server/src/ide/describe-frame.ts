// Whether dom0 may hand Xen a frame in a hypercall, and if not, because of which node.

import { wordReasons } from '../xen/reasons.ts';
import { frameOf } from '../addresses/page.ts';
import type { DtNode } from '../tree/device-tree.ts';
import { explainMfn, type MfnExplanation } from '../xen/explain-mfn.ts';
import type { XenBoot } from '../xen/xen-boot.ts';
import { xenName, type Ownership } from './ownership.ts';

/** The answer for the frame of an address; undefined where dom0 is not reached or its banks are not known. */
export function describeFrame(boot: XenBoot, address: bigint): Ownership | undefined {
  const { outcome, dom0, uncertain } = boot;
  if (!dom0 || outcome.kind === 'panics' || outcome.kind === 'hangs') return undefined;
  const isOpen = uncertain.some(({ what }) => what === 'dom0' || what === 'dom0.banks');
  const found = explainMfn(boot, frameOf(address));
  if (isOpen && found.mapped !== 'device') return undefined;
  const node = nodeOf(found);
  return {
    view: `hypercalls of dom0 (${xenName(boot)})`,
    owner: wording(found),
    ...(node && { node }),
  };
}

function nodeOf({ mappedBy, row }: MfnExplanation): DtNode | undefined {
  return mappedBy ?? (row.kind === 'reserved' || row.kind === 'module' ? row.node : undefined);
}

function wording(found: MfnExplanation): string {
  const { mapped, valid, line, mappedBy, toldBy, linuxUsesBecause } = found;
  const state = `mfn_valid ${valid ? 'yes' : 'no'}, owner ${found.owner}`;
  if (mapped === 'ram') return `accepted: dom0's own page (${state})`;
  if (mapped === 'no') {
    return toldBy === undefined
      ? `not mapped in dom0 (${state})`
      : `not mapped in dom0 (${state}), though ${toldBy} tells it this is RAM: dom0 faults on the first access`;
  }
  const refused = `refused with "${line ?? ''}" (${state}): mapped for ${mappedBy?.name ?? 'a device'}`;
  if (linuxUsesBecause !== undefined)
    return `${refused}; dom0 uses it as RAM: ${wordReasons([linuxUsesBecause])}`;
  return toldBy === undefined
    ? `${refused}, not as RAM`
    : `${refused}; dom0 keeps away from it, since the node reserves it`;
}
