// Which checks dtc makes only where others have passed (checks.c, run_check).

import type { DeviceTree } from '../../tree/device-tree.ts';

const ofCells = ['address_cells_is_cell', 'size_cells_is_cell'];
const ofReg = ['reg_format'];

/** Providers whose `X_property` is checked when `X_is_cell` has passed. */
const providers = [
  ...['clocks', 'cooling_device', 'dmas', 'hwlocks', 'interrupts_extended', 'io_channels'],
  ...['iommus', 'mboxes', 'msi_parent', 'mux_controls', 'phys', 'power_domains', 'pwms'],
  ...['resets', 'sound_dai', 'thermal_sensors'],
];

/** By the id of a check, those that must have passed before; checks that never fail by themselves are resolved. */
const prerequisites: ReadonlyMap<string, readonly string[]> = new Map([
  ['node_name_format', ['node_name_chars']],
  ['reg_format', ofCells],
  ['ranges_format', ofCells],
  ['dma_ranges_format', ofCells],
  ['pci_bridge', ['device_type_is_string', ...ofCells]],
  ['pci_device_bus_num', [...ofReg, 'pci_bridge']],
  ['pci_device_reg', [...ofReg, 'pci_bridge']],
  ['simple_bus_reg', [...ofReg, 'compatible_is_string_list']],
  ['i2c_bus_bridge', ofCells],
  ['i2c_bus_reg', [...ofReg, 'i2c_bus_bridge']],
  ['spi_bus_bridge', ofCells],
  ['spi_bus_reg', [...ofReg, 'spi_bus_bridge']],
  ['unit_address_format', ['node_name_format', 'pci_bridge', 'compatible_is_string_list']],
  ['avoid_default_addr_size', ofCells],
  ['avoid_unnecessary_addr_size', ['avoid_default_addr_size']],
  ['unique_unit_address', ['avoid_default_addr_size']],
  ...providers.map((name): [string, readonly string[]] => [
    `${name}_property`,
    [`${name}_is_cell`, 'phandle_references'],
  ]),
  ['gpios_property', ['phandle_references']],
  ['interrupts_property', ['phandle_references']],
  ['interrupt_provider', ['interrupts_extended_is_cell']],
  ['graph_child_address', ['graph_port', 'graph_endpoint']],
  ['interrupt_map', ['phandle_references', ...ofCells, 'interrupt_provider']],
]);

type HasFailed = (tree: DeviceTree) => boolean;

/** How to find out whether a check fails, by its id. */
const checks = new Map<string, HasFailed>();

/** Makes known how to find out whether the check `id` fails on its own; called once for each. */
export function knowCheck(id: string, hasFailed: HasFailed): void {
  checks.set(id, hasFailed);
}

const failuresByTree = new WeakMap<DeviceTree, Map<string, boolean>>();

/** Whether dtc does not make the check `id` on `tree`, since one that must pass before has not. */
export function lacksPrerequisite(id: string, tree: DeviceTree): boolean {
  return prerequisites.get(id)?.some((before) => hasNotPassed(before, tree)) ?? false;
}

/** Whether the check has failed, is not made, or is one whose failure leaves no blob and has been found. */
function hasNotPassed(id: string, tree: DeviceTree): boolean {
  let failures = failuresByTree.get(tree);
  if (!failures) {
    failures = new Map<string, boolean>();
    failuresByTree.set(tree, failures);
  }
  let failure = failures.get(id);
  if (failure === undefined) {
    failure =
      lacksPrerequisite(id, tree) ||
      tree.problems.some((problem) => problem.id === id) ||
      (checks.get(id)?.(tree) ?? false);
    failures.set(id, failure);
  }
  return failure;
}
