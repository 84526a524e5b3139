// What the rules about bindings have in common: each is one kind of what a binding has against a node.

import type { NodeViolation, ViolationKind } from '../../bindings/violation-of-node.ts';
import { printableBrief } from '../../text/printable.ts';
import type { DtNode } from '../../tree/device-tree.ts';
import type { Board } from '../board.ts';
import type { Proposal } from '../proposal.ts';
import { rule, type Found, type Place, type Rule } from '../rule.ts';

interface BindingRule {
  readonly id: string;
  readonly kind: ViolationKind;
  readonly title: string;
  readonly why: string;
  readonly instead: string;
  /** The place of one violation: undefined for what is nowhere in the text. */
  readonly place: (violation: NodeViolation) => Place | undefined;
  readonly message: (violation: NodeViolation) => string;
  readonly fixes?: (violation: NodeViolation, board: Board) => readonly Proposal[];
}

/** A rule that words one kind of violation; the binding and the part of it that says so end each message. */
export function bindingRule({ kind, place, message, fixes, ...texts }: BindingRule): Rule {
  return rule<NodeViolation>({
    ...texts,
    severity: 'hint',
    reads: 'bindings',
    source: ['dt-schema: dt-validate (2022.08)'],
    *check({ bindings }: Board): Iterable<Found<NodeViolation>> {
      for (const violation of bindings?.violations ?? []) {
        const at = violation.kind === kind ? place(violation) : undefined;
        if (at) yield { at, facts: violation };
      }
    },
    message: (violation) => `${message(violation)} (${schemaPathOf(violation)})`,
    ...(fixes ? { fixes: (found, board) => fixes(found.facts, board) } : {}),
  });
}

/** `serial/pl011.yaml#/properties/reg`: the part of a binding that a node does not meet. */
export function schemaPathOf({ schema }: Pick<NodeViolation, 'schema'>): string {
  return `${bindingName(schema.base)}${schema.place === '' ? '' : `#${schema.place}`}`;
}

/** The file of a binding below the folder of bindings, from its `$id`. */
export function bindingName(id: string): string {
  return id.replace(/^https?:\/\/devicetree\.org\/schemas\//, '');
}

/** Where a node is named. */
export function placeOfNode(node: DtNode): Place | undefined {
  return node.openings.at(-1)?.name;
}

/** A value as it is written in source, cut where it is long. */
export function wordValue(value: unknown): string {
  if (value === true) return 'no value';
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value === 'string') return `"${printableBrief(value)}"`;
  if (!Array.isArray(value)) return String(value);
  const items = value as readonly unknown[];
  const shown = items.slice(0, mostShown);
  const more = items.length > mostShown ? ', …' : '';
  const rows = shown.map((row) =>
    Array.isArray(row)
      ? `<${row.slice(0, mostShown).join(' ')}${row.length > mostShown ? ' …' : ''}>`
      : wordValue(row),
  );
  return `${rows.join(', ')}${more}`;
}

const mostShown = 6;

/** Values that a binding allows, joined as a sentence has them. */
export function wordAllowed(values: readonly unknown[]): string {
  const shown = values.slice(0, mostShown).map(wordValue);
  return values.length > mostShown ? `${shown.join(', ')} …` : shown.join(', ');
}
