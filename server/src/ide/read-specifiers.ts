// Lists of <phandle arguments…>: which node each entry names, and which cells are its arguments.

import { cellOf } from '../addresses/cells.ts';
import { interruptParentOf } from '../tree/interrupt-parent.ts';
import {
  cellsOf,
  stringsIn,
  type DeviceTree,
  type DtNode,
  type DtProperty,
} from '../tree/device-tree.ts';

/** What an entry asks its provider for. */
export type SpecifierKind =
  | 'clock'
  | 'cooling'
  | 'dai'
  | 'dma'
  | 'gpio'
  | 'hwlock'
  | 'interconnect'
  | 'interrupt'
  | 'io-channel'
  | 'iommu'
  | 'mbox'
  | 'msi'
  | 'mux'
  | 'node'
  | 'nvmem'
  | 'phy'
  | 'power-domain'
  | 'pwm'
  | 'reset'
  | 'sensor';

/** One entry of a list. */
export interface Specifier {
  readonly kind: SpecifierKind;
  /** Of the entry in its list, from 0. */
  readonly index: number;
  /** What the consumer calls it, from `clock-names` and its like. */
  readonly name?: string;
  /** Undefined for an empty entry, `<0>`. */
  readonly provider: DtNode | undefined;
  /** The arguments. */
  readonly cells: readonly number[];
  /** Byte offset of the entry in the property, and of its first argument. */
  readonly start: number;
  readonly argumentsAt: number;
  readonly end: number;
}

/** Why a list ends early, or has no entries. */
export type UnreadRest =
  | { readonly code: 'no-provider'; readonly at: number }
  | { readonly code: 'no-count'; readonly provider: DtNode; readonly cellsName: string }
  | { readonly code: 'too-short'; readonly provider: DtNode; readonly needed: number };

export interface Specifiers {
  readonly entries: readonly Specifier[];
  /** Whom all entries name, where the list itself names nobody: the interrupt parent, the controller of a hog. */
  readonly parent?: DtNode;
  readonly rest?: UnreadRest;
}

interface ListForm {
  readonly kind: SpecifierKind;
  /** The provider's property that counts the arguments; absent where there are none. */
  readonly cellsName?: string;
  /** The consumer's property that names the entries. */
  readonly namesName?: string;
  /** Whether a provider without `cellsName` takes no arguments. */
  readonly isOptional?: true;
}

const form = (kind: SpecifierKind, cellsName?: string, namesName?: string): ListForm => ({
  kind,
  ...(cellsName !== undefined && { cellsName }),
  ...(namesName !== undefined && { namesName }),
});

/** Properties that hold such lists (Linux, Documentation/devicetree/bindings). */
const FORMS: ReadonlyMap<string, ListForm> = new Map([
  ['assigned-clock-parents', form('clock', '#clock-cells')],
  ['assigned-clocks', form('clock', '#clock-cells')],
  ['clocks', form('clock', '#clock-cells', 'clock-names')],
  ['cooling-device', form('cooling', '#cooling-cells')],
  ['dmas', form('dma', '#dma-cells', 'dma-names')],
  ['hwlocks', form('hwlock', '#hwlock-cells', 'hwlock-names')],
  ['interconnects', form('interconnect', '#interconnect-cells')],
  ['interrupts-extended', form('interrupt', '#interrupt-cells', 'interrupt-names')],
  ['io-channels', form('io-channel', '#io-channel-cells', 'io-channel-names')],
  ['iommus', form('iommu', '#iommu-cells')],
  ['mboxes', form('mbox', '#mbox-cells', 'mbox-names')],
  ['memory-region', form('node', undefined, 'memory-region-names')],
  ['msi-parent', { kind: 'msi', cellsName: '#msi-cells', isOptional: true }],
  ['mux-controls', form('mux', '#mux-control-cells', 'mux-control-names')],
  [
    'nvmem-cells',
    {
      kind: 'nvmem',
      cellsName: '#nvmem-cell-cells',
      namesName: 'nvmem-cell-names',
      isOptional: true,
    },
  ],
  ['phys', form('phy', '#phy-cells', 'phy-names')],
  ['power-domains', form('power-domain', '#power-domain-cells', 'power-domain-names')],
  ['pwms', form('pwm', '#pwm-cells', 'pwm-names')],
  ['resets', form('reset', '#reset-cells', 'reset-names')],
  ['sound-dai', form('dai', '#sound-dai-cells')],
  ['thermal-sensors', form('sensor', '#thermal-sensor-cells')],
]);

/** Counts of arguments, and the lists that are counted by them. */
const LISTS: ReadonlyMap<string, string> = new Map([
  ...[...FORMS].flatMap(([list, { cellsName }]): [string, string][] =>
    cellsName === undefined || list.startsWith('assigned-') ? [] : [[cellsName, list]],
  ),
  ['#gpio-cells', 'gpios'],
  ['#interrupt-cells', 'interrupts'],
]);

/** `clocks` for `#clock-cells`; undefined for what counts no arguments. */
export function listCountedBy(cellsName: string): string | undefined {
  return LISTS.get(cellsName);
}

function formOf(name: string): ListForm | undefined {
  const known = FORMS.get(name);
  if (known) return known;
  if (/(?:^|-)gpios?$/.test(name) && !name.endsWith(',nr-gpios'))
    return form('gpio', '#gpio-cells');
  if (/^pinctrl-\d+$/.test(name) || name.endsWith('-supply')) return form('node');
  return undefined;
}

/**
 * The entries of a property of `node` that lists providers: as many as can be told apart, and what stops. Undefined for
 * properties that hold no such list, and for values that are no whole cells.
 */
export function readSpecifiers(
  tree: DeviceTree,
  node: DtNode,
  property: DtProperty,
): Specifiers | undefined {
  if (property.bytes.length === 0 || property.bytes.length % 4 !== 0) return undefined;
  if (property.name === 'interrupts')
    return readUnnamed(
      property,
      'interrupt',
      interruptParentOf(node, tree),
      '#interrupt-cells',
      stringsIn(node, 'interrupt-names'),
    );
  if (property.name === 'gpios' && node.properties.has('gpio-hog'))
    return readUnnamed(property, 'gpio', node.parent, '#gpio-cells', []);
  const listForm = formOf(property.name);
  return listForm && readNamed(tree, node, property, listForm);
}

function readUnnamed(
  property: DtProperty,
  kind: SpecifierKind,
  provider: DtNode | undefined,
  cellsName: string,
  names: readonly string[],
): Specifiers {
  if (!provider) return { entries: [], rest: { code: 'no-provider', at: 0 } };
  const count = cellOf(provider, cellsName);
  if (count === undefined || count === 0)
    return { entries: [], parent: provider, rest: { code: 'no-count', provider, cellsName } };
  const all = cellsOf(property);
  const entries: Specifier[] = [];
  for (let at = 0; at < all.length; at += count) {
    if (at + count > all.length)
      return { entries, parent: provider, rest: { code: 'too-short', provider, needed: count } };
    const name = names[entries.length];
    entries.push({
      kind,
      index: entries.length,
      ...(name !== undefined && { name }),
      provider,
      cells: all.slice(at, at + count),
      start: at * 4,
      argumentsAt: at * 4,
      end: (at + count) * 4,
    });
  }
  return { entries, parent: provider };
}

function readNamed(
  tree: DeviceTree,
  node: DtNode,
  property: DtProperty,
  { kind, cellsName, namesName, isOptional }: ListForm,
): Specifiers {
  const names = namesName === undefined ? [] : stringsIn(node, namesName);
  const all = cellsOf(property);
  const entries: Specifier[] = [];
  for (let at = 0; at < all.length;) {
    const phandle = all[at] ?? 0;
    // An empty entry: the consumer does without.
    const isEmpty = phandle === 0 || phandle === 0xffffffff;
    const provider = tree.phandles.get(phandle);
    if (!provider && !isEmpty) return { entries, rest: { code: 'no-provider', at: at * 4 } };
    const counted = provider && cellsName !== undefined ? cellOf(provider, cellsName) : 0;
    if (provider && cellsName !== undefined && counted === undefined && isOptional !== true)
      return { entries, rest: { code: 'no-count', provider, cellsName } };
    const count = counted ?? 0;
    if (provider && at + 1 + count > all.length)
      return { entries, rest: { code: 'too-short', provider, needed: count } };
    const name = names[entries.length];
    entries.push({
      kind,
      index: entries.length,
      ...(name !== undefined && { name }),
      provider,
      cells: all.slice(at + 1, at + 1 + count),
      start: at * 4,
      argumentsAt: at * 4 + 4,
      end: (at + 1 + count) * 4,
    });
    at += 1 + count;
  }
  return { entries };
}
