// Checks that dtc makes of lists of <phandle arguments…>: clocks, resets, gpios and their like.

import { cellOf } from '../../addresses/cells.ts';
import {
  cellAtByte,
  type DeviceTree,
  type DtNode,
  type DtProperty,
} from '../../tree/device-tree.ts';
import { isPhandleAt } from '../../tree/merged-property.ts';
import type { Rule } from '../rule.ts';
import { dtcCheck, having, type Warn } from './dtc-check.ts';

/** Checks one <phandle arguments…> list; `isOptional`: a provider without `cellsName` takes no arguments. */
function checkList(
  node: DtNode,
  property: DtProperty,
  cellsName: string,
  isOptional: (cellsName: string) => boolean,
  warn: Warn,
  tree: DeviceTree,
): void {
  const { bytes } = property;
  const { length } = bytes;
  if (length % 4 !== 0) {
    warn({
      node,
      property,
      text: `property size (${length}) is invalid, expected multiple of 4`,
    });
    return;
  }
  let size = 0;
  for (let at = 0; at * 4 < length; at += size + 1) {
    const phandle = cellAtByte(bytes, at * 4);
    size = 0;
    if (phandle === 0 || phandle === 0xffffffff) {
      if (tree.isPlugin) return;
      continue;
    }
    if (!isPhandleAt(property, at * 4))
      warn({ node, property, text: `cell ${at} is not a phandle reference` });
    const provider = tree.phandles.get(phandle);
    if (!provider) {
      warn({ node, property, text: `Could not get phandle node for (cell ${at})` });
      return;
    }
    const count = cellOf(provider, cellsName);
    if (count === undefined && !isOptional(cellsName)) {
      warn({
        node,
        text: `Missing property '${cellsName}' in node ${provider.path} or bad phandle (referred from ${property.name}[${at}])`,
      });
      return;
    }
    size = count ?? 0;
    if (length < (at + size + 1) * 4)
      warn({
        node,
        property,
        text: `property size (${length}) too small for cell size ${size}`,
      });
  }
}

const isOptional = (cellsName: string): boolean => cellsName === '#msi-cells';

/** The rule `ID_property` for a list property and the rule `ID_is_cell` for its provider's count. */
function providerChecks(id: string, name: string, cellsName: string): [Rule, Rule] {
  const list = dtcCheck({
    id: `${id}_property`,
    title: `${name} does not fit the nodes it refers to`,
    why: `Each entry of ${name} is a phandle and as many cells as ${cellsName} of that node says.`,
    instead: `Write entries that fit the provider, or add ${cellsName} to it.`,
    among: having(name),
    node(node, warn, tree) {
      const property = node.properties.get(name);
      if (property) checkList(node, property, cellsName, isOptional, warn, tree);
    },
  });
  const count = dtcCheck({
    id: `${id}_is_cell`,
    title: `${cellsName} is not a single cell`,
    why: `${cellsName} says how many cells follow a phandle to this node.`,
    instead: 'Write one cell.',
    among: having(cellsName),
    node(node, warn) {
      const property = node.properties.get(cellsName);
      if (property && property.bytes.length !== 4)
        warn({ node, property, text: 'property is not a single cell' });
    },
  });
  return [list, count];
}

export const [clocksProperty, clocksIsCell] = providerChecks('clocks', 'clocks', '#clock-cells');
export const [coolingDeviceProperty, coolingDeviceIsCell] = providerChecks(
  'cooling_device',
  'cooling-device',
  '#cooling-cells',
);
export const [dmasProperty, dmasIsCell] = providerChecks('dmas', 'dmas', '#dma-cells');
export const [hwlocksProperty, hwlocksIsCell] = providerChecks(
  'hwlocks',
  'hwlocks',
  '#hwlock-cells',
);
export const [interruptsExtendedProperty, interruptsExtendedIsCell] = providerChecks(
  'interrupts_extended',
  'interrupts-extended',
  '#interrupt-cells',
);
export const [ioChannelsProperty, ioChannelsIsCell] = providerChecks(
  'io_channels',
  'io-channels',
  '#io-channel-cells',
);
export const [iommusProperty, iommusIsCell] = providerChecks('iommus', 'iommus', '#iommu-cells');
export const [mboxesProperty, mboxesIsCell] = providerChecks('mboxes', 'mboxes', '#mbox-cells');
export const [msiParentProperty, msiParentIsCell] = providerChecks(
  'msi_parent',
  'msi-parent',
  '#msi-cells',
);
export const [muxControlsProperty, muxControlsIsCell] = providerChecks(
  'mux_controls',
  'mux-controls',
  '#mux-control-cells',
);
export const [physProperty, physIsCell] = providerChecks('phys', 'phys', '#phy-cells');
export const [powerDomainsProperty, powerDomainsIsCell] = providerChecks(
  'power_domains',
  'power-domains',
  '#power-domain-cells',
);
export const [pwmsProperty, pwmsIsCell] = providerChecks('pwms', 'pwms', '#pwm-cells');
export const [resetsProperty, resetsIsCell] = providerChecks('resets', 'resets', '#reset-cells');
export const [soundDaiProperty, soundDaiIsCell] = providerChecks(
  'sound_dai',
  'sound-dai',
  '#sound-dai-cells',
);
export const [thermalSensorsProperty, thermalSensorsIsCell] = providerChecks(
  'thermal_sensors',
  'thermal-sensors',
  '#thermal-sensor-cells',
);

function isGpioList(name: string): boolean {
  return !name.endsWith(',nr-gpios') && /(?:^|-)gpios?$/.test(name);
}

export const gpiosProperty = dtcCheck({
  id: 'gpios_property',
  title: 'A list of GPIOs does not fit the controllers it refers to',
  why: 'Each entry is a phandle and as many cells as #gpio-cells of the controller says.',
  instead: 'Write entries that fit the controller.',
  among: having(isGpioList),
  node(node, warn, tree) {
    if (node.properties.has('gpio-hog')) return;
    for (const property of node.properties.values())
      if (isGpioList(property.name))
        checkList(node, property, '#gpio-cells', isOptional, warn, tree);
  },
});
