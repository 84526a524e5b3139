// A board whose parts are worked out when somebody asks, and which tells when its text is read.

import type { Board, Guest, Load } from '../rules/board.ts';
import { noteTextRead } from '../tree/reads.ts';

/** The parts of a board; those that cost are functions. */
interface Parts extends Pick<Board, 'sources' | 'files' | 'tree' | 'unread'> {
  readonly bindings: Board['bindings'] | undefined;
  readonly excess: () => Board['excess'];
  readonly foreignReader: () => Board['foreignReader'];
  readonly facts: () => Board['facts'];
  readonly map: () => Board['map'];
  readonly boots: () => Board['boots'];
}

/** The board of these parts. */
export function boardOf(
  parts: Parts,
  { loads, guests }: { readonly loads?: readonly Load[]; readonly guests?: readonly Guest[] },
): Board {
  const { sources, files, tree, unread, bindings } = parts;
  return {
    get source() {
      noteTextRead();
      return sources[0];
    },
    get sources() {
      noteTextRead();
      return sources;
    },
    get files() {
      noteTextRead();
      return files;
    },
    tree,
    unread,
    get map() {
      return parts.map();
    },
    get excess() {
      return parts.excess();
    },
    get foreignReader() {
      return parts.foreignReader();
    },
    get facts() {
      return parts.facts();
    },
    ...(loads ? { loads } : {}),
    ...(guests ? { guests } : {}),
    ...(bindings ? { bindings } : {}),
    get boots() {
      return parts.boots();
    },
  };
}

/** The board with other boots. */
export function withBoots(board: Board, boots: Board['boots']): Board {
  // A copy of its values would work them all out, and read the text.
  const described: Board = Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(board), boots: { value: boots, enumerable: true } },
  ) as Board;
  return described;
}
