// What the bindings say that apply to every node. They are dozens, of which most are about a few names: each name of a tree
// is looked up in all of them once.

import type { Binding } from './binding.ts';
import type { CompiledSchema } from './compiled-schema.ts';
import type { TypedNode } from './typed-node.ts';
import type { Validator, Violation } from './validate.ts';

/** A part of a universal binding. */
interface Part {
  readonly binding: Binding;
  readonly schema: CompiledSchema;
}

/** What the universal bindings say of one name. */
interface NameChecks {
  /** Of its value. */
  readonly parts: readonly Part[];
  /** Of its node. */
  readonly ofNode: readonly Part[];
  /** Which other names it needs. */
  readonly needs: readonly { readonly binding: Binding; readonly names: readonly string[] }[];
  /** Those that do not allow it. */
  readonly refusing: readonly Binding[];
}

/** Keywords of a schema that says no more than what names may be and what their values are. */
const ofNamesAlone = new Set([
  ...[
    '$id',
    '$schema',
    '$defs',
    'definitions',
    'title',
    'select',
    'type',
    'properties',
    'patternProperties',
  ],
  ...['additionalProperties', 'dependentRequired', 'dependentSchemas'],
]);

/** Checks nodes against bindings that apply to all of them. */
export class UniversalChecks {
  /** Of which only names matter, and the others. */
  readonly #named: readonly Binding[];
  readonly #whole: readonly Binding[];
  readonly #byName = new Map<string, NameChecks>();

  constructor(bindings: readonly Binding[]) {
    const isOfNames = ({ schema }: Binding): boolean =>
      Object.keys(schema.raw).every((keyword) => ofNamesAlone.has(keyword));
    this.#named = bindings.filter(isOfNames);
    this.#whole = bindings.filter((binding) => !isOfNames(binding));
  }

  /** What they have against a node, by the `$id` of the binding. */
  check(
    node: TypedNode,
    validator: Validator,
  ): readonly { readonly binding: string; readonly violation: Violation }[] {
    const found: { binding: string; violation: Violation }[] = [];
    const refused = new Map<Binding, string[]>();
    for (const name of node.names) {
      const { parts, ofNode, needs, refusing } = this.#checksOf(name);
      for (const binding of refusing) {
        const names = refused.get(binding) ?? [];
        names.push(name);
        refused.set(binding, names);
      }
      for (const { binding, names } of needs)
        for (const needed of names)
          if (!node.has(needed)) found.push(lacking(binding, node, needed));
      for (const { binding, schema } of ofNode)
        for (const violation of validator.violations(schema, node))
          found.push({ binding: binding.id, violation });
      if (parts.length === 0) continue;
      const value = node.value(name);
      if (value === undefined) continue;
      for (const { binding, schema } of parts)
        for (const violation of validator.violations(schema, value, [name]))
          found.push({ binding: binding.id, violation });
    }
    for (const [{ id, schema }, names] of refused)
      found.push({
        binding: id,
        violation: {
          keyword: 'additionalProperties',
          schema,
          path: [],
          value: node,
          names,
          context: [],
        },
      });
    for (const { id, schema } of this.#whole)
      for (const violation of validator.violations(schema, node))
        found.push({ binding: id, violation });
    return found;
  }

  /** What they say of a property of that name. */
  partsFor(name: string): readonly CompiledSchema[] {
    return this.#checksOf(name).parts.map(({ schema }) => schema);
  }

  #checksOf(name: string): NameChecks {
    let checks = this.#byName.get(name);
    if (!checks) {
      const parts: Part[] = [];
      const ofNode: Part[] = [];
      const needs: { binding: Binding; names: readonly string[] }[] = [];
      const refusing: Binding[] = [];
      for (const binding of this.#named) {
        const { schema } = binding;
        const own = schema.properties.get(name);
        const matching = schema.patterns.of(name);
        for (const part of own ? [own, ...matching] : matching)
          if (part.always !== true) parts.push({ binding, schema: part });
        const other = own || matching.length > 0 ? undefined : schema.part('additionalProperties');
        if (other?.always === false) refusing.push(binding);
        else if (other?.always === undefined && other) parts.push({ binding, schema: other });
        const names = schema.dependentRequired?.get(name);
        if (names) needs.push({ binding, names });
        const dependent = schema.dependentSchemas.get(name);
        if (dependent) ofNode.push({ binding, schema: dependent });
      }
      checks = { parts, ofNode, needs, refusing };
      if (this.#byName.size > mostNames) this.#byName.clear();
      this.#byName.set(name, checks);
    }
    return checks;
  }
}

function lacking(
  { id, schema }: Binding,
  node: TypedNode,
  needed: string,
): { binding: string; violation: Violation } {
  const keyword = 'dependentRequired';
  return {
    binding: id,
    violation: { keyword, schema, path: [], value: node, names: [needed], context: [] },
  };
}

const mostNames = 50_000;
