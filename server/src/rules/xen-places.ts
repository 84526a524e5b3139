// Where in the source something that Xen says belongs.

import { endOf } from '../xen/ending.ts';
import { eventIn, lineWith } from '../messages/event.ts';
import { xenMessages, type XenMessageId } from '../xen/messages.ts';
import type { LogLine, XenBoot } from '../xen/xen-boot.ts';
import type { Board } from './board.ts';
import type { Found, Place } from './rule.ts';
import { isForXen } from '../xen/is-for-xen.ts';
import { logOf } from './target-lines.ts';
import { xenBoots } from '../xen/xen-boots.ts';

/** The text or node that caused a line; else /chosen, where a board is made ready for Xen; else the root. */
export function placeOfLine(line: LogLine | undefined, board: Board): Place | undefined {
  if (line?.written) return line.written;
  const chosen = board.tree.root.children.find((node) => node.name === 'chosen');
  for (const node of [line?.node, chosen, board.tree.root]) {
    const opening = node?.openings.at(-1);
    if (opening) return opening.name;
  }
  return undefined;
}

/**
 * One fault for each boot of a tree made for Xen in which Xen prints a message, the first such line. It is placed where
 * that line belongs, or where the first line with the message `placedAs` does.
 */
export function* foundLines(
  board: Board,
  id: XenMessageId,
  placedAs: XenMessageId = id,
): Generator<Found<{ readonly line: string }>> {
  if (!isForXen(board)) return;
  for (const boot of xenBoots(board)) {
    const line = lineWith(boot.log, id);
    if (!line) continue;
    const at = placeOfLine(lineWith(boot.log, placedAs), board);
    if (at)
      yield {
        at,
        facts: { line: line.text },
        target: boot.target,
        ...logOf(boot, line),
      };
  }
}

/** Messages that name the node which ends the boot; a summary follows them. */
const NAMES_NODE: ReadonlySet<XenMessageId> = new Set([
  'address-untranslatable',
  'cells-invalid',
  'initrd-end-missing',
  'nested-too-deep',
  'node-parsing-failed',
  'reg-missing',
  'reg-too-short',
  'region-limit',
  ...(Object.keys(xenMessages) as XenMessageId[]).filter((id) => id.startsWith('shm-')),
]);

/** The line that tells why a boot panics: the last message is often a summary; the line that names a node stands before it. */
export function causeOfEnd(boot: XenBoot): LogLine | undefined {
  const last = endOf(boot)?.line;
  if (last?.node || last?.written) return last;
  return boot.log.findLast(({ events }) => events.some(({ id }) => NAMES_NODE.has(id))) ?? last;
}

/** `found` as what ends a boot that stops or hangs: an error for its release, with the line that Xen ends with. */
export function endingBoot<Facts>(found: Found<Facts>, boot: XenBoot): Found<Facts> {
  const { target } = boot;
  return {
    ...found,
    severity: 'error',
    target,
    ...logOf(boot, endOf(boot)?.line),
    tells: [{ target, consequence: 'boot-ends' }],
  };
}

/** Whether the boot ends where the early scan fails, as it does since 4.19. */
export function endsInScan(boot: XenBoot): boolean {
  return eventIn(endOf(boot)?.line, 'early-scan-failed') !== undefined;
}
