// Gives a node another name wherever its name is written: where it is opened, and where paths lead through it.

import type { TextEdit } from '../text/edit.ts';
import { spanOf, unitAddress, walkNodes, type DtNode, type Written } from '../tree/device-tree.ts';
import type { TreeChange } from '../tree/tree-change.ts';
import type { Board } from './board.ts';
import { editNumber, macroNameAt, plainText } from './edit-number.ts';
import { both, wayOf, type Ways } from './proposal.ts';

export interface NodeRename {
  readonly change: TreeChange;
  /** Empty when the text has no place for the new name. */
  readonly ways: Ways;
  /** The macro that makes the name, when one does. */
  readonly macro?: string;
}

/**
 * What gives `node` the name `name`, with unit address. A name that a macro makes is changed in the arguments of the call,
 * else in the macro, when only its unit address changes.
 */
export function renameNode(board: Board, node: DtNode, name: string): NodeRename {
  const change: TreeChange = { kind: 'rename-node', node: node.path, to: name };
  let ways: Ways = [[]];
  let macro: string | undefined;
  for (const opening of node.openings) {
    macro ??= macroNameAt(board, opening.name);
    const renamed = nameEdits(board, opening.name, node, name);
    if (renamed) ways = both(ways, renamed);
  }
  const paths: TextEdit[] = [];
  for (const written of pathsThrough(board, node)) {
    const at = spanOf(written);
    const source = board.files.get(at.file);
    if (typeof source === 'string') continue;
    const text = replacePath(source.text.slice(at.start, at.end), node, name);
    const isKnown = paths.some((each) => each.at.file === at.file && each.at.start === at.start);
    if (text !== undefined && !isKnown) paths.push({ at, text });
  }
  return {
    change,
    ways: paths.length > 0 ? both(ways, [paths]) : ways,
    ...(macro === undefined ? {} : { macro }),
  };
}

/** Whether a sibling of `node` is called `name`: two nodes of one name are one node. */
export function isNameTaken(node: DtNode, name: string): boolean {
  return node.parent?.children.some((child) => child !== node && child.name === name) ?? false;
}

/** Ways to change one opening; undefined when it does not write the name. */
function nameEdits(board: Board, written: Written, node: DtNode, name: string): Ways | undefined {
  const text = plainText(board, written);
  if (text === node.name) return wayOf({ at: spanOf(written), text: name });
  if (text?.startsWith('&')) {
    const path = replacePath(text, node, name);
    return path === undefined ? undefined : wayOf({ at: spanOf(written), text: path });
  }
  const unit = unitAddress(node);
  const at = name.indexOf('@');
  const isUnitOnly = unit !== undefined && name.slice(0, at) === node.name.slice(0, at);
  const numbers = [unit ?? '', name.slice(at + 1)].map((each) =>
    /^[0-9a-f]+$/i.test(each) ? BigInt(`0x${each}`) : undefined,
  );
  const [from, to] = numbers;
  if (!isUnitOnly || from === undefined || to === undefined) return [];
  return editNumber(board, written, [{ from, to }]);
}

/** Where paths are written that may lead through `node`: openings of what is below it, and values. */
function* pathsThrough(board: Board, node: DtNode): Generator<Written> {
  for (const other of walkNodes(board.tree.root)) {
    if (other.path.startsWith(`${node.path}/`))
      for (const opening of other.openings) yield opening.name;
    for (const property of other.properties.values())
      for (const definition of [property.definition, ...property.overridden])
        for (const part of definition?.parts ?? [])
          if (part.kind === 'path' || part.kind === 'phandle' || part.kind === 'string')
            yield part.written;
  }
}

/** `&{/a/old/b}` or `"/a/old:options"` with the name of the node in it replaced; undefined when it is another path. */
function replacePath(text: string, node: DtNode, name: string): string | undefined {
  const at = text.indexOf(node.path);
  if (at < 0 || !/^(?:[/:}"]|$)/.test(text.slice(at + node.path.length))) return undefined;
  if (at > 0 && !/[{"]/.test(text.charAt(at - 1))) return undefined;
  const parent = node.path.slice(0, node.path.length - node.name.length);
  return `${text.slice(0, at)}${parent}${name}${text.slice(at + node.path.length)}`;
}
