// Checks that dtc makes of interrupts, their providers and maps.

import { cellOf } from '../../addresses/cells.ts';
import { cellsOf, type DeviceTree, type DtNode, type DtProperty } from '../../tree/device-tree.ts';
import { takesInterrupts } from '../../tree/interrupt-parent.ts';
import { dtcCheck, having, type DtcWarning } from './dtc-check.ts';

/** The interrupt parent of `node`, or the fault in naming it. */
function interruptParent(
  node: DtNode,
  tree: DeviceTree,
): { readonly provider?: DtNode; readonly faults: DtcWarning[] } {
  for (let above: DtNode | undefined = node; above; above = above.parent) {
    if (above !== node && takesInterrupts(above)) return { provider: above, faults: [] };
    const property: DtProperty | undefined = above.properties.get('interrupt-parent');
    if (!property) continue;
    const phandle = cellsOf(property)[0] ?? 0;
    if ((phandle === 0 || phandle === 0xffffffff) && tree.isPlugin) return { faults: [] };
    const provider = tree.phandles.get(phandle);
    if (!provider) return { faults: [{ node: above, property, text: 'Bad phandle' }] };
    const text = 'Missing interrupt-controller or interrupt-map property';
    return { provider, faults: takesInterrupts(provider) ? [] : [{ node: provider, text }] };
  }
  return { faults: [{ node, text: 'Missing interrupt-parent' }] };
}

export const interruptsProperty = dtcCheck({
  id: 'interrupts_property',
  title: 'interrupts does not fit its interrupt parent',
  why: 'Each interrupt has as many cells as #interrupt-cells of the interrupt parent says.',
  instead: 'Name the interrupt parent, and write whole specifiers.',
  among: having('interrupts'),
  node(node, warn, tree) {
    const property = node.properties.get('interrupts');
    if (!property) return;
    const { length } = property.bytes;
    if (length % 4 !== 0)
      warn({ node, property, text: `size (${length}) is invalid, expected multiple of 4` });
    const { provider, faults } = interruptParent(node, tree);
    faults.forEach(warn);
    const count = provider && cellOf(provider, '#interrupt-cells');
    if (count !== undefined && count > 0 && length % (count * 4) !== 0)
      warn({
        node,
        property,
        text: `size is (${length}), expected multiple of ${count * 4}`,
      });
  },
});

export const interruptProvider = dtcCheck({
  id: 'interrupt_provider',
  title: 'An interrupt controller without its cell counts',
  why: 'Children and interrupt maps need #interrupt-cells and #address-cells of the controller.',
  instead: 'Add #interrupt-cells, and #address-cells = <0> when an interrupt map may lead here.',
  offInKernelBuilds: true,
  among: having('interrupt-controller', 'interrupt-map'),
  node(node, warn) {
    if (!takesInterrupts(node)) return;
    if (!node.properties.has('#interrupt-cells'))
      warn({ node, text: 'Missing #interrupt-cells in interrupt provider' });
    if (!node.properties.has('#address-cells'))
      warn({ node, text: 'Missing #address-cells in interrupt provider', isPassed: true });
  },
});

export const interruptMap = dtcCheck({
  id: 'interrupt_map',
  readIn: '1.7.0',
  title: 'An interrupt map that does not fit',
  why: 'An entry has a child address and specifier, a phandle, and a parent address and specifier; the counts come from both controllers.',
  instead: 'Write whole entries, and a mask as long as the child part.',
  // dtc runs it only where interrupt_provider is on.
  offInKernelBuilds: true,
  among: having('interrupt-map'),
  node(node, warn, tree) {
    const property = node.properties.get('interrupt-map');
    const own = cellOf(node, '#interrupt-cells');
    if (!property || own === undefined) return;
    const childSize = (cellOf(node, '#address-cells') ?? 2) + own;
    const mask = node.properties.get('interrupt-map-mask');
    if (mask && mask.bytes.length !== childSize * 4)
      warn({
        node,
        property: mask,
        text: `property size (${mask.bytes.length}) is invalid, expected ${childSize * 4}`,
      });
    const { length } = property.bytes;
    if (length % 4 !== 0) {
      warn({
        node,
        property,
        text: `property size (${length}) is invalid, expected multiple of 4`,
      });
      return;
    }
    const cells = cellsOf(property);
    for (let at = 0; at < cells.length;) {
      if (at + childSize >= cells.length) {
        warn({
          node,
          property,
          text: `property size (${length}) too small, expected > ${(at + childSize) * 4}`,
        });
        return;
      }
      at += childSize;
      const phandle = cells[at] ?? 0;
      if (phandle === 0 || phandle === 0xffffffff) {
        if (!tree.isPlugin)
          warn({ node, property, text: `Cell ${at} is not a phandle(${phandle | 0})` });
        return;
      }
      const provider = tree.phandles.get(phandle);
      if (!provider) {
        warn({ node, property, text: `Could not get phandle(${phandle}) node for (cell ${at})` });
        return;
      }
      const interruptCells = cellOf(provider, '#interrupt-cells');
      if (interruptCells === undefined) {
        warn({
          node,
          property,
          text: `Missing property '#interrupt-cells' in node ${provider.path} or bad phandle (referred from interrupt-map[${at}])`,
        });
        return;
      }
      at += 1 + interruptCells + (cellOf(provider, '#address-cells') ?? 0);
      if (at > cells.length)
        warn({ node, property, text: `property size (${length}) mismatch, expected ${at * 4}` });
    }
  },
});
