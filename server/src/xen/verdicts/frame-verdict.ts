// Whether dom0 may hand Xen a frame in a hypercall, and if not, because of which node.

import { frameOf } from '../../addresses/page.ts';
import type { Subject } from '../../target/system.ts';
import type { Verdict } from '../../target/verdict.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import { stopsForCertain } from '../ending.ts';
import { explainMfn, type MfnExplanation } from '../explain-mfn.ts';
import { wordReasons } from '../reasons.ts';
import type { XenBoot } from '../xen-boot.ts';

/** The answer for the frame of an address; undefined where dom0 is not reached or its banks are not known. */
export function frameVerdict(
  boot: XenBoot,
  address: bigint,
  subject: Subject,
): Verdict | undefined {
  if (!boot.dom0 || stopsForCertain(boot, subject)) return undefined;
  const isOpen = boot.uncertain.some(({ what }) => what === 'dom0' || what === 'dom0.banks');
  const found = explainMfn(boot, frameOf(address));
  // Host nodes are mapped where they are, wherever dom0's own RAM is.
  if (isOpen && found.mapped !== 'device') return undefined;
  const node = nodeOf(found);
  const { linuxUsesBecause, mapped, toldBy } = found;
  return {
    view: `hypercalls of dom0 (Xen ${boot.release.name})`,
    target: boot.target,
    isSystem: false,
    owner: wording(found),
    mapped,
    toldAsRam: toldBy !== undefined,
    ...(linuxUsesBecause && { atRisk: wordReasons([linuxUsesBecause]) }),
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
      : `not mapped in dom0 (${state}), though ${toldBy} lists it as RAM: dom0 faults on the first access`;
  }
  const refused = `refused with "${line ?? ''}" (${state}): mapped for ${mappedBy?.name ?? 'a device'}`;
  if (linuxUsesBecause !== undefined)
    return `${refused}; dom0 uses it as RAM: ${wordReasons([linuxUsesBecause])}`;
  return toldBy === undefined
    ? `${refused}, not as RAM`
    : `${refused}; dom0 keeps away from it, since the node reserves it`;
}
