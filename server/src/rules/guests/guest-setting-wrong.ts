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
  reads: 'beside',
  title: "A guest's configuration has a value xl does not take",
  why: `
xl refuses a file with a fault of syntax (a string or a list that is not closed, a word without quotes), and leaves out or
refuses a setting whose value is of another type. It reads \`iomem\` as hexadecimal frame numbers, with or without 0x.`,
  instead: `
Write NAME = VALUE on each line: a number, a string in quotes, or a list in brackets. \`iomem=["START,COUNT@GUEST"]\` is in
frames of 4 KiB.`,
  source: ['xl.cfg(5)', 'xen: libxlu_cfg_y.y (4.22)', 'xen: parse_config_data (4.22)'],

  *check(board: Board) {
    for (const { wrong } of guestsOf(board))
      for (const { because, at } of wrong) yield { at, facts: { because } };
  },

  message: ({ because }) => because,
});
