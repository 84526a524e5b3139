// How a boot of Xen ends, and what may be said of it.

import { eventIn } from '../messages/event.ts';
import type { Subject } from '../target/system.ts';
import { isForXen } from './is-for-xen.ts';
import { wordReasons, type Reason } from './reasons.ts';
import type { LogLine, XenBoot } from './xen-boot.ts';

/** The end of a boot before dom0 runs. */
export interface Stopped {
  readonly kind: 'panics' | 'hangs';
  /** Xen's message, when it prints one. */
  readonly line: LogLine | undefined;
  readonly because: readonly Reason[];
}

/** How a boot ends before dom0 runs, as far as it was predicted; undefined when it goes on. */
export function endOf({ outcome }: XenBoot): Stopped | undefined {
  if (outcome.kind !== 'panics' && outcome.kind !== 'hangs') return undefined;
  return { kind: outcome.kind, line: outcome.line, because: outcome.because };
}

/**
 * The end of a boot that does not depend on anything which is not given, of a tree that is made for Xen; undefined
 * otherwise. Only of such a boot may be said that it ends.
 */
export function stopsForCertain(boot: XenBoot, subject: Subject): Stopped | undefined {
  const end = endOf(boot);
  if (!end || !isForXen(subject) || !subject.map.ramKnown) return undefined;
  if (boot.uncertain.some(({ what }) => what === 'outcome')) return undefined;
  // Another value of an assumed fact saves it.
  if (boot.neighbours.some((neighbour) => !endOf(neighbour.boot))) return undefined;
  // A boot loader that adds the modules adds what is missing.
  if (subject.map.modules.length === 0 && isSetUpFailure(end.line)) return undefined;
  // And dom0 with its Xenstore may be all that is missing.
  if (isXenstoreMissing(end.line)) return undefined;
  return end;
}

/** Whether a message says that a domain could not be made. */
export function isSetUpFailure(line: LogLine | undefined): boolean {
  return (
    eventIn(line, 'dom0-construction') !== undefined ||
    eventIn(line, 'domain-construction') !== undefined
  );
}

/** Whether a message says that no domain runs Xenstore, as dom0 would. */
export function isXenstoreMissing(line: LogLine | undefined): boolean {
  return (
    eventIn(line, 'xenstore-without-dom0') !== undefined ||
    eventIn(line, 'xenstore-missing') !== undefined
  );
}

/** Why a boot does not go on as far as its memory map, or why that is not known; empty when it boots. */
export function whyNotFurther({ outcome }: XenBoot): string {
  return outcome.kind === 'boots' ? '' : wordReasons(outcome.because);
}
