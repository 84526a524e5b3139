// Xen's console: lines with their cause, lines without an end, and panics.

import type { BootState, Source } from './boot-state.ts';
import type { LogLine } from './xen-boot.ts';

function makeLine(text: string, source: Source): LogLine {
  return {
    text,
    ...(source.written && { written: source.written }),
    ...(source.node && { node: source.node }),
  };
}

/** Prints a whole line; one left open before it is continued, as on the real console. */
export function print(state: BootState, text: string, source: Source = {}): LogLine {
  const line = printOpen(state, text, source);
  state.lineOpen = false;
  return line;
}

/** Prints text without a line end: what comes next stands on the same line. */
export function printOpen(state: BootState, text: string, source: Source = {}): LogLine {
  if (state.muted) return makeLine(text, source);
  const open = state.lineOpen ? state.log.pop() : undefined;
  const line = makeLine((open?.text ?? '') + text, {
    node: open?.node ?? source.node,
    written: open?.written ?? source.written,
  });
  state.log.push(line);
  state.lineOpen = true;
  return line;
}

/** Prints the message of a panic and ends the boot. `because` says why in the field's words. */
export function panic(
  state: BootState,
  text: string,
  because: string,
  source: Source = {},
): undefined {
  const line = print(state, text, source);
  state.outcome = { kind: 'panics', line, because };
  return undefined;
}

/** Ends the boot with a message that carries a place in Xen's source: it is not part of the log. */
export function crash(
  state: BootState,
  text: string | undefined,
  because: string,
  source: Source = {},
): undefined {
  state.outcome = {
    kind: 'panics',
    ...(text !== undefined && { line: makeLine(text, source) }),
    because,
  };
  return undefined;
}

/** Ends the prediction where the inputs do not say how it goes on. */
export function giveUp(state: BootState, because: string): undefined {
  state.outcome = { kind: 'unknown', because };
  return undefined;
}

/** `0000000020000000`: what `%"PRIpaddr"` prints. Numbers wrap at 64 bits. */
export function paddr(address: bigint): string {
  return BigInt.asUintN(64, address).toString(16).padStart(16, '0');
}

/** `0x00000060000000`: what `%#"PRIpaddr"` prints; the width counts the `0x`, and zero has none. */
export function alternatePaddr(address: bigint): string {
  const value = BigInt.asUintN(64, address);
  return value === 0n ? '0'.padStart(16, '0') : `0x${value.toString(16).padStart(14, '0')}`;
}

/** `0x60000000`: what `%#"PRIx64"` prints; zero has no `0x`. */
export function alternateHex(value: bigint): string {
  const wrapped = BigInt.asUintN(64, value);
  return wrapped === 0n ? '0' : `0x${wrapped.toString(16)}`;
}
