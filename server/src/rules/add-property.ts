// Gives a node a property, in a line of its own below another one.

import { spanOf, type DtNode, type DtProperty } from '../tree/device-tree.ts';
import { stringValue } from '../tree/string-bytes.ts';
import type { Board } from './board.ts';
import type { Proposal } from './proposal.ts';

/**
 * The proposal to add `name` to `node` below `neighbour`, indented alike: with the string `value`, else without a value.
 * Undefined without a source.
 */
export function addProperty(
  board: Board,
  node: DtNode,
  neighbour: DtProperty | undefined,
  name: string,
  value?: string,
): Proposal | undefined {
  if (!neighbour?.definition) return undefined;
  const at = spanOf(neighbour.definition.whole);
  const source = board.files.get(at.file);
  if (typeof source === 'string') return undefined;
  const { text } = source;
  const lineStart = text.lastIndexOf('\n', at.start - 1) + 1;
  const indent = leadingSpace(text, lineStart, at.start);
  const isClosed = text[at.end - 1] === ';';
  const rest = isClosed ? '' : (/^\s*;/.exec(text.slice(at.end, at.end + 80))?.[0] ?? '');
  const end = at.end + rest.length;
  const statement = value === undefined ? `${name};` : `${name} = "${value}";`;
  return {
    title: `Add ${statement}`,
    change: [
      {
        kind: 'set-property',
        node: node.path,
        property: name,
        bytes: value === undefined ? new Uint8Array(0) : stringValue(value),
      },
    ],
    ways: [[{ at: { file: at.file, start: end, end }, text: `\n${indent}${statement}` }]],
  };
}

function leadingSpace(text: string, start: number, end: number): string {
  let at = start;
  while (at < end && (text[at] === ' ' || text[at] === '\t')) at += 1;
  return text.slice(start, at);
}
