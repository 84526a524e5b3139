// The nodes dtc adds for overlays: __symbols__, __fixups__ and __local_fixups__ (livetree.c, generate_*_tree).

import { encodeText } from '../text/encode.ts';
import { MergedNode } from './merged.ts';
import type { Phandles, ResolvedReference } from './resolve.ts';

/** Adds `/__symbols__`: the path of every labelled node, each of which gets a phandle. */
export function addSymbols(root: MergedNode, phandles: Phandles): void {
  if (!hasLabels(root)) return;
  const symbols = childOrNew(root, '__symbols__');
  const visit = (node: MergedNode): void => {
    if (node.labelEntries !== undefined) {
      for (const { name, deleted } of node.labelEntries) {
        if (!deleted && symbols.liveProperty(name) === undefined)
          symbols.addProperty(name, encodeText(`${node.path}\0`));
      }
      phandles.of(node);
    }
    for (const child of node.children) if (!child.deleted) visit(child);
  };
  visit(root);
}

/** Whether any node has, or before deletions had, a label: dtc does not look at deletion here. */
function hasLabels(node: MergedNode): boolean {
  return (
    node.labelEntries !== undefined ||
    node.children.some((child) => !child.deleted && hasLabels(child))
  );
}

/** Adds `/__fixups__`: for each label this tree lacks, where its phandle is to be filled in. */
export function addFixups(root: MergedNode, references: readonly ResolvedReference[]): void {
  const missing = references.filter(({ found }) => found === undefined);
  if (missing.length === 0) return;
  const fixups = new Appended(childOrNew(root, '__fixups__'));
  for (const { node, property, offset, target } of missing)
    fixups.append(target, encodeText(`${node.path}:${property.name}:${offset}\0`));
  fixups.write();
}

/** Adds `/__local_fixups__`: which cells hold phandles of this tree's own nodes. */
export function addLocalFixups(root: MergedNode, references: readonly ResolvedReference[]): void {
  const local = references.filter(({ found }) => found !== undefined);
  if (local.length === 0) return;
  const fixups = childOrNew(root, '__local_fixups__');
  const appended = new Map<MergedNode, Appended>();
  for (const { node, property, offset } of local) {
    let into = fixups;
    for (const name of namesAbove(node)) into = childOrNew(into, name);
    let below = appended.get(into);
    if (below === undefined) appended.set(into, (below = new Appended(into)));
    below.append(
      property.name,
      Uint8Array.of(offset >>> 24, (offset >>> 16) & 0xff, (offset >>> 8) & 0xff, offset & 0xff),
    );
  }
  for (const below of appended.values()) below.write();
}

/** The names from the root's child down to `node`, as far up as dtc knows parents. */
function namesAbove(node: MergedNode): string[] {
  const names: string[] = [];
  for (let at: MergedNode | undefined = node; at?.parent; at = at.parent) {
    names.unshift(at.name);
    if (at.isParentUnknown) return names.slice(1);
  }
  return names;
}

function childOrNew(parent: MergedNode, name: string): MergedNode {
  const known = parent.liveChild(name);
  if (known !== undefined) return known;
  const made = new MergedNode(name, parent);
  made.path = parent.path === '/' ? `/${name}` : `${parent.path}/${name}`;
  parent.addChild(made);
  return made;
}

/** Bytes to append to properties of one node, kept in pieces until all are known. */
class Appended {
  readonly #node: MergedNode;
  readonly #pieces = new Map<string, Uint8Array[]>();

  constructor(node: MergedNode) {
    this.#node = node;
  }

  append(name: string, bytes: Uint8Array): void {
    const known = this.#pieces.get(name);
    if (known) known.push(bytes);
    else this.#pieces.set(name, [bytes]);
  }

  write(): void {
    for (const [name, pieces] of this.#pieces) {
      const before = this.#node.liveProperty(name);
      const all = before ? [before.bytes, ...pieces] : pieces;
      const joined = new Uint8Array(all.reduce((length, piece) => length + piece.length, 0));
      let at = 0;
      for (const piece of all) {
        joined.set(piece, at);
        at += piece.length;
      }
      if (before) before.setBytes(joined);
      else this.#node.addProperty(name, joined);
    }
  }
}
