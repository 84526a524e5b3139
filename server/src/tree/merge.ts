// Merges the statements of one text into a tree by dtc's rules (livetree.c: build_node, merge_nodes, add_orphan_node).

import type { OriginMap } from '../preprocess/origin.ts';
import { Char } from '../text/char.ts';
import { maximumDepth } from '../syntax/scan-statements.ts';
import type { StatementDocument } from '../syntax/statement.ts';
import type { MemoryReservation, TreeProblem, Written } from './device-tree.ts';
import { lower } from './lower.ts';
import {
  labelNames,
  type Lowered,
  type LoweredDirective,
  type LoweredLabel,
  type LoweredNode,
  type LoweredProperty,
} from './lowered.ts';
import { MergedNode } from './merged.ts';
import { MergedProperty, deletedProperty, writtenAt, type Placed } from './merged-property.ts';

/** What the statements of a text add up to, before references are resolved and dtc's checks run. */
export interface Merged {
  readonly root: MergedNode;
  readonly origins: OriginMap;
  readonly isPlugin: boolean;
  readonly memoryReservations: readonly (MemoryReservation & { readonly isLabelled: boolean })[];
  readonly problems: TreeProblem[];
  /** Nodes whose first body names a property twice: an error if both are in the final tree. */
  readonly twinned: ReadonlySet<MergedNode>;
  /** The node a label or path names, as dtc's get_node_by_ref finds it; undefined without one. */
  find(reference: string): MergedNode | undefined;
  readonly labels: ReadonlyMap<string, MergedNode>;
  /** Every property with an `/incbin/`, also those that are replaced or deleted further down: dtc reads the files at once. */
  readonly insertions: readonly Placed<LoweredProperty>[];
}

/** Merges all statements of `document`, whose places `origins` knows. */
export function mergeDocument(document: StatementDocument, origins: OriginMap): Merged {
  const merger = new Merger(document.text, origins);
  const inserts = document.text.includes('/incbin/');
  for (const [index, statement] of document.statements.entries()) {
    const base = document.offsets[index] ?? 0;
    const says = lower(statement, document.text, base);
    merger.apply(says, base);
    if (inserts && says.kind === 'node') merger.collectInsertions(says, base);
  }
  return merger.finish();
}

/**
 * Nodes looked at to find the first of several that have one label. A tree with that many looks is an error to dtc
 * (`duplicate_label`), which is reported; past them any node with the label is taken.
 */
const mostLabelSteps = 10_000_000;

/** Problems of one id that are kept: as many as are looked at for findings (analysis/check.ts), which says that there are more. */
const mostProblems = 64_000;

/** The facts of a node below too many others. */
const nodesTooDeep = { because: 'nodes-too-deep', limit: `${maximumDepth}` };

/** Where in the order of a source file the reading is: headers, reservations, nodes. */
type Section = 'start' | 'version' | 'headers' | 'reservations' | 'tree';

/** Whether a reference is a path below a label, as in `&{label/path}`: dtc reads them from 1.7 on. */
export function isRelative(reference: string): boolean {
  return reference.indexOf('/') > 0;
}

class Merger implements Merged {
  readonly root = new MergedNode('', undefined);
  readonly origins: OriginMap;
  readonly memoryReservations: (MemoryReservation & { readonly isLabelled: boolean })[] = [];
  readonly problems: TreeProblem[] = [];
  readonly #problemsOf = new Map<string, number>();
  readonly twinned = new Set<MergedNode>();
  readonly labels = new Map<string, MergedNode>();
  readonly insertions: Placed<LoweredProperty>[] = [];
  isPlugin = false;
  readonly #text: string;
  /** Labels that were on two nodes at once: finding one takes a walk, as it does in dtc. */
  readonly #ambiguous = new Set<string>();
  /** Nodes that were looked at for such labels. */
  #labelSteps = 0;
  #section: Section = 'start';
  #hasRoot = false;
  #fragments = 0;
  #firstPlugin: boolean | undefined;
  /** The header being read: whether it has `/plugin/`, and where it is. */
  #header: { plugin: boolean; readonly start: number; end: number } | undefined;

  constructor(text: string, origins: OriginMap) {
    this.#text = text;
    this.origins = origins;
  }

  apply(item: Lowered, base: number): void {
    this.#collectProblems(item, base);
    if (this.#section === 'start' && item.kind !== 'version' && item.kind !== 'nothing') {
      this.#problem('syntax', base, base + 1, { because: 'version-missing' });
      this.#section = 'headers';
    }
    switch (item.kind) {
      case 'version':
        this.#endHeader();
        if (this.#section === 'reservations' || this.#section === 'tree')
          this.#problem('syntax', base, base + item.length, {
            because: 'header-too-late',
            what: '/dts-v1/',
          });
        else this.#section = 'version';
        this.#header = { plugin: false, start: base, end: base + item.length };
        return;
      case 'plugin':
        if (this.#section === 'version' && this.#header !== undefined) {
          this.#header.plugin = true;
          this.#header.end = base + item.length;
          this.isPlugin ||= this.#firstPlugin ?? true;
          this.#section = 'headers';
        } else {
          this.#problem('syntax', base, base + item.length, {
            because: 'header-too-late',
            what: '/plugin/',
          });
        }
        return;
      case 'reservation': {
        this.#endHeader();
        const place = (start: number, end: number): Written =>
          this.#written(base + start, base + end);
        if (this.#section === 'tree')
          this.#problem('syntax', base, base + item.length, { because: 'reservation-too-late' });
        else this.#section = 'reservations';
        this.memoryReservations.push({
          address: item.address,
          size: item.size,
          labels: labelNames(item.labels),
          isLabelled: item.labels.length > 0,
          written: {
            whole: place(0, item.length),
            address: place(item.addressStart, item.addressEnd),
            size: place(item.sizeStart, item.sizeEnd),
          },
        });
        return;
      }
      case 'node':
        this.#endHeader();
        this.#section = 'tree';
        this.#applyNode({ says: item, base, in: this.origins });
        return;
      case 'delete-reference':
      case 'omit-reference':
        this.#endHeader();
        this.#section = 'tree';
        this.#applyReference(item, base);
        return;
      case 'property':
      case 'delete-property':
      case 'delete-node':
        this.#endHeader();
        this.#section = 'tree';
        this.#problem('syntax', base + item.nameStart, base + item.nameEnd, {
          because: 'not-at-top-level',
          what: item.name,
        });
        return;
      case 'nothing':
        return;
    }
  }

  collectInsertions(
    { items, offsets, specialProperties, otherItems }: LoweredNode,
    base: number,
  ): void {
    for (const index of specialProperties) {
      const item = items[index];
      if (item?.kind === 'property' && item.references.some(({ kind }) => kind === 'incbin'))
        this.insertions.push({ says: item, base: base + (offsets[index] ?? 0), in: this.origins });
    }
    for (const index of otherItems) {
      const item = items[index];
      if (item?.kind === 'node') this.collectInsertions(item, base + (offsets[index] ?? 0));
    }
  }

  finish(): Merged {
    this.#endHeader();
    if (!this.#hasRoot && this.problems.length === 0) {
      const end = this.#text.trimEnd().length;
      this.#problem('syntax', Math.max(0, end - 1), end, { because: 'no-root' });
    }
    return this;
  }

  find(reference: string): MergedNode | undefined {
    if (reference.startsWith('/')) return nodeBelow(this.root, reference);
    const slash = reference.indexOf('/');
    const label = slash < 0 ? reference : reference.slice(0, slash);
    const held = this.labels.get(label);
    // One that was omitted holds its label no longer.
    const isSought = this.#ambiguous.has(label) || held?.deleted === true;
    const node =
      isSought && this.#labelSteps < mostLabelSteps ? this.#findLabel(this.root, label) : held;
    return slash < 0 || node === undefined ? node : nodeBelow(node, reference.slice(slash));
  }

  /** dtc wants all headers of a file to say the same. */
  #endHeader(): void {
    const header = this.#header;
    if (header === undefined) return;
    this.#header = undefined;
    if (this.#firstPlugin === undefined) this.#firstPlugin = header.plugin;
    else if (this.#firstPlugin !== header.plugin)
      this.#problem('semantics', header.start, header.end, { because: 'headers-differ' });
  }

  #applyNode(placed: Placed<LoweredNode>): void {
    const { says, base } = placed;
    if (says.opens === 'root') {
      if (this.#hasRoot) this.#mergeBody(this.root, placed, 1);
      else {
        this.root.openers.push(placed);
        this.#fillNew(this.root, placed, 1);
      }
      this.#hasRoot = true;
      return;
    }
    if (says.opens !== 'reference') {
      if (says.opens === 'child')
        this.#problem('syntax', base + says.nameStart, base + says.nameEnd, {
          because: 'not-at-top-level',
          what: says.name,
        });
      return;
    }
    const { name } = says;
    const isPath = this.#text.charCodeAt(base + says.nameStart + 1) === Char.openBrace;
    if (this.isPlugin && isRelative(name)) {
      const facts = { because: 'relative-in-plugin', target: name };
      this.#problem('semantics', base + says.nameStart, base + says.nameEnd, facts);
      return;
    }
    const isOrphan =
      this.isPlugin &&
      says.labels.length === 0 &&
      (!this.#hasRoot || isPath || this.find(name) === undefined);
    if (isOrphan) {
      this.#hasRoot = true;
      this.#addFragment(name, placed);
      return;
    }
    const target = this.#hasRoot ? this.find(name) : undefined;
    if (target === undefined) {
      this.#notFound(name, base + says.nameStart, base + says.nameEnd);
      return;
    }
    const extra = says.labels[1];
    if (extra !== undefined) {
      this.#problem('syntax', base + extra.start, base + extra.end, {
        because: 'expected',
        expected: 'a reference',
        found: `${extra.name}:`,
      });
    }
    if (says.omitIfUnused) {
      this.#problem('syntax', base, base + says.nameEnd, {
        because: 'expected',
        expected: ';',
        found: '{',
      });
    }
    for (const label of says.labels) this.#addLabel(target, label, placed);
    this.#mergeBody(target, placed, depthOf(target));
  }

  /** `&label { }` of an overlay: a fragment whose target is another tree's node. */
  #addFragment(reference: string, placed: Placed<LoweredNode>): void {
    const fragment = new MergedNode(`fragment@${this.#fragments++}`, this.root, placed);
    this.root.addChild(fragment);
    const { says } = placed;
    const isPath = reference.startsWith('/');
    const bytes = isPath
      ? Uint8Array.from([...reference, '\0'], (character) => character.charCodeAt(0))
      : Uint8Array.of(0xff, 0xff, 0xff, 0xff);
    const name = isPath ? 'target-path' : 'target';
    const target: LoweredProperty = {
      kind: 'property',
      labels: [],
      name,
      nameStart: says.nameStart,
      nameEnd: says.nameEnd,
      valueStart: says.nameStart,
      valueEnd: says.nameEnd,
      length: says.nameEnd,
      bytes,
      parts: [isPath ? 1 : 3, 0, bytes.length, says.nameStart, says.nameEnd, 0],
      references: isPath ? [] : [{ kind: 'phandle', offset: 0, target: reference, part: 0 }],
      inserts: false,
      valueLabels: [],
      problems: [],
      checks: [],
      isSpecial: true,
      readBy: 0,
    };
    fragment.properties.set(
      name,
      new MergedProperty(name, [], { ...placed, says: target }, undefined),
    );
    const overlay = new MergedNode('__overlay__', fragment, placed);
    fragment.addChild(overlay);
    this.#fillNew(overlay, placed, 3);
  }

  #applyReference(item: LoweredDirective, base: number): void {
    const target = this.#hasRoot ? this.find(item.name) : undefined;
    const label = item.labels[0];
    if (label !== undefined) {
      this.#problem('syntax', base + label.start, base + label.end, {
        because: 'expected',
        expected: item.kind === 'delete-reference' ? '/delete-node/' : '/omit-if-no-ref/',
        found: `${label.name}:`,
      });
    }
    if (target === undefined) this.#notFound(item.name, base + item.nameStart, base + item.nameEnd);
    else if (item.kind === 'delete-reference') this.#deleteNode(target);
    else target.omitIfUnused = true;
  }

  /** A node's first body: every statement makes something new, also what has the name of something before it. */
  #fillNew(node: MergedNode, placed: Placed<LoweredNode>, depth: number): void {
    const { says, base } = placed;
    for (const label of says.labels) this.#addLabel(node, label, placed, 'last');
    const { items, offsets } = says;
    if (!says.orderMatters) node.properties.setBody(placed);
    const wanted = says.orderMatters ? items.keys() : says.otherItems;
    for (const index of wanted) {
      const item = items[index];
      if (item === undefined) continue;
      const at = base + (offsets[index] ?? 0);
      switch (item.kind) {
        case 'property': {
          const here = { says: item, base: at, in: this.origins };
          const { name } = item;
          const made = new MergedProperty(name, labelNames(item.labels), here, undefined);
          if (node.properties.has(name)) {
            node.addTwin(made);
            this.twinned.add(node);
          } else node.properties.set(name, made);
          break;
        }
        case 'delete-property':
          if (!node.properties.has(item.name)) {
            node.properties.set(item.name, deletedProperty(item.name));
            node.hasDeleted = true;
          }
          break;
        case 'node':
          if (item.opens === 'child')
            this.#addNew(node, { says: item, base: at, in: this.origins }, depth + 1);
          break;
        case 'delete-node': {
          const placeholder = new MergedNode(item.name, node);
          placeholder.deleted = true;
          placeholder.isParentUnknown = true;
          node.addChild(placeholder);
          node.hasDeleted = true;
          break;
        }
        default:
          break;
      }
    }
  }

  #addNew(parent: MergedNode, placed: Placed<LoweredNode>, depth: number): void {
    // No text nests deeper, but nodes that are opened by reference may; everything that walks a tree nests as deep.
    if (depth > maximumDepth) {
      const { says, base } = placed;
      this.#problem('syntax', base + says.nameStart, base + says.nameEnd, nodesTooDeep);
      return;
    }
    const child = new MergedNode(placed.says.name, parent, placed);
    child.omitIfUnused = placed.says.omitIfUnused;
    child.checks = placed.says.checks;
    parent.addChild(child);
    this.#fillNew(child, placed, depth);
  }

  /** A further body of a node: what it names replaces what is there, in its place. */
  #mergeBody(node: MergedNode, placed: Placed<LoweredNode>, depth: number): void {
    const { says, base } = placed;
    node.deleted = false;
    node.openers.push(placed);
    const { items, offsets } = says;
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      if (item === undefined) continue;
      const at = base + (offsets[index] ?? 0);
      switch (item.kind) {
        case 'property': {
          const before = node.properties.get(item.name);
          const live = before?.deleted === true ? undefined : before;
          const labels = labelNames(item.labels);
          const here = { says: item, base: at, in: this.origins };
          node.properties.set(item.name, new MergedProperty(item.name, labels, here, live));
          break;
        }
        case 'delete-property': {
          const property = node.properties.get(item.name);
          if (property !== undefined) {
            property.deleted = true;
            node.hasDeleted = true;
          }
          break;
        }
        case 'node': {
          if (item.opens !== 'child') break;
          const here = { says: item, base: at, in: this.origins };
          const child = node.childNamed(item.name);
          if (child === undefined) this.#addNew(node, here, depth + 1);
          else {
            for (const label of item.labels) this.#addLabel(child, label, here);
            this.#mergeBody(child, here, depth + 1);
          }
          break;
        }
        case 'delete-node': {
          const child = node.childNamed(item.name);
          if (child !== undefined) this.#deleteNode(child);
          break;
        }
        default:
          break;
      }
    }
  }

  /** Labels added to a node that was there come first; those of a new node stay in source order. */
  #addLabel(
    node: MergedNode,
    label: LoweredLabel,
    placed: Placed<unknown>,
    where: 'first' | 'last' = 'first',
  ): void {
    const { name } = label;
    const holder = this.labels.get(name);
    if (holder === undefined) this.labels.set(name, node);
    else if (holder !== node) this.#ambiguous.add(name);
    const known = node.labelNamed(name);
    if (known !== undefined) {
      known.deleted = false;
      return;
    }
    const written = writtenAt(placed, label.start, label.end);
    node.addLabel({ name, deleted: false, written }, where);
  }

  #deleteNode(node: MergedNode): void {
    node.deleted = true;
    node.hasDeleted = true;
    if (node.parent) node.parent.hasDeleted = true;
    for (const child of node.children) if (!child.deleted) this.#deleteNode(child);
    for (const property of node.properties.values()) property.deleted = true;
    for (const entry of node.labelEntries ?? []) {
      entry.deleted = true;
      if (this.labels.get(entry.name) !== node) continue;
      this.labels.delete(entry.name);
      const mayHaveOther = this.#ambiguous.has(entry.name) && this.#labelSteps < mostLabelSteps;
      const other = mayHaveOther && this.#findLabel(this.root, entry.name);
      if (other) this.labels.set(entry.name, other);
    }
  }

  #findLabel(node: MergedNode, label: string): MergedNode | undefined {
    this.#labelSteps++;
    if (node.labelNamed(label)?.deleted === false) return node;
    for (const child of node.children) {
      const found = child.deleted ? undefined : this.#findLabel(child, label);
      if (found) return found;
    }
    return undefined;
  }

  #collectProblems(item: Lowered, base: number, depth = 0): void {
    if (item.kind === 'node') {
      if (!item.hasProblems) return;
      for (const [index, child] of item.items.entries())
        this.#collectProblems(child, base + (item.offsets[index] ?? 0), depth + 1);
    }
    for (const { id, start, end, facts } of item.problems)
      this.#problem(
        id,
        base + start,
        base + end,
        // The brace of a node that is not opened any more (scan-statements.ts).
        depth >= maximumDepth && facts['found'] === '{' ? nodesTooDeep : facts,
      );
  }

  #notFound(target: string, start: number, end: number): void {
    this.#problem('semantics', start, end, { because: 'target-not-found', target });
  }

  #problem(id: string, start: number, end: number, facts: Readonly<Record<string, string>>): void {
    const count = (this.#problemsOf.get(id) ?? 0) + 1;
    this.#problemsOf.set(id, count);
    // The limit of findings is passed then, and a finding says so.
    if (count > mostProblems) return;
    this.problems.push({ id, level: 'error', at: this.#written(start, end), facts });
  }

  #written(start: number, end: number): Written {
    return { in: this.origins, start, end };
  }
}

/** How many nodes lead to `node`, itself included: 1 for the root. */
function depthOf(node: MergedNode): number {
  let depth = 1;
  for (let each = node.parent; each; each = each.parent) depth++;
  return depth;
}

/** The node below `node` at a path of names, as dtc's get_node_by_path finds it: `node` itself also when it is deleted. */
export function nodeBelow(node: MergedNode, path: string): MergedNode | undefined {
  if (/^\/+$/.test(path)) return node;
  let found: MergedNode | undefined = node;
  for (const name of path.split('/')) {
    if (name !== '') found = found?.liveChild(name);
  }
  return found?.deleted === true ? undefined : found;
}
