// What changed from one tree to another: nodes and properties, with phandles followed to the nodes they stand for.

import type { DeviceTree, DtNode, DtProperty, Written } from './device-tree.ts';
import { isPhandleAt, phandleOffsets } from './merged-property.ts';
import { printValue } from './print-dts.ts';

/** A value as source, and where it is written; `''` is the value of a property without one. */
export interface ShownValue {
  readonly text: string;
  /** Absent for what dtc makes itself. */
  readonly written?: Written;
}

/** One change of a tree. Paths are those of the later tree, but for what was removed. */
export type NodeChange =
  | {
      readonly change: 'added' | 'removed';
      readonly node: DtNode;
      /** How many nodes it has below it. */
      readonly below: number;
    }
  /** The same node under another name, most often at another address. */
  | { readonly change: 'renamed'; readonly node: DtNode; readonly from: DtNode }
  | {
      readonly change: 'added' | 'removed' | 'changed';
      /** Of the later tree, or the earlier one's when the property was removed. */
      readonly node: DtNode;
      readonly property: string;
      readonly before?: ShownValue;
      readonly after?: ShownValue;
    };

/** What dtc makes at the root of a tree with symbols follows from the rest. */
const MADE_BY_DTC = new Set(['__symbols__', '__fixups__', '__local_fixups__']);

/** Numbers that dtc gives to nodes which are referred to. */
const PHANDLES = new Set(['phandle', 'linux,phandle']);

/**
 * Properties whose cells hold phandles by their binding (drivers/of/property.c of Linux, dtc's checks): asked only of blobs,
 * which do not say what was written as a reference.
 */
const HOLDS_PHANDLES =
  /^(?:.*-gpios?|gpio-ranges|gpios?|.*-supply|pinctrl-\d+|interrupt-parent|interrupts-extended|(?:interrupt|iommu|msi)-map|msi-parent|(?:assigned-)?clocks|assigned-clock-parents|dmas|iommus|mboxes|memory-region|interconnects|power-domains|hwlocks|io-channels|extcon|nvmem-cells|nvmem|phys|phy-handle|pwms|resets|leds|backlight|panel|remote-endpoint|sound-dai|thermal-sensors|cooling-device|trip|cpu|cpus|operating-points-v2|cpu-idle-states|next-level-cache|affinity|interrupt-affinity|xen,shared-mem)$/;

/**
 * Every change from `before` to `after`, outer nodes before inner ones, in the order of the later tree. Of what was added or
 * removed with its inner nodes only the outermost is named. Labels and the order of nodes are no changes.
 */
export function diffTrees(before: DeviceTree, after: DeviceTree): NodeChange[] {
  return new Difference(before, after).all();
}

class Difference {
  readonly #before: DeviceTree;
  readonly #after: DeviceTree;
  readonly #changes: NodeChange[] = [];
  /** The later node of each earlier one. */
  readonly #nodes = new Map<DtNode, DtNode>();

  constructor(before: DeviceTree, after: DeviceTree) {
    this.#before = before;
    this.#after = after;
  }

  all(): NodeChange[] {
    // All nodes are matched before values are compared: a reference may lead to any of them.
    this.#match(this.#before.root, this.#after.root);
    this.#compare(this.#after.root, new Map([...this.#nodes].map(([was, is]) => [is, was])));
    return this.#changes;
  }

  #match(was: DtNode, is: DtNode): void {
    const waiting: [DtNode, DtNode][] = [[was, is]];
    for (let pair = waiting.pop(); pair; pair = waiting.pop()) {
      const [from, to] = pair;
      this.#nodes.set(from, to);
      const left = new Map(childrenOf(to).map((child) => [child.name, child]));
      const gone: DtNode[] = [];
      for (const child of childrenOf(from)) {
        const same = left.get(child.name);
        if (same) {
          left.delete(child.name);
          waiting.push([child, same]);
        } else gone.push(child);
      }
      const added = groupedByBareName(left.values());
      for (const [name, nodes] of groupedByBareName(gone)) {
        const [old] = nodes;
        const [fresh, ...more] = added.get(name) ?? [];
        // Of several it cannot be told which became which.
        if (old && fresh && nodes.length === 1 && more.length === 0) waiting.push([old, fresh]);
      }
    }
  }

  #compare(root: DtNode, earlier: ReadonlyMap<DtNode, DtNode>): void {
    const waiting: DtNode[] = [root];
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      const was = earlier.get(node);
      if (!was) {
        this.#changes.push({ change: 'added', node, below: nodesBelow(node) });
        continue;
      }
      if (was.name !== node.name) this.#changes.push({ change: 'renamed', node, from: was });
      this.#properties(was, node);
      for (const child of childrenOf(was))
        if (!this.#nodes.has(child))
          this.#changes.push({ change: 'removed', node: child, below: nodesBelow(child) });
      for (const child of childrenOf(node).toReversed()) waiting.push(child);
    }
  }

  #properties(was: DtNode, is: DtNode): void {
    for (const property of was.properties.values()) {
      if (PHANDLES.has(property.name)) continue;
      const now = is.properties.get(property.name);
      const before = shown(this.#before, property);
      if (!now)
        this.#changes.push({ change: 'removed', node: is, property: property.name, before });
      else if (!this.#isSame(property, now)) {
        const after = shown(this.#after, now);
        this.#changes.push({
          change: 'changed',
          node: is,
          property: property.name,
          // The same words for another node.
          before:
            before.text === after.text ? this.#followed(this.#before, property, before) : before,
          after: before.text === after.text ? this.#followed(this.#after, now, after) : after,
        });
      }
    }
    for (const property of is.properties.values())
      if (!PHANDLES.has(property.name) && !was.properties.has(property.name))
        this.#changes.push({
          change: 'added',
          node: is,
          property: property.name,
          after: shown(this.#after, property),
        });
  }

  #isSame(was: DtProperty, is: DtProperty): boolean {
    if (was.bytes.length !== is.bytes.length) return false;
    const references = new Set(referencesIn(was, is));
    for (let at = 0; at < was.bytes.length; at += 1) {
      if (references.has(at)) {
        const from = targetAt(this.#before, was, at);
        const to = targetAt(this.#after, is, at);
        if (from && to ? this.#nodes.get(from) !== to : cellAt(was, at) !== cellAt(is, at))
          return false;
        at += 3;
      } else if (was.bytes[at] !== is.bytes[at]) return false;
    }
    return true;
  }

  /** A value with the paths of the nodes that it refers to. */
  #followed(tree: DeviceTree, property: DtProperty, value: ShownValue): ShownValue {
    const paths = referencesIn(property, property).flatMap(
      (at) => targetAt(tree, property, at)?.path ?? [],
    );
    return paths.length === 0 ? value : { ...value, text: `${value.text} (${paths.join(', ')})` };
  }
}

/** Byte offsets of cells that are references in both values, as far as that is known. */
function referencesIn(was: DtProperty, is: DtProperty): number[] {
  const written = [...new Set([...phandleOffsets(was), ...phandleOffsets(is)])];
  if (written.length > 0)
    return written.filter((at) => isPhandleAt(was, at) && isPhandleAt(is, at));
  const isOfBlobs = [was, is].every(({ definition }) => (definition?.parts ?? []).length === 0);
  if (!isOfBlobs || !HOLDS_PHANDLES.test(was.name) || was.bytes.length % 4 !== 0) return [];
  return Array.from({ length: was.bytes.length / 4 }, (_, index) => index * 4);
}

function targetAt(tree: DeviceTree, property: DtProperty, at: number): DtNode | undefined {
  return tree.phandles.get(cellAt(property, at));
}

function cellAt({ bytes }: DtProperty, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function childrenOf(node: DtNode): readonly DtNode[] {
  return node.parent ? node.children : node.children.filter(({ name }) => !MADE_BY_DTC.has(name));
}

function groupedByBareName(nodes: Iterable<DtNode>): Map<string, DtNode[]> {
  const groups = new Map<string, DtNode[]>();
  for (const node of nodes) {
    const [name = ''] = node.name.split('@');
    const others = groups.get(name);
    if (others) others.push(node);
    else groups.set(name, [node]);
  }
  return groups;
}

function nodesBelow(node: DtNode): number {
  return node.children.reduce((count, child) => count + 1 + nodesBelow(child), 0);
}

function shown(tree: DeviceTree, property: DtProperty): ShownValue {
  const written = property.definition?.name;
  return { text: printValue(tree, property), ...(written ? { written } : {}) };
}
