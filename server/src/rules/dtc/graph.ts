// Checks that dtc makes of ports and endpoints.

import { cellOf } from '../../addresses/cells.ts';
import {
  baseName,
  cellsOf,
  unitAddress,
  type DeviceTree,
  type DtNode,
} from '../../tree/device-tree.ts';
import { nodesOf } from '../../tree/nodes-with.ts';
import { dtcCheck, type Warn } from './dtc-check.ts';

const isEndpoint = (node: DtNode): boolean =>
  node.name === 'endpoint' ||
  node.name.startsWith('endpoint@') ||
  node.properties.has('remote-endpoint');

const portsByTree = new WeakMap<DeviceTree, ReadonlySet<DtNode>>();

/** The nodes with an endpoint below them. */
function portsOf(tree: DeviceTree): ReadonlySet<DtNode> {
  let ports = portsByTree.get(tree);
  if (ports === undefined) {
    ports = new Set(nodesOf(tree).flatMap((node) => (isEndpoint(node) && node.parent) || []));
    portsByTree.set(tree, ports);
  }
  return ports;
}

const isPort = (node: DtNode): boolean => node.children.some(isEndpoint);

/** The parent of ports: called `ports`, or a device whose ports are numbered. */
const isPorts = (node: DtNode): boolean =>
  node.children.some(
    (child) => isPort(child) && (node.name === 'ports' || child.properties.has('reg')),
  );

function checkReg(node: DtNode, warn: Warn): void {
  const property = node.properties.get('reg');
  const unit = unitAddress(node) ?? '';
  if (!property || !node.parent) return;
  if (property.bytes.length !== 4) {
    warn({ node, text: "graph node malformed 'reg' property" });
    return;
  }
  const expected = (cellsOf(property)[0] ?? 0).toString(16);
  if (unit !== expected)
    warn({ node, text: `graph node unit address error, expected "${expected}"` });
  checkCount(node, node.parent, '#address-cells', 1, warn);
  checkCount(node, node.parent, '#size-cells', 0, warn);
}

/** dtc takes a count that the parent does not have for -1, and names the node's own property, if it has one. */
function checkCount(node: DtNode, parent: DtNode, name: string, wanted: number, warn: Warn): void {
  const count = cellOf(parent, name) ?? -1;
  if (count === wanted) return;
  const property = node.properties.get(name);
  const text = `graph node '${name}' is ${count}, must be ${wanted}`;
  warn(property ? { node, property, text } : { node, text });
}

function remoteOf(node: DtNode, tree: DeviceTree): DtNode | 'bad' | undefined {
  const property = node.properties.get('remote-endpoint');
  const phandle = property && cellsOf(property)[0];
  if (phandle === undefined || phandle === 0 || phandle === 0xffffffff) return undefined;
  return tree.phandles.get(phandle) ?? 'bad';
}

export const graphPort = dtcCheck({
  id: 'graph_port',
  title: 'A port that does not look like one',
  why: 'Graph code finds ports by the name `port` and their number by reg.',
  instead: 'Name the node port, or port@N with reg = <N>.',
  among: {
    of: (tree) => nodesOf(tree).filter((node) => portsOf(tree).has(node)),
    has: isPort,
  },
  node(node, warn) {
    if (baseName(node) !== 'port') warn({ node, text: "graph port node name should be 'port'" });
    checkReg(node, warn);
  },
});

export const graphEndpoint = dtcCheck({
  id: 'graph_endpoint',
  title: 'An endpoint that is not connected both ways',
  why: 'Each endpoint names the other one; a one-sided connection is found from one side only.',
  instead: 'Add remote-endpoint on the other side.',
  among: {
    of: (tree) => nodesOf(tree).filter(({ parent }) => parent && portsOf(tree).has(parent)),
    has: ({ parent }) => parent !== undefined && isPort(parent),
  },
  node(node, warn, tree) {
    if (baseName(node) !== 'endpoint')
      warn({ node, text: "graph endpoint node name should be 'endpoint'" });
    checkReg(node, warn);
    const remote = remoteOf(node, tree);
    const property = node.properties.get('remote-endpoint');
    if (remote === 'bad' && property) warn({ node, property, text: 'graph phandle is not valid' });
    else if (remote && remote !== 'bad' && remoteOf(remote, tree) !== node)
      warn({
        node,
        text: `graph connection to node '${remote.path}' is not bidirectional`,
      });
  },
});

export const graphChildAddress = dtcCheck({
  id: 'graph_child_address',
  title: 'Cell counts for a single port or endpoint',
  why: 'A port or endpoint that has no siblings needs no number.',
  instead: 'Drop #address-cells, #size-cells, reg and the unit address.',
  offInKernelBuilds: true,
  node(node, warn) {
    if (!isPort(node) && !isPorts(node)) return;
    if (
      node.children.some((child) => (cellsOf(child.properties.get('reg') ?? empty)[0] ?? 0) !== 0)
    )
      return;
    const [only] = node.children;
    if (node.children.length === 1 && only && node.properties.has('#address-cells'))
      warn({
        node,
        text: `graph node has single child node '${only.name}', #address-cells/#size-cells are not necessary`,
      });
  },
});

const empty = { name: 'reg', labels: [], bytes: new Uint8Array(), overridden: [] };
