// Checks that dtc makes of /chosen and /aliases.

import { nodeAt, stringsOf, type DtNode } from '../../tree/device-tree.ts';
import { being, dtcCheck, having } from './dtc-check.ts';

const isChosen = (node: DtNode): boolean => node.path === '/chosen';

export const obsoleteChosenInterruptController = dtcCheck({
  id: 'obsolete_chosen_interrupt_controller',
  title: '/chosen names an interrupt controller',
  why: 'The property is long obsolete; nothing reads it.',
  instead: 'Remove it; interrupt-parent says the same.',
  among: having('interrupt-controller'),
  node(node, warn) {
    if (isChosen(node) && node.properties.has('interrupt-controller'))
      warn({ node, text: '/chosen has obsolete "interrupt-controller" property' });
  },
});

export const chosenNodeIsRoot = dtcCheck({
  id: 'chosen_node_is_root',
  title: 'A chosen node that is not below the root',
  why: 'Boot loaders, Xen and Linux read /chosen and no other.',
  instead: 'Move its properties to /chosen.',
  among: being(({ name }) => name === 'chosen'),
  node(node, warn) {
    if (node.parent?.parent) warn({ node, text: 'chosen node must be at root node' });
  },
});

const isString = (bytes: Uint8Array): boolean =>
  bytes.length > 0 && bytes.indexOf(0) === bytes.length - 1;

export const chosenNodeBootargs = dtcCheck({
  id: 'chosen_node_bootargs',
  title: 'bootargs is not a string',
  why: 'The kernel reads bootargs as one string.',
  instead: 'Write one string.',
  among: having('bootargs'),
  node(node, warn) {
    const property = isChosen(node) ? node.properties.get('bootargs') : undefined;
    if (property && !isString(property.bytes))
      warn({ node, property, text: 'property is not a string' });
  },
});

export const chosenNodeStdoutPath = dtcCheck({
  id: 'chosen_node_stdout_path',
  title: 'stdout-path is not a string, or has its old name',
  why: 'Readers look for `stdout-path`; `linux,stdout-path` is its old name.',
  instead: 'Write stdout-path = "alias:options".',
  among: having('stdout-path', 'linux,stdout-path'),
  node(node, warn) {
    if (!isChosen(node)) return;
    const property = node.properties.get('stdout-path') ?? node.properties.get('linux,stdout-path');
    if (!property) return;
    if (property.name === 'linux,stdout-path')
      warn({ node, property, text: "Use 'stdout-path' instead" });
    if (!isString(property.bytes)) warn({ node, property, text: 'property is not a string' });
  },
});

export const aliasPaths = dtcCheck({
  id: 'alias_paths',
  title: 'An alias that leads nowhere, or whose name is not allowed',
  why: 'An alias holds the full path of an existing node; its name has lower-case letters, digits and `-`.',
  instead: 'Write &label, or correct the path.',
  offInKernelBuilds: true,
  // Also that of an overlay, whose paths dtc looks for in the overlay itself.
  among: being(({ name }) => name === 'aliases'),
  node(node, warn, tree) {
    for (const property of node.properties.values()) {
      if (property.name === 'phandle' || property.name === 'linux,phandle') continue;
      const path = stringsOf(property)[0] ?? '';
      if (property.bytes.length === 0 || !nodeAt(tree, path))
        warn({
          node,
          property,
          text: `aliases property is not a valid node (${path})`,
        });
      if (!/^[a-z0-9-]*$/.test(property.name))
        warn({
          node,
          text: "aliases property name must include only lowercase and '-'",
        });
    }
  },
});
