// The board as it is: told whole in 4.18, and by what is different in other releases.

import { board, type Case } from './board.ts';

export const likedBoard: readonly Case[] = [
  [
    'as it is',
    board,
    Object.fromEntries(
      ['4.11', '4.14', '4.18', '4.22'].map((release) => [release, ['boots', undefined]] as const),
    ),
  ],
  ['on arm32', board, { '4.18': ['boots', undefined] }, { architecture: 'arm32' }],
];
