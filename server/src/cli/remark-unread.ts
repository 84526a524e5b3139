// Says that a board was not read as a whole, so that a view of it shows nothing known.

import { wordUnreadText } from '../memory/unread-text.ts';
import { Failure } from './failure.ts';
import { textLines } from './output.ts';
import { placeText } from './print-map.ts';
import type { OpenBoard, Session } from './session.ts';

/** The exit status of a view of the board: 2, with a line on standard error, when text of it was not read, else 0. */
export function remarkUnread({ shell }: Session, opened: OpenBoard): 0 | 2 {
  const words = wordsOf(opened);
  if (words === undefined) return 0;
  shell.stderr.write(textLines([`dtmap: ${words}`]));
  return 2;
}

/** Fails when text of the board was not read: for what has no way to say that something is unknown. */
export function stopAtUnread(opened: OpenBoard): void {
  const words = wordsOf(opened);
  if (words !== undefined) throw new Failure(words);
}

function wordsOf({ board, places }: OpenBoard): string | undefined {
  const { unread } = board.map;
  if (!unread) return undefined;
  const place = placeText(places.placeOf(unread.at));
  return `${place}: ${wordUnreadText(unread)}, so the memory of this board is unknown`;
}
