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

export class MergedNode implements DtNode {
  path = '';
  name: string;
  parent: MergedNode | undefined;
  /** Deleted ones too, until the tree is finished. */
  children: MergedNode[] = [];
  /** Deleted ones too, until the tree is finished. */
  readonly properties = new PropertyTable();
  labelEntries: NodeLabel[] | undefined;
  readonly openers: Placed<LoweredNode>[];
  deleted = false;
  /** Whether a child or property was deleted. */
  hasDeleted = false;
  omitIfUnused = false;
  isReferenced = false;
  /** 0 while it has none. */
  phandle = 0;
  /** Faults of its name, where it was first opened. */
  checks: readonly LoweredProblem[] = none;
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
    if (this.children.length < 12) return this.children.find((child) => child.name === name);
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
    return property?.deleted === true ? undefined : property;
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
    this.children = this.children.filter((child) => !child.deleted);
    this.#childByName = undefined;
    for (const property of [...this.properties.values()]) {
      if (property.deleted) this.properties.delete(property.name);
    }
  }
}
