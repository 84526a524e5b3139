// A setting of a guest's configuration is not what xl takes.

import type { Board } from '../board.ts';
import { rule } from '../rule.ts';
import { guestsOf } from './guests-of.ts';

interface Facts {
  readonly because: string;
}

export const guestSettingWrong = rule<Facts>({
  id: 'guest-setting-wrong',
  severity: 'error',
  title: "A guest's configuration has a value xl does not take",
  why: `
xl reads \`iomem\` as hexadecimal frame numbers without 0x: an address in place of a frame, or a decimal number, is another
range than the one that is meant.`,
  instead: 'Write `iomem=["START,COUNT@GUEST"]` in frames of 4 KiB.',
  source: ['xl.cfg(5), iomem'],

  *check(board: Board) {
    for (const { wrong } of guestsOf(board))
      for (const { because, at } of wrong) yield { at, facts: { because } };
  },

  message: ({ because }) => because,
});
