// A blob as a model to which declared changes are made: written for the proof, so that it shares no fault with what it proves.

import type { TreeChange } from '../../server/src/tree/tree-change.ts';

/** A piece of a value: bytes as hex, or a node that a phandle or a path stands for. */
type Token = string | { readonly node: ModelNode; readonly as: 'phandle' | 'path' };

export interface ModelNode {
  name: string;
  parent: ModelNode | undefined;
  readonly properties: Map<string, Token[]>;
  children: ModelNode[];
  /** Whether its place among its siblings says nothing. */
  isPlacedAnew: boolean;
  isDeleted: boolean;
}

export interface Model {
  readonly root: ModelNode;
  reservations: string[];
}

/** Which cells of a property are phandles: all, or the first. */
const PHANDLES: ReadonlyMap<string, 'all' | 'first'> = new Map([
  ['memory-region', 'all'],
  ['acme,ref', 'first'],
  ['target', 'first'],
]);

/** The model of a version-17 blob; throws when it is none. */
export function modelOf(blob: Buffer): Model {
  if (blob.length < 40 || blob.readUInt32BE(0) !== 0xd00dfeed) throw new Error('no blob');
  const structure = blob.readUInt32BE(8);
  const strings = blob.readUInt32BE(12);
  const raw = new Map<ModelNode, Map<string, Buffer>>();
  let at = structure;
  let open: ModelNode | undefined;
  let root: ModelNode | undefined;
  const word = (): number => {
    at += 4;
    return blob.readUInt32BE(at - 4);
  };
  const textAt = (from: number): string => blob.toString('latin1', from, blob.indexOf(0, from));
  for (let tag = word(); tag !== 9; tag = word()) {
    if (tag === 1) {
      const name = textAt(at);
      at = (at + name.length + 4) & ~3;
      const node: ModelNode = {
        name,
        parent: open,
        properties: new Map(),
        children: [],
        isPlacedAnew: false,
        isDeleted: false,
      };
      open?.children.push(node);
      root ??= node;
      raw.set(node, new Map());
      open = node;
    } else if (tag === 2) open = open?.parent;
    else if (tag === 3) {
      const length = word();
      const name = textAt(strings + word());
      if (open) raw.get(open)?.set(name, blob.subarray(at, at + length));
      at = (at + length + 3) & ~3;
    } else if (tag !== 4) throw new Error(`tag ${String(tag)}`);
  }
  if (!root) throw new Error('no root');
  const byPhandle = new Map<number, ModelNode>();
  for (const [node, properties] of raw) {
    const phandle = properties.get('phandle');
    if (phandle?.length === 4) byPhandle.set(phandle.readUInt32BE(0), node);
  }
  for (const [node, properties] of raw) {
    if (node.parent === root && /^__(local_)?fixups__$/.test(node.name)) continue;
    for (const [name, bytes] of properties)
      if (name !== 'phandle' && name !== 'linux,phandle')
        node.properties.set(name, tokensOf(root, node, name, bytes, byPhandle));
  }
  const reservations: string[] = [];
  for (let from = blob.readUInt32BE(16); ; from += 16) {
    const [address, size] = [blob.readBigUInt64BE(from), blob.readBigUInt64BE(from + 8)];
    if (address === 0n && size === 0n) break;
    reservations.push(`${address.toString(16)} ${size.toString(16)}`);
  }
  return { root, reservations };
}

function tokensOf(
  root: ModelNode,
  node: ModelNode,
  name: string,
  bytes: Buffer,
  byPhandle: ReadonlyMap<number, ModelNode>,
): Token[] {
  const which = PHANDLES.get(name);
  if (which !== undefined) {
    const tokens: Token[] = [];
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      const target =
        which === 'all' || at === 0 ? byPhandle.get(bytes.readUInt32BE(at)) : undefined;
      tokens.push(target ? { node: target, as: 'phandle' } : bytes.toString('hex', at, at + 4));
    }
    return tokens;
  }
  const isPath =
    node.name === 'aliases' ||
    node.name === '__symbols__' ||
    name === 'stdout-path' ||
    name === 'acme,path';
  if (isPath && bytes.at(-1) === 0) {
    const text = bytes.toString('latin1', 0, bytes.length - 1);
    const [path = '', ...options] = text.split(':');
    const target = find(root, path);
    if (target) return [{ node: target, as: 'path' }, options.join(':')];
  }
  return [bytes.toString('hex')];
}

/** The node at a path; undefined when there is none. */
export function find(root: ModelNode, path: string): ModelNode | undefined {
  if (!path.startsWith('/')) return undefined;
  let node: ModelNode | undefined = root;
  for (const name of path.split('/').slice(1))
    if (name !== '') node = node?.children.find((child) => child.name === name);
  return node;
}

/** Makes `changes` to the model at once; paths are those before them. Throws when one cannot be made. */
export function make(model: Model, changes: readonly TreeChange[]): void {
  const at = (path: string): ModelNode => {
    const node = find(model.root, path);
    if (!node) throw new Error(`no node ${path}`);
    return node;
  };
  // Looked up before anything is renamed.
  const steps = changes.map((change): (() => void) => {
    switch (change.kind) {
      case 'set-property': {
        const node = at(change.node);
        return () => node.properties.set(change.property, [hexOf(change.bytes)]);
      }
      case 'delete-property': {
        const node = at(change.node);
        if (!node.properties.has(change.property)) throw new Error(`no ${change.property}`);
        return () => node.properties.delete(change.property);
      }
      case 'rename-property': {
        const node = at(change.node);
        const tokens = node.properties.get(change.property);
        if (!tokens || node.properties.has(change.to)) throw new Error(`no ${change.property}`);
        return () => {
          node.properties.delete(change.property);
          node.properties.set(change.to, tokens);
        };
      }
      case 'rename-node': {
        const node = at(change.node);
        return () => {
          node.name = change.to;
          if (change.isMoved === true) node.isPlacedAnew = true;
        };
      }
      case 'delete-node': {
        const node = at(change.node);
        return () => {
          deleteWithin(node);
          if (node.parent)
            node.parent.children = node.parent.children.filter((each) => each !== node);
        };
      }
      case 'add-node':
        return () => {
          const parent = at(change.parent);
          parent.children.push({
            name: change.name,
            parent,
            properties: new Map(
              [...change.properties].map(([name, bytes]): [string, Token[]] => [
                name,
                [hexOf(bytes)],
              ]),
            ),
            children: [],
            isPlacedAnew: true,
            isDeleted: false,
          });
        };
      case 'rename-label': {
        const symbols = model.root.children.find(({ name }) => name === '__symbols__');
        const tokens = symbols?.properties.get(change.label);
        return () => {
          if (!symbols || !tokens) throw new Error(`no label ${change.label}`);
          symbols.properties.delete(change.label);
          symbols.properties.set(change.to, tokens);
        };
      }
      case 'add-reservation':
        return () =>
          model.reservations.push(`${change.address.toString(16)} ${change.size.toString(16)}`);
      case 'delete-reservation':
        return () => {
          const text = `${change.address.toString(16)} ${change.size.toString(16)}`;
          const index = model.reservations.indexOf(text);
          if (index < 0) throw new Error('no such reservation');
          model.reservations.splice(index, 1);
        };
    }
  });
  for (const step of steps) step();
  // Symbols of what is deleted go with it.
  const symbols = model.root.children.find(({ name }) => name === '__symbols__');
  for (const [name, tokens] of symbols?.properties ?? [])
    if (tokens.some((token) => typeof token !== 'string' && token.node.isDeleted))
      symbols?.properties.delete(name);
  if (symbols?.properties.size === 0)
    model.root.children = model.root.children.filter((each) => each !== symbols);
}

function deleteWithin(node: ModelNode): void {
  node.isDeleted = true;
  for (const child of node.children) deleteWithin(child);
}

/** What the blob says, one line for each node and property; two models are equal when these are. Throws for a dangling reference. */
export function textOf({ root, reservations }: Model, anew: ReadonlySet<string>): string {
  const lines = [...reservations].sort().map((each) => `/memreserve/ ${each}`);
  const visit = (node: ModelNode): void => {
    const path = pathOf(node);
    lines.push(path);
    const names = node.children.map(({ name }) => name);
    if (new Set(names).size !== names.length) throw new Error(`two nodes of one name in ${path}`);
    for (const [name, tokens] of [...node.properties].sort(([a], [b]) => (a < b ? -1 : 1)))
      lines.push(`${path}:${name} = ${tokens.map(tokenText).join(' ')}`);
    const ordered = node.children.filter(
      (child) => !child.isPlacedAnew && !anew.has(pathOf(child)),
    );
    lines.push(`${path} has ${ordered.map(({ name }) => name).join(' ')}`);
    for (const child of [...node.children].sort((a, b) => (a.name < b.name ? -1 : 1)))
      if (!/^__(local_)?fixups__$/.test(child.name)) visit(child);
  };
  visit(root);
  return lines.join('\n');
}

function tokenText(token: Token): string {
  if (typeof token === 'string') return token;
  if (token.node.isDeleted)
    throw new Error(`a ${token.as} leads to the deleted ${token.node.name}`);
  return `${token.as}:${pathOf(token.node)}`;
}

/** The path of a node as it is named now. */
export function pathOf(node: ModelNode): string {
  return node.parent ? `${node.parent.parent ? pathOf(node.parent) : ''}/${node.name}` : '/';
}

/** Paths, after `changes`, of nodes that are placed anew among their siblings. */
export function placedAnew(changes: readonly TreeChange[]): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const change of changes) {
    if (change.kind === 'add-node')
      paths.add(`${change.parent === '/' ? '' : change.parent}/${change.name}`);
    if (change.kind === 'rename-node' && change.isMoved === true)
      paths.add(change.node.replace(/[^/]*$/, change.to));
  }
  return paths;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
