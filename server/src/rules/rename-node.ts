// Edits that give a node a new unit address everywhere its name is written.

import type { TextEdit } from '../text/edit.ts';
import type { FileSet } from '../text/source-file.ts';
import { spanOf, walkNodes, type DeviceTree, type DtNode } from '../tree/device-tree.ts';

/**
 * Edits that change the unit address of `node` to `unit` (no `0x`) where it is opened by name and where a path in the
 * tree leads through it. An empty list when the name already is right or has no unit address; undefined when the name
 * is made by a macro, so that there is no text to change.
 */
export function renameUnitAddress(
  tree: DeviceTree,
  node: DtNode,
  unit: string,
  files: FileSet,
): TextEdit[] | undefined {
  const at = node.name.indexOf('@');
  if (at < 0 || node.name.slice(at + 1) === unit) return [];
  const name = `${node.name.slice(0, at)}@${unit}`;
  const edits: TextEdit[] = [];
  for (const opening of node.openings) {
    const span = spanOf(opening.name);
    const source = files.get(span.file);
    if (typeof source === 'string') return undefined;
    const text = source.text.slice(span.start, span.end);
    if (text.startsWith('&')) {
      if (text.includes(node.name)) edits.push({ at: span, text: text.replace(node.name, name) });
      continue;
    }
    if (text !== node.name) return undefined;
    edits.push({ at: span, text: name });
  }
  for (const other of walkNodes(tree.root)) {
    for (const property of other.properties.values()) {
      for (const part of property.definition?.parts ?? []) {
        if (part.kind !== 'path' && part.kind !== 'phandle' && part.kind !== 'string') continue;
        const span = spanOf(part.written);
        const source = files.get(span.file);
        if (typeof source === 'string') continue;
        const text = source.text.slice(span.start, span.end);
        const through = text.indexOf(node.path);
        if (through < 0 || !/^(?:[/:}"]|$)/.test(text.slice(through + node.path.length))) continue;
        const renamed = node.path.slice(0, node.path.length - node.name.length) + name;
        edits.push({ at: span, text: text.replace(node.path, renamed) });
      }
    }
  }
  return edits;
}
