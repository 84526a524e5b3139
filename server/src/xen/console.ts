// Xen's console: what the steps tell, as lines with their cause.

import { isOpenForm } from '../messages/form.ts';
import { formOf } from '../messages/message.ts';
import type { BootState, Source } from './boot-state.ts';
import { printXen, XEN_MARK, xenMessages, type XenFacts, type XenMessageId } from './messages.ts';
import type { Reason } from './reasons.ts';
import type { LogLine, XenEvent } from './xen-boot.ts';

/** An event with its facts checked. */
export function event<Id extends XenMessageId>(id: Id, facts: XenFacts<Id>): XenEvent {
  return { id, facts } as XenEvent;
}

/** The line of an event that is not part of the log. */
function lineOf(state: BootState, told: XenEvent, source: Source): LogLine {
  const text = printXen(told.id, told.facts as never, state.does);
  return {
    text,
    shown: XEN_MARK + text,
    events: [told],
    ...(source.written && { written: source.written }),
    ...(source.node && { node: source.node }),
  };
}

/** Logs an event, and returns its line; one left open before it is continued, as on the real console. */
export function print<Id extends XenMessageId>(
  state: BootState,
  id: Id,
  facts: XenFacts<Id>,
  source: Source = {},
): LogLine {
  return printEvent(state, event(id, facts), source);
}

/** As `print`, of an event that was made elsewhere. */
export function printEvent(state: BootState, told: XenEvent, source: Source = {}): LogLine {
  const line = lineOf(state, told, source);
  if (state.muted) return line;
  const open = state.lineOpen ? state.log.pop() : undefined;
  const whole = open ? joinLines(open, line) : line;
  state.log.push(whole);
  state.lineOpen = isOpenForm(formOf(xenMessages[told.id], state.does));
  return whole;
}

function joinLines(open: LogLine, line: LogLine): LogLine {
  return {
    ...line,
    ...open,
    text: open.text + line.text,
    shown: open.shown + line.text,
    events: [...open.events, ...line.events],
  };
}

/** Logs the message of a panic and ends the boot. */
export function panic<Id extends XenMessageId>(
  state: BootState,
  id: Id,
  facts: XenFacts<Id>,
  because: Reason,
  source: Source = {},
): undefined {
  return panicWith(state, event(id, facts), because, source);
}

/** As `panic`, with an event that was made elsewhere. */
export function panicWith(
  state: BootState,
  told: XenEvent,
  because: Reason,
  source: Source = {},
): undefined {
  const message = printEvent(state, told, source);
  // Without a line end the frame of the panic follows in the same line.
  const line = state.lineOpen ? print(state, 'panic-frame', {}, source) : message;
  state.outcome = { kind: 'panics', line, because: [because] };
  return undefined;
}

/** Ends the boot with a message that carries a place in Xen's source, or with one that is not known: it is not logged. */
export function crash(
  state: BootState,
  message: XenEvent | undefined,
  because: Reason,
  source: Source = {},
): undefined {
  state.outcome = {
    kind: 'panics',
    ...(message && { line: lineOf(state, message, source) }),
    because: [because],
  };
  return undefined;
}

/** Ends the prediction where the inputs do not say how it goes on. */
export function giveUp(state: BootState, ...because: readonly Reason[]): undefined {
  state.outcome = { kind: 'unknown', because };
  return undefined;
}
