// Checks that dtc makes of PCI, I2C and SPI buses.

import { childCells } from '../../addresses/cells.ts';
import { baseName, cellsOf, unitAddress, type DtNode } from '../../tree/device-tree.ts';
import type { Rule } from '../rule.ts';
import { bridgesOf, busOf, devicesOn, isUnnamedSpi } from './bus-of.ts';
import { dtcCheck, having } from './dtc-check.ts';

export const pciBridge = dtcCheck({
  id: 'pci_bridge',
  title: 'A PCI bridge that does not look like one',
  why: 'Generic PCI code relies on the name, three address cells, two size cells, ranges and bus-range.',
  instead: 'Follow the PCI bus binding.',
  among: having('device_type'),
  node(node, warn) {
    if (busOf(node) !== 'pci') return;
    if (!['pci', 'pcie'].includes(baseName(node)))
      warn({ node, text: 'node name is not "pci" or "pcie"' });
    if (!node.properties.has('ranges'))
      warn({ node, text: 'missing ranges for PCI bridge (or not a bridge)' });
    if (childCells(node).address !== 3)
      warn({ node, text: 'incorrect #address-cells for PCI bridge' });
    if (childCells(node).size !== 2) warn({ node, text: 'incorrect #size-cells for PCI bridge' });
    const property = node.properties.get('bus-range');
    if (!property) return;
    const [first = 0, last = 0] = cellsOf(property);
    if (property.bytes.length !== 8) warn({ node, property, text: 'value must be 2 cells' });
    else if (first > last)
      warn({ node, property, text: '1st cell must be less than or equal to 2nd cell' });
    else if (last > 0xff)
      warn({ node, property, text: 'maximum bus number must be less than 256' });
  },
});

/** The configuration-space cells of a device on a PCI bus. */
function pciCells(node: DtNode): number[] | undefined {
  if (!node.parent || busOf(node.parent) !== 'pci') return undefined;
  const reg = node.properties.get('reg');
  return reg && reg.bytes.length >= 12 ? cellsOf(reg) : undefined;
}

export const pciDeviceBusNum = dtcCheck({
  id: 'pci_device_bus_num',
  title: 'A PCI device on a bus its bridge does not have',
  why: 'The bus number in reg lies outside the bridge’s bus-range.',
  instead: 'Correct reg or bus-range.',
  among: devicesOn('pci'),
  node(node, warn) {
    const cells = pciCells(node);
    const property = node.parent?.properties.get('bus-range') ?? node.properties.get('reg');
    if (!cells || !property) return;
    const bus = ((cells[0] ?? 0) & 0x00ff0000) >>> 16;
    const [low = 0, high = 0xff] = property.name === 'bus-range' ? cellsOf(property) : [];
    if (bus < low || bus > high)
      warn({
        node,
        property,
        text: `PCI bus number ${bus} out of range, expected (${low} - ${high})`,
      });
  },
});

export const pciDeviceReg = dtcCheck({
  id: 'pci_device_reg',
  title: 'The reg of a PCI device is no configuration address',
  why: 'The first entry of reg names bus, device and function; nothing else may be in it.',
  instead:
    'Write <(bus << 16 | device << 11 | function << 8) 0 0 0 0> and name the node after device and function.',
  among: devicesOn('pci'),
  node(node, warn) {
    const cells = pciCells(node);
    const property = node.properties.get('reg');
    if (!cells || !property) return;
    const [reg = 0, second, third] = cells;
    if (second !== 0 || third !== 0)
      warn({
        node,
        property,
        text: 'PCI reg config space address cells 2 and 3 must be 0',
      });
    if (reg >>> 24 !== 0)
      warn({ node, property, text: 'PCI reg address is not configuration space' });
    if ((reg & 0xff) !== 0)
      warn({
        node,
        property,
        text: 'PCI reg config space address register number must be 0',
      });
    const device = ((reg & 0xf800) >>> 11).toString(16);
    const fn = (reg & 0x700) >>> 8;
    const unit = unitAddress(node) ?? '';
    const expected = `${device},${fn.toString(16)}`;
    if (unit === expected || (fn === 0 && unit === device)) return;
    warn({ node, text: `PCI unit address format error, expected "${expected}"` });
  },
});

function busBridge(kind: 'i2c' | 'spi', id: string, name: string): Rule {
  return dtcCheck({
    id,
    title: `Wrong cell counts on ${kind === 'i2c' ? 'an I2C' : 'a SPI'} bus`,
    why: 'Devices on this bus have one address cell (a slave address or chip select) and no size.',
    instead: 'Write #address-cells = <1> and #size-cells = <0>.',
    among: bridgesOf(kind),
    node(node, warn) {
      if (kind === 'spi' && isUnnamedSpi(node) && node.properties.has('reg'))
        warn({ node, text: "node name for SPI buses should be 'spi'" });
      const addresses = kind === 'spi' && node.properties.has('spi-slave') ? 0 : 1;
      if (childCells(node).address !== addresses)
        warn({ node, text: `incorrect #address-cells for ${name} bus` });
      if (childCells(node).size !== 0)
        warn({ node, text: `incorrect #size-cells for ${name} bus` });
    },
  });
}

export const i2cBusBridge = busBridge('i2c', 'i2c_bus_bridge', 'I2C');
export const spiBusBridge = busBridge('spi', 'spi_bus_bridge', 'SPI');

const TEN_BIT_ADDRESS = 1n << 31n;
const OWN_SLAVE_ADDRESS = 1n << 30n;

export const i2cBusReg = dtcCheck({
  id: 'i2c_bus_reg',
  title: 'An I2C device without a proper slave address',
  why: 'A slave address has 7 bits (10 with I2C_TEN_BIT_ADDRESS), and the node is named after it.',
  instead: 'Correct reg and the unit address.',
  among: devicesOn('i2c'),
  node(node, warn) {
    const property = node.properties.get('reg');
    if (!property || property.bytes.length === 0) {
      warn({ node, text: 'missing or empty reg property' });
      return;
    }
    const addresses = cellsOf(property).map((cell) => BigInt(cell) & ~OWN_SLAVE_ADDRESS);
    const expected = (addresses[0] ?? 0n).toString(16);
    if ((unitAddress(node) ?? '') !== expected)
      warn({ node, text: `I2C bus unit address format error, expected "${expected}"` });
    for (const address of addresses) {
      const value = address & ~TEN_BIT_ADDRESS;
      if ((address & TEN_BIT_ADDRESS) !== 0n) {
        if (value > 0x3ffn)
          warn({
            node,
            property,
            text: `I2C address must be less than 10-bits, got "0x${address.toString(16)}"`,
          });
      } else if (value > 0x7fn)
        warn({
          node,
          property,
          text: `I2C address must be less than 7-bits, got "0x${address.toString(16)}". Set I2C_TEN_BIT_ADDRESS for 10 bit addresses or fix the property`,
        });
    }
  },
});

export const spiBusReg = dtcCheck({
  id: 'spi_bus_reg',
  title: 'A SPI device whose name and chip select differ',
  why: 'The unit address of a SPI device is its chip select.',
  instead: 'Correct reg and the unit address.',
  among: devicesOn('spi'),
  node(node, warn) {
    if (node.parent?.properties.has('spi-slave')) return;
    const property = node.properties.get('reg');
    if (!property || property.bytes.length === 0) {
      warn({ node, text: 'missing or empty reg property' });
      return;
    }
    const expected = (cellsOf(property)[0] ?? 0).toString(16);
    if ((unitAddress(node) ?? '') !== expected)
      warn({ node, text: `SPI bus unit address format error, expected "${expected}"` });
  },
});
