// What a board adds to the explanation of a captured line: who has the address that the line is about.

import type { ExplainedLine } from '../console/explain-log.ts';
import { isMemoryNode } from '../memory/map-memory.ts';
import { firstMeeting } from '../memory/range-index.ts';
import type { Board } from '../rules/board.ts';
import { verdictsFor } from '../systems/verdicts-for.ts';
import type { Verdict } from '../target/verdict.ts';

/** A line, and the verdict of whoever has its address; none where the line has no address, or that has no owner. */
export interface PlacedLine {
  readonly line: ExplainedLine;
  readonly owner?: Verdict;
}

/** The line in the light of `board`: an address that is RAM is no device's, so that its cause and fix are others. */
export function explainWithBoard(line: ExplainedLine, board: Board): PlacedLine {
  const { address } = line;
  if (address === undefined) return { line };
  const byte = { start: address, end: address + 1n };
  const named = verdictsFor(board, byte).filter(({ node }) => node !== undefined);
  // Where something went wrong, who has the byte for the system that ran is worth more than the bank around it.
  const holders =
    line.grade === 'fact' ? [] : named.filter(({ node }) => node && !isMemoryNode(node));
  const owner = holders.find(({ target }) => target !== undefined) ?? holders[0] ?? named[0];
  if (!owner) return { line };
  const isRam = firstMeeting(board.map.banks, byte) !== undefined;
  return { line: line.id === 'data-abort' && isRam ? ofRam(line, owner) : line, owner };
}

/** Words for an access to RAM that the domain does not have. */
function ofRam(line: ExplainedLine, { view, owner, target }: Verdict): ExplainedLine {
  const whose = target === undefined ? owner : `${owner}, as ${view} has it`;
  return {
    ...line,
    cause: `${line.cause} The address is RAM: ${whose}.`,
    cure: 'The domain must not use it: `dtmap map --for dom0` shows what it is told of; a release of Xen that lists memory of others as its RAM has to be replaced.',
  };
}
