// Every line of Xen that concerns memory: as each release prints it, what it means, and what to do.

import { formOf, type MessageFacts } from '../messages/message.ts';
import { printForm, type Facts } from '../messages/form.ts';
import type { Behaviours } from './behaviours.ts';
import { dom0Messages } from './messages/dom0.ts';
import { domainMessages } from './messages/domains.ts';
import { memoryMessages } from './messages/memory.ts';
import { runningMessages } from './messages/running.ts';
import { scanMessages } from './messages/scan.ts';
import { tableMessages } from './messages/table.ts';

export const xenMessages = {
  ...scanMessages,
  ...tableMessages,
  ...memoryMessages,
  ...dom0Messages,
  ...domainMessages,
  ...runningMessages,
};

export type XenMessageId = keyof typeof xenMessages;
/** What a message of Xen tells. */
export type XenFacts<Id extends XenMessageId> = MessageFacts<(typeof xenMessages)[Id]>;

/** What stands in front of Xen's lines on the console. */
export const XEN_MARK = '(XEN) ';

/** A message as a release prints it, without `(XEN) `. */
export function printXen<Id extends XenMessageId>(
  id: Id,
  facts: XenFacts<Id>,
  does: Behaviours,
): string {
  return printForm(formOf(xenMessages[id], does), facts as Facts);
}
