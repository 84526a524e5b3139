// Applies overlays to a base tree as libfdt does (fdt_overlay.c): phandles moved up, labels looked up, fragments merged.

import { encodeText } from '../text/encode.ts';
import type {
  Definition,
  DeviceTree,
  DtNode,
  DtProperty,
  Opening,
  TreeProblem,
  Written,
} from './device-tree.ts';
import { cellsOf, stringsOf } from './device-tree.ts';

interface OverlaidNode {
  path: string;
  readonly name: string;
  readonly parent: OverlaidNode | undefined;
  children: OverlaidNode[];
  properties: Map<string, DtProperty>;
  labels: string[];
  openings: Opening[];
}

/**
 * `base` with `overlays` merged in, in order. An overlay that cannot be applied as a whole (a label its base lacks, a
 * target that is not there) leaves the tree as it was and adds problems of id `overlay`; theirs are added too.
 * `base` needs `/__symbols__` for labels to be found, as with `fdtoverlay`.
 */
export function applyOverlays(base: DeviceTree, overlays: readonly DeviceTree[]): DeviceTree {
  let result = base;
  for (const overlay of overlays) result = applyOverlay(result, overlay);
  return result;
}

function applyOverlay(base: DeviceTree, overlay: DeviceTree): DeviceTree {
  const problems: TreeProblem[] = [];
  const root = copyOf(base.root, undefined);
  const names = new Set(base.stringOrder ?? namesOf(base.root));
  const patches = patchesFor(base, root, overlay, problems);
  if (patches !== undefined && problems.length === 0) {
    const targets = mergeFragments(root, overlay, patches, names, problems);
    if (problems.length === 0) updateSymbols(root, overlay, targets, names, problems);
  }
  const all = [...base.problems, ...overlay.problems, ...problems];
  if (problems.length > 0) return { ...base, problems: all };
  const labels = new Map<string, DtNode>();
  const phandles = new Map<number, DtNode>();
  index(root, labels, phandles);
  return { ...base, root, labels, phandles, problems: all, stringOrder: [...names] };
}

function copyOf(node: DtNode, parent: OverlaidNode | undefined): OverlaidNode {
  const copy: OverlaidNode = {
    path: node.path,
    name: node.name,
    parent,
    children: [],
    properties: new Map(node.properties),
    labels: [...node.labels],
    openings: [...node.openings],
  };
  copy.children = node.children.map((child) => copyOf(child, copy));
  return copy;
}

/** Property names in the order a blob's strings block gets them. */
function namesOf(node: DtNode, into: Set<string> = new Set()): Set<string> {
  for (const name of node.properties.keys()) into.add(name);
  for (const child of node.children) namesOf(child, into);
  return into;
}

/** Cells to overwrite in an overlay's properties: the offset and the value. */
type Patches = Map<DtProperty, Map<number, number>>;

/** The overlay's phandles as they are in the merged tree. */
function patchesFor(
  base: DeviceTree,
  root: OverlaidNode,
  overlay: DeviceTree,
  problems: TreeProblem[],
): Patches | undefined {
  const delta = largestPhandle(root);
  const patches: Patches = new Map();
  const patch = (property: DtProperty, offset: number, value: number): void => {
    let cells = patches.get(property);
    if (cells === undefined) patches.set(property, (cells = new Map<number, number>()));
    cells.set(offset, value >>> 0);
  };
  const move = (node: DtNode): void => {
    for (const name of ['phandle', 'linux,phandle']) {
      const property = node.properties.get(name);
      if (property === undefined) continue;
      if (property.bytes.length !== 4 || (cellsOf(property)[0] ?? 0) + delta >= 0xffffffff)
        fail(problems, { because: 'bad-phandle', node: node.path }, placeOf(property, node));
      else patch(property, 0, (cellsOf(property)[0] ?? 0) + delta);
    }
    for (const child of node.children) move(child);
  };
  move(overlay.root);
  const local = overlay.root.children.find((child) => child.name === '__local_fixups__');
  if (local) moveReferences(overlay.root, local, delta, patch, problems);
  const fixups = overlay.root.children.find((child) => child.name === '__fixups__');
  if (fixups) lookUpLabels(base, root, overlay, fixups, patch, problems);
  return patches;
}

function moveReferences(
  node: DtNode,
  fixups: DtNode,
  delta: number,
  patch: (property: DtProperty, offset: number, value: number) => void,
  problems: TreeProblem[],
): void {
  for (const fixup of fixups.properties.values()) {
    const property = node.properties.get(fixup.name);
    for (const offset of cellsOf(fixup)) {
      if (property === undefined || offset + 4 > property.bytes.length) {
        const facts = { because: 'bad-local-fixup', node: node.path, property: fixup.name };
        fail(problems, facts, placeOf(property, node));
        return;
      }
      patch(property, offset, cellAt(property.bytes, offset) + delta);
    }
  }
  for (const child of fixups.children) {
    const below = childNamed(node, child.name);
    if (below === undefined)
      fail(
        problems,
        { because: 'bad-local-fixup', node: `${node.path}/${child.name}` },
        placeOf(undefined, node),
      );
    else moveReferences(below, child, delta, patch, problems);
  }
}

function lookUpLabels(
  base: DeviceTree,
  root: OverlaidNode,
  overlay: DeviceTree,
  fixups: DtNode,
  patch: (property: DtProperty, offset: number, value: number) => void,
  problems: TreeProblem[],
): void {
  const symbols = root.children.find((child) => child.name === '__symbols__');
  for (const fixup of fixups.properties.values()) {
    const label = fixup.name;
    const symbol = symbols?.properties.get(label);
    const path = symbol && stringsOf(symbol)[0];
    const target = path === undefined ? undefined : nodeAtPath(root, path);
    const phandle = target === undefined ? 0 : phandleOf(target);
    for (const entry of stringsOf(fixup)) {
      const [where = '', name = '', offsetText = ''] = entry.split(':');
      const node = nodeAtPath(overlay.root, where);
      const property = node?.properties.get(name);
      const offset = /^[0-9]+$/.test(offsetText) ? Number(offsetText) : NaN;
      if (property === undefined || !(offset + 4 <= property.bytes.length)) {
        fail(problems, { because: 'bad-fixup', entry }, placeOf(property, node ?? overlay.root));
        continue;
      }
      const part = property.definition?.parts.find((each) => each.offset === offset);
      const at = part?.written ?? placeOf(property, node ?? overlay.root);
      if (symbols === undefined) {
        const hint = base.labels.has(label) ? { labelled: label } : {};
        fail(problems, { because: 'base-without-symbols', label, ...hint }, at);
      } else if (path === undefined) {
        fail(problems, { because: 'symbol-missing', label }, at);
      } else if (target === undefined || phandle === 0) {
        const because = target === undefined ? 'symbol-path-missing' : 'symbol-without-phandle';
        fail(problems, { because, label, path }, at);
      } else patch(property, offset, phandle);
    }
  }
}

type Targets = readonly (readonly [fragment: DtNode, target: OverlaidNode])[];

/** Merges every fragment with an `__overlay__`; a target may be what an earlier fragment brought. */
function mergeFragments(
  root: OverlaidNode,
  overlay: DeviceTree,
  patches: Patches,
  names: Set<string>,
  problems: TreeProblem[],
): Targets {
  const targets: (readonly [DtNode, OverlaidNode])[] = [];
  for (const fragment of overlay.root.children) {
    const content = fragment.children.find((child) => child.name === '__overlay__');
    if (content === undefined) continue;
    const property = fragment.properties.get('target');
    const pathProperty = fragment.properties.get('target-path');
    const phandle = property && (patches.get(property)?.get(0) ?? cellAt(property.bytes, 0));
    if (property !== undefined && (property.bytes.length !== 4 || phandle === 0xffffffff)) {
      const facts = { because: 'bad-target', fragment: fragment.name };
      fail(problems, facts, placeOf(property, fragment));
      continue;
    }
    const path = pathProperty && stringsOf(pathProperty)[0];
    const target =
      phandle !== undefined && phandle !== 0
        ? withPhandle(root, phandle)
        : path === undefined
          ? undefined
          : nodeAtPath(root, path);
    if (target === undefined) {
      const facts =
        property === undefined && pathProperty === undefined
          ? { because: 'target-absent', fragment: fragment.name }
          : { because: 'target-missing', fragment: fragment.name, ...(path ? { path } : {}) };
      fail(problems, facts, placeOf(property ?? pathProperty, fragment));
    } else {
      mergeNode(target, content, patches, names);
      targets.push([fragment, target]);
    }
  }
  return targets;
}

/** libfdt puts new properties and new nodes first. */
function mergeNode(target: OverlaidNode, node: DtNode, patches: Patches, names: Set<string>): void {
  for (const opening of node.openings) target.openings.push(opening);
  for (const label of node.labels) if (!target.labels.includes(label)) target.labels.unshift(label);
  for (const property of node.properties.values()) {
    names.add(property.name);
    setProperty(target, overlaid(property, target.properties.get(property.name), patches));
  }
  for (const child of node.children) {
    let into = childNamed(target, child.name);
    if (into === undefined) {
      into = {
        path: `${target.path === '/' ? '' : target.path}/${child.name}`,
        name: child.name,
        parent: target,
        children: [],
        properties: new Map(),
        labels: [],
        openings: [],
      };
      target.children.unshift(into);
    }
    mergeNode(into, child, patches, names);
  }
}

function setProperty(node: OverlaidNode, property: DtProperty): void {
  if (node.properties.has(property.name)) node.properties.set(property.name, property);
  else node.properties = new Map([[property.name, property], ...node.properties]);
}

/** An overlay's property with its phandles as they are in the merged tree, and what it overrode. */
function overlaid(
  property: DtProperty,
  before: DtProperty | undefined,
  patches: Patches,
): DtProperty {
  const cells = patches.get(property);
  let { bytes, definition } = property;
  if (cells !== undefined) {
    bytes = bytes.slice();
    for (const [offset, value] of cells) bytes.set(cellBytes(value), offset);
    if (definition) definition = withBytes(definition, bytes);
  }
  const earlier = before?.definition
    ? [...before.overridden, before.definition]
    : (before?.overridden ?? []);
  return {
    name: property.name,
    labels: property.labels,
    bytes,
    definition,
    overridden: [...earlier, ...property.overridden],
  };
}

function withBytes(definition: Definition, bytes: Uint8Array): Definition {
  const { whole, name, value, parts } = definition;
  return { whole, name, value, bytes, parts };
}

/** Adds the overlay's own labels to the base's `/__symbols__`, under the paths their nodes now have. */
function updateSymbols(
  root: OverlaidNode,
  overlay: DeviceTree,
  targets: Targets,
  names: Set<string>,
  problems: TreeProblem[],
): void {
  const own = overlay.root.children.find((child) => child.name === '__symbols__');
  if (own === undefined) return;
  let symbols = root.children.find((child) => child.name === '__symbols__');
  if (symbols === undefined) {
    symbols = {
      path: '/__symbols__',
      name: '__symbols__',
      parent: root,
      children: [],
      properties: new Map(),
      labels: [],
      openings: [],
    };
    root.children.unshift(symbols);
  }
  for (const symbol of own.properties.values()) {
    const path = stringsOf(symbol)[0] ?? '';
    const inside = /^\/([^/]+)\/__overlay__(?:\/(.*))?$/.exec(path);
    if (!inside) continue;
    const target = targets.find(([fragment]) => fragment.name === inside[1]);
    if (target === undefined) {
      fail(problems, { because: 'bad-symbol', label: symbol.name, path }, placeOf(symbol, own));
      continue;
    }
    const base = target[1].path === '/' ? '' : target[1].path;
    names.add(symbol.name);
    setProperty(symbols, {
      name: symbol.name,
      labels: [],
      bytes: encodeText(`${base}/${inside[2] ?? ''}\0`),
      overridden: [],
    });
  }
}

function index(
  node: OverlaidNode,
  labels: Map<string, DtNode>,
  phandles: Map<number, DtNode>,
): void {
  for (const label of node.labels) if (!labels.has(label)) labels.set(label, node);
  const phandle = phandleOf(node);
  if (phandle !== 0 && !phandles.has(phandle)) phandles.set(phandle, node);
  for (const child of node.children) index(child, labels, phandles);
}

/** As libfdt finds a child: a name without unit address also finds one that has it. */
function childNamed<T extends { readonly name: string; readonly children: readonly T[] }>(
  node: T,
  name: string,
): T | undefined {
  const isWhole = name.includes('@');
  return node.children.find(
    (child) => child.name === name || (!isWhole && child.name.startsWith(`${name}@`)),
  );
}

/** As fdt_path_offset: a path that does not begin with `/` begins with an alias. */
function nodeAtPath<T extends DtNode & { readonly children: readonly T[] }>(
  root: T,
  path: string,
): T | undefined {
  let rest = path;
  if (!path.startsWith('/')) {
    const [alias = '', ...below] = path.split('/');
    const property = childNamed(root, 'aliases')?.properties.get(alias);
    if (property === undefined) return undefined;
    rest = [stringsOf(property)[0] ?? '', ...below].join('/');
    if (!rest.startsWith('/')) return undefined;
  }
  let node: T | undefined = root;
  for (const name of rest.split('/')) {
    if (name !== '' && node !== undefined) node = childNamed<T>(node, name);
  }
  return node;
}

function phandleOf(node: DtNode): number {
  for (const name of ['phandle', 'linux,phandle']) {
    const property = node.properties.get(name);
    if (property?.bytes.length === 4) return cellAt(property.bytes, 0);
  }
  return 0;
}

function withPhandle(node: OverlaidNode, phandle: number): OverlaidNode | undefined {
  if (phandleOf(node) === phandle) return node;
  for (const child of node.children) {
    const found = withPhandle(child, phandle);
    if (found) return found;
  }
  return undefined;
}

function largestPhandle(node: DtNode): number {
  let largest = phandleOf(node);
  if (largest === 0xffffffff) largest = 0;
  for (const child of node.children) largest = Math.max(largest, largestPhandle(child));
  return largest;
}

function cellAt(bytes: Uint8Array, offset: number): number {
  return (
    (((bytes[offset] ?? 0) << 24) |
      ((bytes[offset + 1] ?? 0) << 16) |
      ((bytes[offset + 2] ?? 0) << 8) |
      (bytes[offset + 3] ?? 0)) >>>
    0
  );
}

function cellBytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/** Where to show a fault of a property, or of its node when dtc made the property. */
function placeOf(property: DtProperty | undefined, node: DtNode): Written | undefined {
  for (let at: DtNode | undefined = node; at !== undefined; at = at.parent) {
    const place = property?.definition?.whole ?? at.openings[0]?.name;
    if (place) return place;
  }
  return undefined;
}

function fail(
  problems: TreeProblem[],
  facts: Readonly<Record<string, string>>,
  at: Written | undefined,
): void {
  const nowhere: Written = {
    in: {
      originOf: (start, end) => ({ span: { file: '', start, end } }),
      expandedOffset: () => undefined,
    },
    start: 0,
    end: 0,
  };
  problems.push({ id: 'overlay', level: 'error', at: at ?? nowhere, facts });
}
