// Takes one option out of a command line in /chosen.

import { nodeAt, spanOf, stringOf } from '../tree/device-tree.ts';
import { stringValue } from '../tree/string-bytes.ts';
import type { Board } from './board.ts';
import type { Proposal } from './proposal.ts';

/**
 * The proposal to drop the word `option` from the property `name` of /chosen; undefined unless that is written as one
 * string without escapes and macros and has the word once.
 */
export function dropOption(board: Board, name: string, option: string): Proposal | undefined {
  const chosen = nodeAt(board.tree, '/chosen');
  const property = chosen?.properties.get(name);
  const [part, ...others] = property?.definition?.parts ?? [];
  if (!chosen || !part || others.length > 0) return undefined;
  const line = stringOf(chosen, name) ?? '';
  const { file, start } = spanOf(part.written);
  const source = board.files.get(file);
  if (typeof source === 'string' || !source.text.startsWith(`"${line}"`, start)) return undefined;
  const words = [...line.matchAll(/\S+/g)].filter(([word]) => word === option);
  const [word, more] = words;
  if (!word || more) return undefined;
  const after = word.index + option.length;
  // One space goes with it: the one behind, at the end of the line the one before.
  const isLast = after === line.length;
  const from = isLast && word.index > 0 ? word.index - 1 : word.index;
  const to = isLast ? after : after + 1;
  return {
    title: `Drop ${option} from ${name}`,
    change: [
      {
        kind: 'set-property',
        node: chosen.path,
        property: name,
        bytes: stringValue(line.slice(0, from) + line.slice(to)),
      },
    ],
    // The quote comes first.
    ways: [[{ at: { file, start: start + 1 + from, end: start + 1 + to }, text: '' }]],
  };
}
