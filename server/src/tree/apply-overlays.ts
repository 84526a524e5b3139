// Applies overlays to a base tree as libfdt does (fdt_overlay.c): phandles moved up, labels looked up, fragments merged.

import { firstIndexWhere } from '../text/first-index-where.ts';
import { encodeText } from '../text/encode.ts';
import type {
  Definition,
  DeviceTree,
  DtNode,
  DtProperty,
  Opening,
  TreeProblem,
  ValuePart,
  Written,
} from './device-tree.ts';
import { maximumDepth } from '../syntax/scan-statements.ts';
import { cellAtByte, cellsOf, stringsOf } from './device-tree.ts';

/** A node of the tree being made. libfdt puts what is new first; here it is kept apart until somebody asks for all. */
class OverlaidNode implements DtNode {
  readonly path: string;
  readonly name: string;
  readonly parent: OverlaidNode | undefined;
  /** How many nodes lead to it, itself included. */
  readonly depth: number;
  readonly openings: Opening[];
  #children: readonly OverlaidNode[] = [];
  #properties: Map<string, DtProperty>;
  #labels: readonly string[];
  // Of each of these, the last comes first.
  #newChildren: OverlaidNode[] = [];
  #newProperties = new Map<string, DtProperty>();
  #newLabels: string[] = [];
  #index: ChildIndex<OverlaidNode> | undefined;
  #hasLabel: Set<string> | undefined;

  /** A copy of `node` and what is below it, or an empty node of that name. */
  constructor(node: DtNode | string, parent: OverlaidNode | undefined) {
    this.parent = parent;
    this.depth = (parent?.depth ?? 0) + 1;
    if (typeof node === 'string') {
      this.path = `${parent === undefined || parent.path === '/' ? '' : parent.path}/${node}`;
      this.name = node;
      this.openings = [];
      this.#properties = new Map();
      this.#labels = [];
    } else {
      this.path = node.path;
      this.name = node.name;
      this.openings = [...node.openings];
      this.#properties = new Map(node.properties);
      this.#labels = node.labels;
      this.#children = node.children.map((child) => new OverlaidNode(child, this));
    }
  }

  get children(): readonly OverlaidNode[] {
    if (this.#newChildren.length > 0) {
      this.#children = [...this.#newChildren.reverse(), ...this.#children];
      this.#newChildren = [];
    }
    return this.#children;
  }

  get properties(): ReadonlyMap<string, DtProperty> {
    if (this.#newProperties.size > 0) {
      this.#properties = new Map([...[...this.#newProperties].reverse(), ...this.#properties]);
      this.#newProperties = new Map();
    }
    return this.#properties;
  }

  get labels(): readonly string[] {
    if (this.#newLabels.length > 0) {
      this.#labels = [...this.#newLabels.reverse(), ...this.#labels];
      this.#newLabels = [];
    }
    return this.#labels;
  }

  /** A child as libfdt finds it. */
  childNamed(name: string): OverlaidNode | undefined {
    return (this.#index ??= new ChildIndex(this.children)).find(name);
  }

  propertyNamed(name: string): DtProperty | undefined {
    return this.#newProperties.get(name) ?? this.#properties.get(name);
  }

  /** Adds an empty child before all others. */
  addChild(name: string): OverlaidNode {
    const child = new OverlaidNode(name, this);
    this.#newChildren.push(child);
    this.#index?.addFirst(child);
    return child;
  }

  setProperty(property: DtProperty): void {
    const { name } = property;
    if (this.#properties.has(name)) this.#properties.set(name, property);
    else this.#newProperties.set(name, property);
  }

  addLabel(label: string): void {
    this.#hasLabel ??= new Set(this.labels);
    if (this.#hasLabel.has(label)) return;
    this.#hasLabel.add(label);
    this.#newLabels.push(label);
  }
}

/**
 * Children by name. As libfdt finds one: a name without unit address also finds one that has it, and the first of several
 * is found.
 */
class ChildIndex<T extends { readonly name: string }> {
  readonly #byName = new Map<string, T>();

  constructor(children: readonly T[]) {
    for (let at = children.length - 1; at >= 0; at--) this.addFirst(children[at] as T);
  }

  addFirst(child: T): void {
    this.#byName.set(child.name, child);
    const at = child.name.indexOf('@');
    if (at >= 0) this.#byName.set(child.name.slice(0, at), child);
  }

  find(name: string): T | undefined {
    return this.#byName.get(name);
  }
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
  const root = new OverlaidNode(base.root, undefined);
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
        fail(problems, { because: 'bad-phandle', node: node.path }, faultPlaceOf(property, node));
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
        fail(problems, facts, faultPlaceOf(property, node));
        return;
      }
      patch(property, offset, cellAtByte(property.bytes, offset) + delta);
    }
  }
  for (const child of fixups.children) {
    const below = childOf(node, child.name);
    if (below === undefined)
      fail(
        problems,
        { because: 'bad-local-fixup', node: `${node.path}/${child.name}` },
        faultPlaceOf(undefined, node),
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
    const target =
      path === undefined ? undefined : nodeAtPath<OverlaidNode>(root, path, namedBelow);
    const phandle = target === undefined ? 0 : phandleOf(target);
    for (const entry of stringsOf(fixup)) {
      const [where = '', name = '', offsetText = ''] = entry.split(':');
      const node = nodeAtPath(overlay.root, where, childOf);
      const property = node?.properties.get(name);
      const offset = /^[0-9]+$/.test(offsetText) ? Number(offsetText) : NaN;
      if (property === undefined || !(offset + 4 <= property.bytes.length)) {
        fail(
          problems,
          { because: 'bad-fixup', entry },
          faultPlaceOf(property, node ?? overlay.root),
        );
        continue;
      }
      const part = partAt(property.definition?.parts ?? [], offset);
      const at = part?.written ?? faultPlaceOf(property, node ?? overlay.root);
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
  const phandles = new PhandleIndex(root);
  for (const fragment of overlay.root.children) {
    const content = fragment.children.find((child) => child.name === '__overlay__');
    if (content === undefined) continue;
    const property = fragment.properties.get('target');
    const pathProperty = fragment.properties.get('target-path');
    const phandle = property && (patches.get(property)?.get(0) ?? cellAtByte(property.bytes, 0));
    if (property !== undefined && (property.bytes.length !== 4 || phandle === 0xffffffff)) {
      const facts = { because: 'bad-target', fragment: fragment.name };
      fail(problems, facts, faultPlaceOf(property, fragment));
      continue;
    }
    const path = pathProperty && stringsOf(pathProperty)[0];
    const target =
      phandle !== undefined && phandle !== 0
        ? phandles.find(phandle)
        : path === undefined
          ? undefined
          : nodeAtPath<OverlaidNode>(root, path, namedBelow);
    if (target === undefined) {
      const facts =
        property === undefined && pathProperty === undefined
          ? { because: 'target-absent', fragment: fragment.name }
          : { because: 'target-missing', fragment: fragment.name, ...(path ? { path } : {}) };
      fail(problems, facts, faultPlaceOf(property ?? pathProperty, fragment));
    } else {
      const merging = { patches, names, phandles, problems };
      mergeNode(target, content, merging);
      targets.push([fragment, target]);
    }
  }
  return targets;
}

interface Merging {
  readonly patches: Patches;
  readonly names: Set<string>;
  readonly phandles: PhandleIndex;
  readonly problems: TreeProblem[];
}

/** libfdt puts new properties and new nodes first. */
function mergeNode(target: OverlaidNode, node: DtNode, merging: Merging): void {
  const { patches, names, phandles, problems } = merging;
  for (const opening of node.openings) target.openings.push(opening);
  for (const label of node.labels) target.addLabel(label);
  for (const property of node.properties.values()) {
    names.add(property.name);
    target.setProperty(overlaid(property, target.propertyNamed(property.name), patches));
  }
  phandles.add(target);
  for (const child of node.children) {
    const into = target.childNamed(child.name) ?? target.addChild(child.name);
    // Each overlay may nest as deep below what the one before it brought.
    if (into.depth > maximumDepth) {
      const facts = { because: 'too-deep', node: into.path, limit: `${maximumDepth}` };
      fail(problems, facts, faultPlaceOf(undefined, child));
      return;
    }
    mergeNode(into, child, merging);
  }
}

/** The nodes of the tree being made by phandle: the first in the tree's order, as libfdt finds it. */
class PhandleIndex {
  readonly #root: OverlaidNode;
  readonly #nodes = new Map<number, OverlaidNode>();
  /** Those that several nodes had: which is the first is then looked up. */
  readonly #shared = new Set<number>();

  constructor(root: OverlaidNode) {
    this.#root = root;
    const visit = (node: OverlaidNode): void => {
      this.add(node);
      for (const child of node.children) visit(child);
    };
    visit(root);
  }

  /** Takes note of the phandle that `node` has now. */
  add(node: OverlaidNode): void {
    const phandle = phandleOf(node);
    if (phandle === 0) return;
    const known = this.#nodes.get(phandle);
    if (known === undefined) this.#nodes.set(phandle, node);
    else if (known !== node) this.#shared.add(phandle);
  }

  find(phandle: number): OverlaidNode | undefined {
    if (this.#shared.has(phandle)) return withPhandle(this.#root, phandle);
    const found = this.#nodes.get(phandle);
    return found && phandleOf(found) === phandle ? found : undefined;
  }
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
  return new OverlaidProperty(property, bytes, definition, before);
}

/** An overlay's property in place of the one before it, which it remembers: any number may replace one another. */
class OverlaidProperty implements DtProperty {
  readonly name: string;
  readonly labels: readonly string[];
  readonly bytes: Uint8Array;
  readonly definition: Definition | undefined;
  readonly #own: readonly Definition[];
  readonly #before: DtProperty | undefined;

  constructor(
    { name, labels, overridden }: DtProperty,
    bytes: Uint8Array,
    definition: Definition | undefined,
    before: DtProperty | undefined,
  ) {
    this.name = name;
    this.labels = labels;
    this.bytes = bytes;
    this.definition = definition;
    this.#own = overridden;
    this.#before = before;
  }

  get overridden(): readonly Definition[] {
    const lists = [this.#own];
    let before = this.#before;
    for (; before instanceof OverlaidProperty; before = before.#before) {
      if (before.definition) lists.push([before.definition]);
      lists.push(before.#own);
    }
    if (before?.definition) lists.push([before.definition]);
    if (before) lists.push(before.overridden);
    return lists.reverse().flat();
  }
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
  const symbols =
    root.children.find((child) => child.name === '__symbols__') ?? root.addChild('__symbols__');
  const targetOf = new Map(targets.toReversed().map(([{ name }, node]) => [name, node]));
  for (const symbol of own.properties.values()) {
    const path = stringsOf(symbol)[0] ?? '';
    const inside = /^\/([^/]+)\/__overlay__(?:\/(.*))?$/.exec(path);
    if (!inside) continue;
    const target = targetOf.get(inside[1] ?? '');
    if (target === undefined) {
      fail(
        problems,
        { because: 'bad-symbol', label: symbol.name, path },
        faultPlaceOf(symbol, own),
      );
      continue;
    }
    const base = target.path === '/' ? '' : target.path;
    names.add(symbol.name);
    symbols.setProperty({
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

/** Of finished trees, those children that were looked up. */
const childIndexes = new WeakMap<DtNode, ChildIndex<DtNode>>();

/** A child of a finished tree's node as libfdt finds it. */
function childOf(node: DtNode, name: string): DtNode | undefined {
  let known = childIndexes.get(node);
  if (known === undefined) childIndexes.set(node, (known = new ChildIndex(node.children)));
  return known.find(name);
}

/** A child of a node of the tree being made. */
function namedBelow(node: OverlaidNode, name: string): OverlaidNode | undefined {
  return node.childNamed(name);
}

/** As fdt_path_offset: a path that does not begin with `/` begins with an alias. */
function nodeAtPath<T extends DtNode>(
  root: T,
  path: string,
  childNamed: (node: T, name: string) => T | undefined,
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
    if (name !== '' && node !== undefined) node = childNamed(node, name);
  }
  return node;
}

/** The first of the parts, which follow one another in the bytes, that begins at `offset`; undefined when none does. */
function partAt(parts: readonly ValuePart[], offset: number): ValuePart | undefined {
  const first = parts[firstIndexWhere(parts.length, (at) => (parts[at]?.offset ?? 0) >= offset)];
  return first?.offset === offset ? first : undefined;
}

function phandleOf(node: OverlaidNode): number {
  for (const name of ['phandle', 'linux,phandle']) {
    const property = node.propertyNamed(name);
    if (property?.bytes.length === 4) return cellAtByte(property.bytes, 0);
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

function largestPhandle(node: OverlaidNode): number {
  let largest = phandleOf(node);
  if (largest === 0xffffffff) largest = 0;
  for (const child of node.children) largest = Math.max(largest, largestPhandle(child));
  return largest;
}

function cellBytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/** Where to show a fault of a property, or of its node when dtc made the property. */
function faultPlaceOf(property: DtProperty | undefined, node: DtNode): Written | undefined {
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
