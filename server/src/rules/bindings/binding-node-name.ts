// A node whose name its binding does not allow.

import { bindingRule, placeOfNode } from './binding-rule.ts';

export const bindingNodeName = bindingRule({
  id: 'binding-node-name',
  kind: 'node-name',
  title: 'A node has another name than its binding asks for',
  why: 'Bindings give devices of one kind one name, as the Devicetree Specification recommends (section 2.2.2). Tools, and dt-validate itself, find what applies to a node by it.',
  instead: 'Rename the node; references by label stay as they are.',

  place: ({ node }) => placeOfNode(node),

  message: ({ node, schema }) =>
    schema.pattern
      ? `node name ${node.name} does not match ${schema.pattern.source}; rename it`
      : `node name ${node.name} is not ${typeof schema.constant === 'string' ? schema.constant : 'what its binding asks for'}; rename it`,
});
