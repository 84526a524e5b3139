// Fills in what only the whole tree knows (paths, phandles, included bytes) and runs the checks dtc calls errors.

import type { ExpandedSource } from '../preprocess/preprocessed.ts';
import { whyUnreadable, type FileSet } from '../text/source-file.ts';
import { folderOf, joinPath } from '../text/join-path.ts';
import type { FileId } from '../text/span.ts';
import { encodeText } from '../text/encode.ts';
import { stringsOf, type TreeProblem, type Written } from './device-tree.ts';
import { partStride, type LoweredProblem, type LoweredReference } from './lowered.ts';
import { isRelative, type Merged } from './merge.ts';
import type { MergedNode, NodeLabel } from './merged.ts';
import { writtenAt, type MergedProperty, type Placed } from './merged-property.ts';

/** Hands out phandles as dtc's get_node_phandle does: the lowest numbers no node has, in order of asking. */
export interface Phandles {
  /** The node's phandle; gives it one, and the property, when it has none. */
  of(node: MergedNode): number;
}

/** A phandle in the tree that was written as a reference. */
export interface ResolvedReference {
  readonly node: MergedNode;
  readonly property: MergedProperty;
  /** Where the phandle is in the property's final value. */
  readonly offset: number;
  /** The label or path as written. */
  readonly target: string;
  /** Undefined when this tree has no such node. */
  readonly found: MergedNode | undefined;
}

const noLabels: readonly NodeLabel[] = [];

interface PropertyWithReferences {
  readonly node: MergedNode;
  readonly property: MergedProperty;
}

/** Resolves everything in `merged` in place; its problems are added to those of `merged`. */
export function resolve(
  merged: Merged,
  options: IncludeOptions & { readonly symbols?: boolean },
): {
  readonly references: readonly ResolvedReference[];
  readonly phandles: Phandles;
  readonly needs: readonly FileId[];
} {
  const { root, problems } = merged;
  const needs: FileId[] = [];
  const withReferences: PropertyWithReferences[] = [];
  const withPhandle: MergedNode[] = [];
  const withName: MergedNode[] = [];
  const labelled: LabelPlace[] = [];
  const omittable: MergedNode[] = [];

  const visit = (node: MergedNode): void => {
    if (node.checks.length > 0) {
      const opener = node.openers[0];
      if (opener) report(problems, opener, node.checks);
    }
    if (node.omitIfUnused) omittable.push(node);
    for (const label of node.labelEntries ?? noLabels)
      if (!label.deleted) labelled.push({ name: label.name, at: label.written, node, on: 'node' });
    node.properties.forEachSpecial((property, placed) => {
      const { says } = placed;
      if (says.references.length > 0) withReferences.push({ node, property });
      if (says.checks.length > 0) report(problems, placed, says.checks);
      if (property.hasLabels || says.valueLabels.length > 0)
        placeLabels(node, property, placed, labelled);
      switch (says.name) {
        case 'phandle':
        case 'linux,phandle':
          if (withPhandle[withPhandle.length - 1] !== node) withPhandle.push(node);
          break;
        case 'name':
          withName.push(node);
          break;
      }
    });
    if (node.children.length > 1) findRepeatedNodes(node, problems);
    const prefix = node.path === '/' ? '' : node.path;
    for (const child of node.children) {
      if (child.deleted) continue;
      child.path = `${prefix}/${child.name}`;
      visit(child);
    }
  };
  const twins = [...merged.twinned].flatMap((node) => node.settleTwins());
  root.path = '/';
  visit(root);

  for (const { node, first, second } of twins) {
    const at = second.definition?.name;
    if (node.deleted || !at) continue;
    problems.push({
      id: 'duplicate_property_names',
      level: 'error',
      at,
      facts: { property: first.name, node: node.path },
      related: first.definition ? [{ at: first.definition.name, role: 'first' }] : [],
    });
  }
  includeFiles(withReferences, options, problems, needs);
  findReplacedFiles(merged, withReferences, options, problems, needs);
  for (const node of withName) checkName(node, problems);
  findRepeatedLabels(labelled, problems);
  const byPhandle = new Map<number, MergedNode>();
  for (const node of withPhandle) takePhandle(node, merged, byPhandle, problems);

  const phandles = allocator(byPhandle);
  resolveReferences(merged, withReferences, phandles, problems);
  for (const node of omittable) {
    if (node.deleted || node.isReferenced) continue;
    if (options.symbols === true && node.labelEntries !== undefined) continue;
    omit(node);
  }
  return {
    references: merged.isPlugin ? resolvedReferences(merged, withReferences) : [],
    phandles,
    needs,
  };
}

function report(
  problems: TreeProblem[],
  placed: Placed<unknown>,
  checks: readonly LoweredProblem[],
): void {
  for (const { id, start, end, facts } of checks)
    problems.push({ id, level: 'error', at: writtenAt(placed, start, end), facts });
}

/** More children than this are compared by a table. */
const fewChildren = 12;

function hasRepeatedName(nodes: readonly MergedNode[]): boolean {
  if (nodes.length > fewChildren) return new Set(nodes.map(({ name }) => name)).size < nodes.length;
  for (let last = 1; last < nodes.length; last++)
    for (let first = 0; first < last; first++)
      if (nodes[first]?.name === nodes[last]?.name) return true;
  return false;
}

function findRepeatedNodes(parent: MergedNode, problems: TreeProblem[]): void {
  if (!hasRepeatedName(parent.children)) return;
  const seen = new Map<string, MergedNode>();
  for (const child of parent.children) {
    const first = seen.get(child.name);
    if (first === undefined) {
      if (!child.deleted) seen.set(child.name, child);
      continue;
    }
    const at = child.openings[0]?.name ?? first.openings[0]?.name;
    const related = first.openings[0];
    if (at)
      problems.push({
        id: 'duplicate_node_names',
        level: 'error',
        at,
        facts: { name: child.name, node: parent.path },
        related: related ? [{ at: related.name, role: 'first' }] : [],
      });
  }
}

interface LabelPlace {
  readonly name: string;
  readonly at: Written;
  readonly node: MergedNode;
  readonly on: 'node' | 'property' | 'value';
}

function placeLabels(
  node: MergedNode,
  property: MergedProperty,
  placed: NonNullable<MergedProperty['placed']>,
  into: LabelPlace[],
): void {
  const { labels, valueLabels, nameStart, nameEnd } = placed.says;
  // The first of a name: later ones are written first here.
  const written = new Map(labels.toReversed().map((label) => [label.name, label]));
  for (const name of new Set(property.labels)) {
    const own = written.get(name);
    const at = writtenAt(placed, own?.start ?? nameStart, own?.end ?? nameEnd);
    into.push({ name, at, node, on: 'property' });
  }
  for (const label of valueLabels)
    into.push({
      name: label.name,
      at: writtenAt(placed, label.start, label.end),
      node,
      on: 'value',
    });
}

function findRepeatedLabels(places: readonly LabelPlace[], problems: TreeProblem[]): void {
  const seen = new Map<string, LabelPlace>();
  for (const place of places) {
    const first = seen.get(place.name);
    if (first === undefined) seen.set(place.name, place);
    else
      problems.push({
        id: 'duplicate_label',
        level: 'error',
        at: place.at,
        facts: { label: place.name, node: place.node.path, other: first.node.path },
        related: [{ at: first.at, role: 'first' }],
      });
  }
}

/** dtc drops a `name` property that repeats the node's name, and refuses any other. */
function checkName(node: MergedNode, problems: TreeProblem[]): void {
  const property = node.properties.get('name');
  const at = property?.definition?.value ?? property?.definition?.whole;
  if (property === undefined || at === undefined) return;
  const { bytes } = property;
  const base = node.name.split('@', 1)[0] ?? '';
  const isString = bytes.length > 0 && bytes.indexOf(0) === bytes.length - 1;
  if (!isString) {
    problems.push({ id: 'name_is_string', level: 'error', at, facts: { node: node.path } });
  } else if (stringsOf(property)[0] !== base) {
    const facts = { node: node.path, expected: base };
    problems.push({ id: 'name_properties', level: 'error', at, facts });
  } else node.properties.delete('name');
}

/** The phandle a node's own properties give it (dtc's explicit_phandles). */
function takePhandle(
  node: MergedNode,
  merged: Merged,
  byPhandle: Map<number, MergedNode>,
  problems: TreeProblem[],
): void {
  const read = (name: string): number => {
    const property = node.liveProperty(name);
    const says = property?.placed?.says;
    if (property === undefined || says === undefined) return 0;
    const fail = (facts: Record<string, string>): number => {
      const at = property.definition?.value ?? property.definition?.whole;
      if (at)
        problems.push({
          id: 'explicit_phandles',
          level: 'error',
          at,
          facts: { ...facts, property: name, node: node.path },
        });
      return 0;
    };
    const { bytes } = property;
    if (bytes.length !== 4) return fail({ because: 'length', length: `${bytes.length}` });
    const reference = says.references.find((each) => each.kind === 'phandle');
    if (reference !== undefined) {
      return merged.find(reference.target) === node
        ? 0
        : fail({ because: 'other-node', target: reference.target });
    }
    const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
    if (value === 0 || value === 0xffffffff)
      return fail({ because: 'value', value: `0x${value.toString(16)}` });
    return value;
  };
  const phandle = read('phandle');
  const legacy = read('linux,phandle');
  const value = phandle || legacy;
  if (value === 0) return;
  const definition = node.liveProperty(phandle === 0 ? 'linux,phandle' : 'phandle')?.definition;
  const at = definition?.value ?? definition?.whole;
  if (at === undefined) return;
  if (phandle !== 0 && legacy !== 0 && phandle !== legacy) {
    const facts = { because: 'mismatch', node: node.path };
    problems.push({ id: 'explicit_phandles', level: 'error', at, facts });
  }
  const other = byPhandle.get(value);
  if (other !== undefined && other !== node) {
    const before = other.liveProperty('phandle')?.definition;
    problems.push({
      id: 'explicit_phandles',
      level: 'error',
      at,
      facts: {
        because: 'duplicate',
        value: `0x${value.toString(16)}`,
        node: node.path,
        other: other.path,
      },
      related: before ? [{ at: before.value ?? before.whole, role: 'first' }] : [],
    });
    return;
  }
  node.phandle = value;
  byPhandle.set(value, node);
}

function allocator(byPhandle: Map<number, MergedNode>): Phandles {
  let next = 1;
  return {
    of(node) {
      if (node.phandle !== 0) return node.phandle;
      // What was omitted gives its number back.
      while (byPhandle.get(next)?.deleted === false) next++;
      node.phandle = next;
      byPhandle.set(next, node);
      if (node.liveProperty('phandle') === undefined)
        node.addProperty('phandle', phandleBytes(next));
      return next;
    },
  };
}

/** The bytes of the numbers that are given out, each made once: a board takes hundreds of them at every key. */
const phandleValues: (Uint8Array | undefined)[] = [];

function phandleBytes(value: number): Uint8Array {
  return (phandleValues[value] ??= cellBytes(value));
}

function cellBytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

function resolveReferences(
  merged: Merged,
  properties: readonly PropertyWithReferences[],
  phandles: Phandles,
  problems: TreeProblem[],
): void {
  // All phandles before any path: dtc's order, which decides their numbers and which problem comes first.
  for (const { node, property } of properties) {
    const references = property.placed?.says.references ?? [];
    for (let index = 0; index < references.length; index++) {
      const reference = references[index];
      if (reference?.kind !== 'phandle') continue;
      const found = merged.find(reference.target);
      if (found !== undefined) {
        property.fill(index, phandles.of(found));
        found.isReferenced = true;
      } else if (!merged.isPlugin || isRelative(reference.target)) {
        problems.push(unknownReference('phandle_references', node, property, reference));
      }
    }
  }
  for (const { node, property } of properties) {
    const references = property.placed?.says.references ?? [];
    for (let index = 0; index < references.length; index++) {
      const reference = references[index];
      if (reference?.kind !== 'path') continue;
      const found = merged.find(reference.target);
      if (found === undefined) {
        problems.push(unknownReference('path_references', node, property, reference));
      } else {
        property.fill(index, encodeText(`${found.path}\0`));
        found.isReferenced = true;
      }
    }
  }
}

/** The phandles written as references, for the fixups of an overlay. */
function resolvedReferences(
  merged: Merged,
  properties: readonly PropertyWithReferences[],
): readonly ResolvedReference[] {
  const resolved: ResolvedReference[] = [];
  for (const { node, property } of properties) {
    if (node.deleted || property.deleted) continue;
    for (const { kind, offset, target } of property.definition?.parts ?? []) {
      if (kind === 'phandle' && target !== undefined)
        resolved.push({ node, property, offset, target, found: merged.find(target) });
    }
  }
  return resolved;
}

function unknownReference(
  id: string,
  node: MergedNode,
  property: MergedProperty,
  reference: LoweredReference,
): TreeProblem {
  const part = property.definition?.parts[reference.part];
  const at = part?.written ?? property.definition?.whole;
  if (at === undefined) throw new Error(`reference to ${reference.target} has no place`);
  return {
    id,
    level: 'error',
    at,
    facts: { target: reference.target, node: node.path, property: property.name },
  };
}

interface IncludeOptions {
  readonly files?: FileSet;
  readonly includePaths?: readonly FileId[];
  readonly source?: Pick<ExpandedSource, 'root' | 'includes'>;
}

/** Bytes that all `/incbin/` of a board may insert: more than any image, less than what exhausts the memory. */
const mostIncluded = 256 << 20;
const tooMuchIncluded = { because: 'incbin-too-large', limit: `${mostIncluded >> 20} MiB` };

/** Inserts the bytes of `/incbin/` files, before anything else is resolved, as dtc does while reading. */
function includeFiles(
  properties: readonly PropertyWithReferences[],
  options: IncludeOptions,
  problems: TreeProblem[],
  needs: FileId[],
): void {
  let room = mostIncluded;
  for (const { property } of properties) {
    const { placed } = property;
    if (placed === undefined) continue;
    const { references } = placed.says;
    for (let index = 0; index < references.length; index++) {
      const reference = references[index];
      if (reference?.kind !== 'incbin') continue;
      const start = placed.says.parts[reference.part * partStride + 3] ?? 0;
      const end = placed.says.parts[reference.part * partStride + 4] ?? 0;
      const at = writtenAt(placed, start, end);
      let bytes = readIncluded(reference, at, options, problems, needs);
      if (bytes.length > room) {
        problems.push({ id: 'semantics', level: 'error', at, facts: tooMuchIncluded });
        bytes = new Uint8Array(0);
      }
      room -= bytes.length;
      property.fill(index, bytes);
    }
  }
}

/** Looks for the files of properties that are replaced or deleted further down: dtc stops where one is missing. */
function findReplacedFiles(
  { insertions }: Merged,
  kept: readonly PropertyWithReferences[],
  options: IncludeOptions,
  problems: TreeProblem[],
  needs: FileId[],
): void {
  if (insertions.length === 0) return;
  const read = new Set(kept.map(({ property }) => property.placed?.says));
  for (const placed of insertions.filter(({ says }) => !read.has(says))) {
    for (const reference of placed.says.references) {
      if (reference.kind !== 'incbin') continue;
      const part = reference.part * partStride;
      const { parts } = placed.says;
      const at = writtenAt(placed, parts[part + 3] ?? 0, parts[part + 4] ?? 0);
      readIncluded(reference, at, options, problems, needs);
    }
  }
}

function readIncluded(
  reference: LoweredReference,
  at: Written,
  options: IncludeOptions,
  problems: TreeProblem[],
  needs: FileId[],
): Uint8Array {
  const { target } = reference;
  const { file } = at.in.originOf(at.start, at.end).span;
  const { source, includePaths = [] } = options;
  // What cpp put together is one file for dtc, in the root's folder; only what dtc included has its own.
  const isOfCpp =
    source !== undefined &&
    !source.includes.some(({ target: included, by }) => by === 'dtc' && included === file);
  const folders = isOfCpp
    ? [folderOf(source.root), ...includePaths, folderOf(file)]
    : [folderOf(file), ...includePaths];
  const candidates = folders.map((path) => joinPath(path, target));
  // dtc seeks with a signed offset.
  if ((reference.from ?? 0) >= 2 ** 63) {
    const facts = { because: 'incbin-offset', path: target, offset: `${reference.from}` };
    problems.push({ id: 'semantics', level: 'error', at, facts });
    return new Uint8Array(0);
  }
  let barred: FileId | undefined;
  for (const candidate of candidates) {
    const bytes = options.files?.bytes(candidate) ?? 'absent';
    if (bytes === 'not-loaded') {
      needs.push(candidate);
      return new Uint8Array(0);
    }
    if (bytes === 'absent') continue;
    if (bytes === 'unreadable') {
      barred ??= candidate;
      continue;
    }
    if (bytes === 'too-large') {
      problems.push({ id: 'semantics', level: 'error', at, facts: tooMuchIncluded });
      return new Uint8Array(0);
    }
    const from = Math.min(reference.from ?? 0, bytes.length);
    return bytes.subarray(from, reference.limit === undefined ? undefined : from + reference.limit);
  }
  problems.push({
    id: 'semantics',
    level: 'error',
    at,
    facts:
      barred === undefined
        ? { because: 'incbin-not-found', path: target }
        : {
            because: 'incbin-unreadable',
            path: target,
            reason: whyUnreadable(options.files, barred),
          },
  });
  return new Uint8Array(0);
}

function omit(node: MergedNode): void {
  node.deleted = true;
  node.hasDeleted = true;
  if (node.parent) node.parent.hasDeleted = true;
  for (const child of node.children) if (!child.deleted) omit(child);
  for (const property of node.properties.values()) property.deleted = true;
  for (const label of node.labelEntries ?? []) label.deleted = true;
}
