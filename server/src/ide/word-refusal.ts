// The sentence for a fix that is not offered.

import type { Refusal } from '../analysis/try-proposals.ts';
import { printableBrief } from '../text/printable.ts';
import type { FileId } from '../text/span.ts';
import type { TreeDifference } from '../tree/compare-trees.ts';

/** Why a fix is not made, and what to do by hand, as one sentence; `nameOf` names files. */
export function wordRefusal(refusal: Refusal, nameOf: (file: FileId) => string): string {
  return printableBrief(sentenceFor(refusal, nameOf));
}

function sentenceFor(refusal: Refusal, nameOf: (file: FileId) => string): string {
  switch (refusal.code) {
    case 'no-text':
      return 'No single place in the text makes this value; edit it by hand.';
    case 'made-by-macro':
      return `The macro ${refusal.macro} makes it, and no argument or single-use definition changes only this; edit it by hand.`;
    case 'text-broken':
      return `${nameOf(refusal.board)} has errors in its text; correct them first.`;
    case 'board-unreadable':
      return `${nameOf(refusal.board)} reads the same file and cannot be read itself, so the effect on it is unknown.`;
    case 'breaks-text':
      return `${nameOf(refusal.board)} would no longer compile${refusal.problem === undefined ? '' : `: ${refusal.problem}`}; edit it by hand.`;
    case 'changes-more':
      return `${wordDifference(refusal.difference)} in ${nameOf(refusal.board)}; edit it by hand.`;
    case 'new-finding':
      return `${nameOf(refusal.board)} would get a new ${refusal.severity}: ${refusal.message} [${refusal.rule}]`;
    case 'finding-stays':
      return `The finding would remain in ${nameOf(refusal.board)}; edit it by hand.`;
    case 'file-locked':
      return refusal.because;
    case 'too-many-boards':
      return `${nameOf(refusal.file)} belongs to ${refusal.count} boards, more than are checked; edit it by hand.`;
    case 'boards-unknown':
      return `The boards that include ${nameOf(refusal.file)} are not all known, because the work tree is too large to search; edit it by hand.`;
    case 'not-searched':
      return `${nameOf(refusal.file)} lies in a folder that is not searched for boards; edit it by hand.`;
  }
}

function wordDifference(difference: TreeDifference): string {
  switch (difference.code) {
    case 'node-missing':
      return `It would remove ${difference.node}`;
    case 'node-added':
      return `It would add ${difference.node}`;
    case 'node-exists':
      return `There is a node ${difference.node} already`;
    case 'node-order':
      return `It would reorder the nodes below ${difference.node}`;
    case 'property-missing':
      return `It would remove ${difference.property} of ${difference.node}`;
    case 'property-added':
      return `It would add ${difference.property} to ${difference.node}`;
    case 'value-differs':
      return difference.areBytes
        ? `${difference.property} of ${difference.node} is written as a byte string`
        : `It would not give ${difference.property} of ${difference.node} the value that it says`;
    case 'property-differs':
      return `It would not only change what it says, but also ${difference.property} of ${difference.node}`;
    case 'still-used':
      return `${difference.property} of ${difference.node} refers to the node`;
    case 'label-differs':
      return `It would move the label ${difference.label}`;
    case 'reservations-differ':
      return 'It would change other /memreserve/ entries';
  }
}
