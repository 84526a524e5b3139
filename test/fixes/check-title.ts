// Whether a title says what the declared change is: people read the one, the trial holds the other.

import assert from 'node:assert/strict';
import type { TreeChange } from '../../server/src/tree/tree-change.ts';

type Kinds = readonly TreeChange['kind'][];

/** Titles, and what may be declared with them: exactly these kinds, in this order, those with `?` perhaps. */
const TITLES: readonly (readonly [
  RegExp,
  readonly (TreeChange['kind'] | `${TreeChange['kind']}?`)[],
])[] = [
  [/^Move \S+ to 0x[0-9a-f_]+ \(.*\)/, ['set-property', 'rename-node?']],
  [/^Shrink \S+ to /, ['set-property']],
  [/^Set the size to /, ['set-property']],
  [/^Set status = "okay"/, ['set-property']],
  [/^Change to "okay"$/, ['set-property']],
  [/^Add \S+ = ".*";$|^Add \S+;$|^Add bootscrub=1$/, ['set-property']],
  [/^Remove \S+/, ['delete-property']],
  [/^Begin at 0x[0-9a-f]+$/, ['set-property']],
  [/^Drop \S+ from \S+$/, ['set-property']],
  [/^Delete \S+$/, ['delete-node']],
  [
    /^Merge \S+(?:, \S+)* into \S+$/,
    ['set-property', 'delete-node', 'delete-node?', 'delete-node?'],
  ],
  [/^Change the path to \S+$/, []],
  [/^Say that \S+ is compatible with /, ['set-property']],
  [/^Rename to \S+$/, ['rename-node']],
  [/^Convert to a no-map region/, ['delete-reservation', 'add-node', 'add-node?']],
  [/^Convert \S+ to \/memreserve\//, ['delete-node', 'add-reservation', 'add-reservation?']],
  [/^Add a .* no-map region at 0x/, ['add-node']],
  [/^Give \S+ .* of static memory at 0x/, ['set-property']],
];

/** Throws when the change is of another kind than the title says, or names another node or address. */
export function checkTitle(title: string, change: readonly TreeChange[]): void {
  const kinds: Kinds = change.map(({ kind }) => kind);
  if (/^Rename \S+ to \S+$/.test(title) && !title.startsWith('Rename to ')) {
    assert.equal(kinds.length, 1, title);
    assert.match(kinds[0] ?? '', /^rename-/, title);
    return;
  }
  const [, wanted] = TITLES.find(([pattern]) => pattern.test(title)) ?? [];
  assert.ok(wanted, `nobody knows what "${title}" changes`);
  const left = [...kinds];
  for (const kind of wanted) {
    const isOptional = kind.endsWith('?');
    if (left[0] === kind.replace('?', '')) left.shift();
    else assert.ok(isOptional, `${title} declares ${kinds.join(', ')}`);
  }
  assert.equal(left.length, 0, `${title} declares ${kinds.join(', ')}`);
  const [, node, address] = /^(?:Move|Shrink) (\S+) to (0x[0-9a-f_]+)?/.exec(title) ?? [];
  const [first] = change;
  if (node === undefined || first?.kind !== 'set-property') return;
  assert.equal(first.node.replace(/.*\//, ''), node, title);
  if (address === undefined) return;
  const digits = address.slice(2).replaceAll('_', '');
  const bytes = Buffer.from(first.bytes).toString('hex');
  assert.ok(bytes.includes(digits.padStart(8, '0')), `${title} sets reg to ${bytes}`);
  const renamed = change.find((each) => each.kind === 'rename-node');
  if (renamed) assert.ok(renamed.to.endsWith(`@${digits}`), `${title} renames to ${renamed.to}`);
}
