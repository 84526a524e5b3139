// What the bindings say that apply to every node. They are dozens, of which most are about a few names: each name of a tree
// is looked up in all of them once.

import type { Binding } from './binding.ts';
import type { CompiledSchema } from './compiled-schema.ts';
import type { TypedNode } from './typed-node.ts';
import type { Validator, Violation } from './validate.ts';

/** What the universal bindings say of one name. */
interface NameChecks {
  readonly parts: readonly { readonly binding: Binding; readonly schema: CompiledSchema }[];
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
  'additionalProperties',
]);

/** Checks nodes against bindings that apply to all of them. */
export class UniversalChecks {
  /** Of which only names matter, and the others. */
  readonly #named: readonly Binding[];
  readonly #whole: readonly Binding[];
  readonly #byName = new Map<string, NameChecks>();

  constructor(bindings: readonly Binding[]) {
    const isOfNames = ({ schema }: Binding): boolean =>
      Object.keys(schema.raw).every((keyword) => ofNamesAlone.has(keyword)) &&
      (schema.part('additionalProperties')?.always ?? true) !== undefined;
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
      const { parts, refusing } = this.#checksOf(name);
      for (const binding of refusing) {
        const names = refused.get(binding) ?? [];
        names.push(name);
        refused.set(binding, names);
      }
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
      const parts: { binding: Binding; schema: CompiledSchema }[] = [];
      const refusing: Binding[] = [];
      for (const binding of this.#named) {
        const { properties, patterns } = binding.schema;
        const own = properties.get(name);
        const matching = patterns.of(name);
        for (const schema of own ? [own, ...matching] : matching)
          if (schema.always !== true) parts.push({ binding, schema });
        if (
          !own &&
          matching.length === 0 &&
          binding.schema.part('additionalProperties')?.always === false
        )
          refusing.push(binding);
      }
      checks = { parts, refusing };
      if (this.#byName.size > mostNames) this.#byName.clear();
      this.#byName.set(name, checks);
    }
    return checks;
  }
}

const mostNames = 50_000;
