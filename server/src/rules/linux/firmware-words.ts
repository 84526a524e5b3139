// Recognises regions that firmware owns, by the words boards use for them.

import { stringsOf, type DtNode } from '../../tree/device-tree.ts';

const FIRMWARE =
  /(^|[-_,@])(tz\w*|trustzone|smem|secmon|secos|bl31|bl32|el3|rmm|tee|optee|op-tee|tf-?a|atf|hyp|hypervisor|hwrom|xbl|aop|rmtfs|opensbi|sbi|mmode|secure|scp|psci|qsee\w*|teegris|trusty)([-_,@\d]|$)/i;

const SECURE =
  /(^|[-_,@])(tz\w*|trustzone|secmon|secos|bl31|bl32|el3|rmm|tee|optee|op-tee|tf-?a|atf|secure|qsee\w*|teegris|trusty|opensbi|mmode)([-_,@\d]|$)/i;

function matches(node: DtNode, words: RegExp): boolean {
  const property = node.properties.get('compatible');
  return [node.name, ...node.labels, ...(property ? stringsOf(property) : [])].some((name) =>
    words.test(name),
  );
}

/** Whether name, labels or compatible speak of firmware: TrustZone, shared memory of a modem, SBI, hypervisor … */
export function isFirmwareRegion(node: DtNode): boolean {
  return matches(node, FIRMWARE);
}

/** Whether they speak of secure firmware, whose memory faults when Linux touches it; what it shares does not. */
export function isSecureRegion(node: DtNode): boolean {
  return matches(node, SECURE) && !/sh(are)?d?[-_]?mem|shm/i.test(node.name);
}
