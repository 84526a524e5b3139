// The tree after a key that changed the value of one property: what was merged stays, and only its places move.

import type { OriginMap } from '../preprocess/origin.ts';
import type { Statement, StatementDocument } from '../syntax/statement.ts';
import type {
  DeviceTree,
  DtNode,
  DtProperties,
  MemoryReservation,
  Opening,
  Written,
} from './device-tree.ts';
import { lower } from './lower.ts';
import { flatSizeOf, type LoweredProperty, type LoweredReference } from './lowered.ts';
import { MergedNode } from './merged.ts';
import type { MergedProperty, Placed } from './merged-property.ts';
import { noteEach, type PropertyTable } from './property-table.ts';
import { PropertyView } from './property-view.ts';
import { isNoted, noteGiven } from './reads.ts';

/** A tree that was merged, with the text it was merged from. */
interface Whole {
  readonly tree: DeviceTree;
  readonly root: MergedNode;
  readonly document: StatementDocument;
  /** Nodes by where in the text they are opened; made when the first key comes. */
  openedAt: ReadonlyMap<number, MergedNode> | undefined;
}

/** A property of a whole tree that now says something else: its statement at `[from, to)` has another length. */
interface Change {
  readonly from: number;
  readonly to: number;
  readonly node: MergedNode;
  readonly property: MergedProperty;
  readonly says: LoweredProperty;
}

/** What one key changed. */
export interface TreeStep {
  /** The places of the tree before. */
  readonly from: OriginMap;
  /** The node with the property whose value changed; undefined when only places did. */
  readonly changed:
    | {
        /** Its place in blob order. */
        readonly place: number;
        readonly before: LoweredProperty;
        readonly after: LoweredProperty;
      }
    | undefined;
  /** Where a place of the tree before is now; undefined for one that is within what changed. */
  moved(place: Written): Written | undefined;
}

/** A tree that differs from a merged one by the values of properties. */
export interface Edited {
  readonly step: TreeStep;
  /** The merged tree, whose nodes have the same places in blob order. */
  readonly whole: DeviceTree;
  /** Whether `reader`, who has read the merged tree, read none of the values that differ. */
  isUnreadBy(reader: number): boolean;
  /** Whether all values that differ have the length that they had. */
  readonly keepsLengths: boolean;
  /** By how many bytes the properties are longer in a blob's structure block. */
  readonly growth: number;
  /** The node of the edited tree for one of the merged tree. */
  now(was: DtNode): DtNode;
  /** Where something written in the merged tree is, unless it is a part of what differs. */
  range(was: Written): Written;
}

/** More values that differ from the merged tree than this are merged anew. */
const mostChanges = 8;

const wholes = new WeakMap<DeviceTree, Whole>();

/** Makes known which text `tree` was merged from, so that it can be edited. */
export function rememberWhole(tree: DeviceTree, document: StatementDocument): void {
  const { root } = tree;
  const isPlain =
    root instanceof MergedNode &&
    !tree.isPlugin &&
    tree.problems.length === 0 &&
    !document.text.includes('/incbin/');
  if (isPlain) wholes.set(tree, { tree, root, document, openedAt: undefined });
}

const editions = new WeakMap<DeviceTree, Edition>();

/** How `editTree` made a tree; undefined for all others. */
export function editedFrom(tree: DeviceTree): Edited | undefined {
  return editions.get(tree);
}

/**
 * What evaluating `document`, whose places `origins` knows, would yield, made from the tree of `before`, an earlier document
 * with places `from`; undefined when more than the value of one property differs, or what it says concerns other nodes.
 */
export function editTree(
  tree: DeviceTree,
  before: StatementDocument,
  from: OriginMap,
  document: StatementDocument,
  origins: OriginMap,
): DeviceTree | undefined {
  const edition = editions.get(tree);
  const whole = edition ? edition.of : wholes.get(tree);
  if (whole === undefined) return undefined;
  const changes = edition?.changes ?? [];
  if (before === document)
    return treeOf(whole, changes, origins, {
      from,
      changed: undefined,
      moved: (place) => (place.in === from ? { ...place, in: origins } : place),
    });
  const leaf = changedLeaf(whole.document, before, document);
  if (leaf === undefined) return undefined;
  const change = changeOf(whole, leaf, document);
  if (change === undefined) return undefined;
  const others = changes.filter((each) => each.from !== change.from);
  if (others.length >= mostChanges) return undefined;
  const last = changes.find((each) => each.from === change.from);
  const { start, length } = leaf.before;
  const by = change.says.length - length;
  const move = (at: number): number => (at < start + length ? at : at + by);
  return treeOf(
    whole,
    [...others, change].sort((a, b) => a.from - b.from),
    origins,
    {
      from,
      changed: {
        place: change.node.place,
        before: last?.says ?? saysOf(change.property),
        after: change.says,
      },
      moved(place) {
        if (place.in !== from) return place;
        const isApart = place.end <= start || place.start >= start + length;
        const isAround = place.start < start && place.end > start + length;
        if (!isApart && !isAround) return undefined;
        return { in: origins, start: move(place.start), end: move(place.end) };
      },
    },
  );
}

interface Leaf {
  readonly statement: Statement;
  readonly start: number;
  /** Where the statement in its place begins in the document before, and how long that is. */
  readonly before: { readonly start: number; readonly length: number };
  /** The same of the merged document. */
  readonly merged: { readonly start: number; readonly length: number };
  /** Where the node that it is in begins in the merged document. */
  readonly node: number;
}

/** The one statement without a body in which two documents of the same shape differ; undefined when they differ in more. */
function changedLeaf(
  merged: StatementDocument,
  before: StatementDocument,
  now: StatementDocument,
): Leaf | undefined {
  type Body = Pick<Statement, 'offsets'> & { readonly children: readonly Statement[] };
  const bodyOf = ({ statements, offsets }: StatementDocument): Body => ({
    children: statements,
    offsets,
  });
  let [m, b, n]: [Body, Body, Body] = [bodyOf(merged), bodyOf(before), bodyOf(now)];
  let [inMerged, inBefore, inNow] = [0, 0, 0];
  let node: number | undefined;
  for (;;) {
    const index = onlyDifference(b, n);
    if (index === undefined) return undefined;
    const [statement, old, first] = [n.children[index], b.children[index], m.children[index]];
    if (!statement || !old || !first) return undefined;
    inMerged += m.offsets[index] ?? 0;
    inBefore += b.offsets[index] ?? 0;
    inNow += n.offsets[index] ?? 0;
    if (statement.kind !== old.kind || !statement.clean || !old.clean) return undefined;
    if (statement.kind === 'leaf') {
      if (node === undefined) return undefined;
      return {
        statement,
        start: inNow,
        before: { start: inBefore, length: old.length },
        merged: { start: inMerged, length: first.length },
        node,
      };
    }
    const isSameHead =
      statement.head === old.head &&
      now.text.slice(inNow, inNow + statement.head) ===
        before.text.slice(inBefore, inBefore + old.head);
    if (!isSameHead) return undefined;
    // What stands between statements moves places, too.
    const by = statement.length - old.length;
    const isSameEnd = endOf(statement) - endOf(old) === by;
    if (!isSameEnd) return undefined;
    node = inMerged;
    [m, b, n] = [first, old, statement];
  }
}

/** Where the last statement of a body ends. */
function endOf({ children, offsets, head }: Statement): number {
  return (offsets.at(-1) ?? head) + (children.at(-1)?.length ?? 0);
}

/** The index of the only statement that differs, all behind it moved alike; undefined for any other difference. */
function onlyDifference(
  before: Pick<Statement, 'children' | 'offsets'>,
  now: Pick<Statement, 'children' | 'offsets'>,
): number | undefined {
  const count = now.children.length;
  if (before.children.length !== count) return undefined;
  let index = 0;
  while (
    index < count &&
    before.children[index] === now.children[index] &&
    before.offsets[index] === now.offsets[index]
  )
    index += 1;
  if (index === count || before.offsets[index] !== now.offsets[index]) return undefined;
  const by = (now.children[index]?.length ?? 0) - (before.children[index]?.length ?? 0);
  for (let next = index + 1; next < count; next += 1) {
    if (before.children[next] !== now.children[next]) return undefined;
    if ((now.offsets[next] ?? 0) - (before.offsets[next] ?? 0) !== by) return undefined;
  }
  return index;
}

function saysOf({ placed }: MergedProperty): LoweredProperty {
  if (placed === undefined) throw new Error('a property without a statement was changed');
  return placed.says;
}

/** What the statement says now that a property of the merged tree had; undefined when that is not all that it does. */
function changeOf(
  whole: Whole,
  { statement, start, merged, node: opened }: Leaf,
  { text }: StatementDocument,
): Change | undefined {
  const says = lower(statement, text, start);
  if (says.kind !== 'property') return undefined;
  const node = (whole.openedAt ??= nodesByOpening(whole.root)).get(opened);
  const property = node?.properties.find(says.name);
  // One that was replaced further down, or deleted, stands elsewhere.
  if (!node || property?.placed?.base !== merged.start) return undefined;
  const same = property.placed.says;
  if (!isOnlyValue(same) || !isOnlyValue(says) || !sameReferences(same, says)) return undefined;
  // The number of the CPU that boots is read from it.
  if (says.name === 'reg' && node.parent?.name === 'cpus') return undefined;
  return { from: merged.start, to: merged.start + merged.length, node, property, says };
}

/** Whether a statement gives a value, and nothing else to the tree. */
function isOnlyValue({ name, labels, valueLabels, problems, checks }: LoweredProperty): boolean {
  return (
    labels.length === 0 &&
    valueLabels.length === 0 &&
    problems.length === 0 &&
    checks.length === 0 &&
    name !== 'phandle' &&
    name !== 'linux,phandle' &&
    name !== 'name'
  );
}

/** Whether both refer to the same nodes in the same order: phandles are given out in the order of references. */
function sameReferences(
  { references: before }: LoweredProperty,
  { references: now }: LoweredProperty,
): boolean {
  const isSame = (a: LoweredReference, b: LoweredReference | undefined): boolean =>
    a.kind === b?.kind && a.target === b.target && a.kind !== 'incbin';
  return before.length === now.length && before.every((each, index) => isSame(each, now[index]));
}

/** Nodes by where in the text each of their bodies begins. */
function nodesByOpening(root: MergedNode): ReadonlyMap<number, MergedNode> {
  const found = new Map<number, MergedNode>();
  const waiting = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    for (const { base } of node.openers) found.set(base, node);
    waiting.push(...node.children);
  }
  return found;
}

/** The tree of a version, of which the parts that cost are made when asked for. */
function treeOf(
  of: Whole,
  changes: readonly Change[],
  origins: OriginMap,
  step: TreeStep,
): DeviceTree {
  const edition = new Edition(of, changes, origins, step);
  const { labels, phandles, bootCpu } = of.tree;
  const tree: DeviceTree = {
    get root() {
      return edition.now(of.root);
    },
    labels: new NodesNow(labels, edition),
    phandles: new NodesNow(phandles, edition),
    get memoryReservations() {
      return edition.memoryReservations;
    },
    bootCpu,
    isPlugin: false,
    problems: [],
  };
  editions.set(tree, edition);
  return tree;
}

/** A version of a merged tree: values that differ, and where everything is now. Its nodes are made when asked for. */
class Edition implements Edited {
  readonly of: Whole;
  readonly changes: readonly Change[];
  readonly origins: OriginMap;
  readonly step: TreeStep;
  readonly #nodes: (EditedNode | undefined)[] = [];
  #memoryReservations: readonly MemoryReservation[] | undefined;

  constructor(of: Whole, changes: readonly Change[], origins: OriginMap, step: TreeStep) {
    this.of = of;
    this.changes = changes;
    this.origins = origins;
    this.step = step;
  }

  get whole(): DeviceTree {
    return this.of.tree;
  }

  get memoryReservations(): readonly MemoryReservation[] {
    return (this.#memoryReservations ??= this.of.tree.memoryReservations.map((each) => ({
      ...each,
      written: {
        whole: this.range(each.written.whole),
        address: this.range(each.written.address),
        size: this.range(each.written.size),
      },
    })));
  }

  /** The node of this version for one of the merged tree. */
  now(was: DtNode): DtNode {
    if (!(was instanceof MergedNode)) throw new Error(`${was.path} is no node of the merged tree`);
    return (this.#nodes[was.place] ??= new EditedNode(was, this));
  }

  isUnreadBy(reader: number): boolean {
    return this.changes.every(({ property }) => (saysOf(property).readBy & reader) === 0);
  }

  get growth(): number {
    let growth = 0;
    for (const { property } of this.changes)
      growth += flatSizeOf(this.property(property).length) - flatSizeOf(property.length);
    return growth;
  }

  get keepsLengths(): boolean {
    return this.changes.every(({ property }) => this.property(property).length === property.length);
  }

  /** What differs among the properties of a table of the merged tree. */
  changesIn(table: PropertyTable): readonly Change[] {
    return this.changes.filter(({ node }) => node.properties === table);
  }

  /** Where a statement of the merged text, or an end of one, is now. */
  offset(at: number): number {
    let by = 0;
    for (const { from, to, says } of this.changes) if (to <= at) by += says.length - (to - from);
    return at + by;
  }

  placed<T>({ says, base }: Placed<T>): Placed<T> {
    return { says, base: this.offset(base), in: this.origins };
  }

  /** The property of this version for one of the merged tree. */
  property(was: MergedProperty): MergedProperty {
    const change = this.changes.find(({ property }) => property === was);
    const placed = change
      ? { says: change.says, base: this.offset(change.from), in: this.origins }
      : was.placed && this.placed(was.placed);
    return was.movedTo(placed, (before) => this.property(before));
  }

  /** A range of the merged text outside of what changed, or around it. */
  range({ start, end }: Written): Written {
    return { in: this.origins, start: this.offset(start), end: this.offset(end) };
  }
}

class EditedNode implements DtNode {
  readonly path: string;
  readonly name: string;
  readonly isEmptied: boolean;
  readonly #was: MergedNode;
  readonly #edition: Edition;
  #children: readonly DtNode[] | undefined;
  #properties: EditedProperties | undefined;

  constructor(was: MergedNode, edition: Edition) {
    this.path = was.path;
    this.name = was.name;
    this.isEmptied = was.isEmptied;
    this.#was = was;
    this.#edition = edition;
    this.#children = undefined;
    this.#properties = undefined;
  }

  get parent(): DtNode | undefined {
    return this.#was.parent && this.#edition.now(this.#was.parent);
  }

  get children(): readonly DtNode[] {
    return (this.#children ??=
      this.#was.children.length === 0
        ? this.#was.children
        : this.#was.children.map((child) => this.#edition.now(child)));
  }

  get properties(): EditedProperties {
    return (this.#properties ??= new EditedProperties(this.#was.properties, this.#edition));
  }

  get labels(): readonly string[] {
    return this.#was.labels;
  }

  get openings(): readonly Opening[] {
    // What is in a body may have grown, so each end is looked up by itself.
    return this.#was.openings.map(({ whole, name }) => ({
      whole: this.#edition.range(whole),
      name: this.#edition.range(name),
    }));
  }
}

/** The properties of a node of an edited tree; those of the merged tree are moved when they are asked for. */
class EditedProperties extends PropertyView implements DtProperties {
  readonly #was: PropertyTable;
  readonly #edition: Edition;
  readonly #made = new Map<string, MergedProperty>();
  /** Of the table's properties those that differ. */
  readonly #changed: readonly Change[];

  constructor(was: PropertyTable, edition: Edition) {
    super();
    this.#was = was;
    this.#edition = edition;
    this.#changed = edition.changesIn(was);
  }

  get size(): number {
    return this.#was.size;
  }

  has(name: string): boolean {
    return this.#was.has(name);
  }

  get(name: string): MergedProperty | undefined {
    const property = this.#find(name);
    if (property?.placed !== undefined) noteGiven(this, property.placed.says);
    return property;
  }

  bytesOf(name: string): Uint8Array | undefined {
    return this.#changed.length > 0 ? this.get(name)?.bytes : this.#was.bytesFor(this, name);
  }

  /** Calls for each name, in order. */
  forEachName(call: (name: string) => void): void {
    this.#was.forEachName(call);
  }

  keys(): MapIterator<string> {
    return this.#was.keys();
  }

  values(): MapIterator<MergedProperty> {
    return isNoted() ? noteEach(this, this.#values()) : this.#values();
  }

  *#values(): MapIterator<MergedProperty> {
    for (const name of this.#was.keys()) {
      const property = this.#find(name);
      if (property) yield property;
    }
  }

  #find(name: string): MergedProperty | undefined {
    let property = this.#made.get(name);
    if (property === undefined) {
      const was = this.#was.find(name);
      if (was === undefined) return undefined;
      property = was.placed === undefined ? was : this.#edition.property(was);
      this.#made.set(name, property);
    }
    return property;
  }
}

/** A table of nodes of the merged tree, as a table of those of a version. */
class NodesNow<Key> implements ReadonlyMap<Key, DtNode> {
  readonly #was: ReadonlyMap<Key, DtNode>;
  readonly #edition: Edition;

  constructor(was: ReadonlyMap<Key, DtNode>, edition: Edition) {
    this.#was = was;
    this.#edition = edition;
  }

  get size(): number {
    return this.#was.size;
  }

  has(key: Key): boolean {
    return this.#was.has(key);
  }

  get(key: Key): DtNode | undefined {
    const was = this.#was.get(key);
    return was && this.#edition.now(was);
  }

  keys(): MapIterator<Key> {
    return this.#was.keys();
  }

  *values(): MapIterator<DtNode> {
    for (const [, node] of this.entries()) yield node;
  }

  *entries(): MapIterator<[Key, DtNode]> {
    for (const key of this.#was.keys()) {
      const node = this.get(key);
      if (node) yield [key, node];
    }
  }

  [Symbol.iterator](): MapIterator<[Key, DtNode]> {
    return this.entries();
  }

  forEach(call: (node: DtNode, key: Key, table: ReadonlyMap<Key, DtNode>) => void): void {
    for (const [key, node] of this.entries()) call(node, key, this);
  }
}
