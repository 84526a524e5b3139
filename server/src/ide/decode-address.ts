// Who owns one address, in every view: for "decode address or MFN".

import { frameOf, PAGE_SIZE } from '../addresses/page.ts';
import { formatAddress, formatGrouped } from '../addresses/format.ts';
import { conditionOf } from '../systems/condition-of.ts';
import type { Board } from '../rules/board.ts';
import { printable } from '../text/printable.ts';
import { frameVerdicts, verdictsFor } from '../systems/verdicts-for.ts';
import type { Verdict } from '../target/verdict.ts';

/** An address found in what a user wrote. */
export interface Asked {
  /** The byte. */
  readonly address: bigint;
  /** Whether it was given as a machine frame number. */
  readonly isFrame: boolean;
}

/**
 * The address in a text: `0x1a02dc000`, `1a02dc000`, `mfn 0x1a02dc`, or a log line that holds either. In a log line a
 * frame number is what follows `MFN`, `mfn` or `pfn`. Undefined when there is none.
 */
export function readAddress(text: string): Asked | undefined {
  const frame = /\b[mpg]fn\b[\s:=#]*(0x)?([0-9a-f_]+)/i.exec(text);
  if (frame) {
    const number = parseHex(frame[2] ?? '');
    return number === undefined ? undefined : { address: number << 12n, isFrame: true };
  }
  const prefixed = /\b0x([0-9a-f_]+)/i.exec(text)?.[1];
  const bare = /(?:^|[\s[(<@])([0-9a-f]{5,16})(?=$|[\s\])>,;:-])/i.exec(text)?.[1];
  const number = parseHex(prefixed ?? bare ?? '');
  return number === undefined ? undefined : { address: number, isFrame: false };
}

function parseHex(digits: string): bigint | undefined {
  const plain = digits.replaceAll('_', '');
  return /^[0-9a-f]{1,16}$/i.test(plain) ? BigInt(`0x${plain}`) : undefined;
}

/** `0x1_a02d_c000 (MFN 0x1a02dc)`, the owner in each view, and whether each system takes the frame from dom0. */
export function decodeAddress(
  board: Board,
  asked: Asked,
): { readonly title: string; readonly owners: readonly Verdict[] } {
  const { address } = asked;
  const range = { start: address, end: address + (asked.isFrame ? PAGE_SIZE : 1n) };
  const owners = verdictsFor(board, range).map((each) => {
    const condition = conditionOf(board, each, range);
    return condition === undefined ? each : { ...each, condition };
  });
  return {
    title: `${formatGrouped(address)} (MFN ${formatAddress(frameOf(address))})`,
    owners: [...owners, ...frameVerdicts(board, address)].map((each) => ({
      ...each,
      owner: printable(each.owner),
    })),
  };
}
