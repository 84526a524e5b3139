// A node while statements are merged into it, and as the finished tree shows it.

import type { DtNode, Opening, Written } from './device-tree.ts';
import type { LoweredNode, LoweredProblem } from './lowered.ts';
import { MergedProperty, writtenAt, type Placed } from './merged-property.ts';
import { PropertyTable } from './property-table.ts';

const none: readonly never[] = [];

/** A label on a node; deleted with the node, and back when the node is opened with it again. */
export interface NodeLabel {
  readonly name: string;
  readonly written: Written;
  deleted: boolean;
}

/** Two properties of one name that are both in the tree: dtc refuses it. */
export interface TwinProperties {
  readonly node: MergedNode;
  readonly first: MergedProperty;
  readonly second: MergedProperty;
}

/** More labels, or children, than this are found by a table. */
const few = 12;

/** The labels of one node: any number may be put first or last, and be asked for by name. */
class NodeLabels {
  /** The last of them is the first label. */
  readonly #first: NodeLabel[] = [];
  readonly #last: NodeLabel[] = [];
  #byName: Map<string, NodeLabel> | undefined;
  #inOrder: readonly NodeLabel[] | undefined;

  get inOrder(): readonly NodeLabel[] {
    return (this.#inOrder ??=
      this.#first.length === 0 ? this.#last : [...this.#first.toReversed(), ...this.#last]);
  }

  named(name: string): NodeLabel | undefined {
    if (this.#byName) return this.#byName.get(name);
    const isNamed = (label: NodeLabel): boolean => label.name === name;
    return this.#first.find(isNamed) ?? this.#last.find(isNamed);
  }

  add(label: NodeLabel, where: 'first' | 'last'): void {
    (where === 'first' ? this.#first : this.#last).push(label);
    this.#inOrder = undefined;
    if (this.#byName) this.#byName.set(label.name, label);
    else if (this.#first.length + this.#last.length > few)
      this.#byName = new Map(this.inOrder.map((each) => [each.name, each]));
  }
}

export class MergedNode implements DtNode {
  path = '';
  name: string;
  parent: MergedNode | undefined;
  /** Deleted ones too, until the tree is finished. */
  children: MergedNode[] = [];
  /** Deleted ones too, until the tree is finished. */
  readonly properties = new PropertyTable();
  #labels: NodeLabels | undefined;
  readonly openers: Placed<LoweredNode>[];
  deleted = false;
  isEmptied = false;
  /** Whether a child or property was deleted. */
  hasDeleted = false;
  /** Begun by `/delete-node/` in its parent's first body: dtc does not know the parent of such a node. */
  isParentUnknown = false;
  omitIfUnused = false;
  isReferenced = false;
  /** 0 while it has none. */
  phandle = 0;
  /** Which of the finished tree's nodes it is, in blob order, from 0. */
  place = 0;
  /** Faults of its name, where it was first opened. */
  checks: readonly LoweredProblem[] = none;
  #twins = 0;
  #childByName: Map<string, MergedNode> | undefined;

  constructor(name: string, parent: MergedNode | undefined, opener?: Placed<LoweredNode>) {
    this.name = name;
    this.parent = parent;
    // A list that is written out has room for what is in it; one that is pushed to, for seventeen.
    this.openers = opener ? [opener] : [];
  }

  get labels(): readonly string[] {
    return this.labelEntries?.filter((label) => !label.deleted).map((label) => label.name) ?? none;
  }

  /** Deleted ones too; undefined while it never had one. */
  get labelEntries(): readonly NodeLabel[] | undefined {
    return this.#labels?.inOrder;
  }

  /** The label of that name, deleted or not. */
  labelNamed(name: string): NodeLabel | undefined {
    return this.#labels?.named(name);
  }

  /** Adds a label that it never had, before or behind the others. */
  addLabel(label: NodeLabel, where: 'first' | 'last'): void {
    (this.#labels ??= new NodeLabels()).add(label, where);
  }

  get openings(): readonly Opening[] {
    return this.openers.map((placed) => ({
      whole: writtenAt(placed, 0, placed.says.length),
      name: writtenAt(placed, placed.says.nameStart, placed.says.nameEnd),
    }));
  }

  addChild(child: MergedNode): void {
    this.children.push(child);
    if (this.#childByName !== undefined && !this.#childByName.has(child.name))
      this.#childByName.set(child.name, child);
  }

  /** The first child of that name, deleted or not. */
  childNamed(name: string): MergedNode | undefined {
    if (this.children.length < few) return this.children.find((child) => child.name === name);
    if (this.#childByName === undefined) {
      this.#childByName = new Map();
      for (const child of this.children) {
        if (!this.#childByName.has(child.name)) this.#childByName.set(child.name, child);
      }
    }
    return this.#childByName.get(name);
  }

  /** The first child of that name that is not deleted. */
  liveChild(name: string): MergedNode | undefined {
    const first = this.childNamed(name);
    return first?.deleted === true
      ? this.children.find((child) => child.name === name && !child.deleted)
      : first;
  }

  liveProperty(name: string): MergedProperty | undefined {
    const property = this.properties.get(name);
    if (property?.deleted !== true) return property;
    if (this.#twins === 0) return undefined;
    return [...this.properties.values()].find((each) => each.name === name && !each.deleted);
  }

  /**
   * A property of a name that the first body has already, if only to delete it. What follows means the first, as in
   * dtc's list; until `settleTwins` this one is kept under a name that nothing has.
   */
  addTwin(property: MergedProperty): void {
    this.properties.set(`${property.name}\0${this.#twins++}`, property);
  }

  /** Leaves one property of each name, the first that is not deleted, in its place; returns the others with theirs. */
  settleTwins(): readonly TwinProperties[] {
    const kept = new Map<string, MergedProperty>();
    const others: TwinProperties[] = [];
    for (const property of this.properties.values()) {
      if (property.deleted) continue;
      const first = kept.get(property.name);
      if (first) others.push({ node: this, first, second: property });
      else kept.set(property.name, property);
    }
    this.properties.replaceAll(kept);
    this.#twins = 0;
    return others;
  }

  /** Appends a property dtc makes itself. */
  addProperty(name: string, bytes: Uint8Array): MergedProperty {
    const property = new MergedProperty(name, none, bytes, undefined);
    this.properties.delete(name);
    this.properties.append(property);
    return property;
  }

  /** Leaves out what was deleted. */
  finish(): void {
    if (!this.hasDeleted) return;
    const left = this.children.filter((child) => !child.deleted);
    this.isEmptied = left.length === 0 && this.children.length > 0;
    this.children = left;
    this.#childByName = undefined;
    for (const property of [...this.properties.values()]) {
      if (property.deleted) this.properties.delete(property.name);
    }
  }
}
