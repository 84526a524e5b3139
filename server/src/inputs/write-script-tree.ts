// Turns the tree edits of a boot script into devicetree source, so that they are evaluated as an overlay is.

import { LineIndex } from '../text/line-index.ts';

/** One edit of the tree that a boot script makes, with the script's line it stands on. */
export type ScriptStatement = { readonly path: string; readonly line: number } & (
  | { readonly kind: 'node' | 'remove-node' }
  | { readonly kind: 'remove-property'; readonly name: string }
  /** `value` is devicetree source: `<0x0 0x1>`, `"a", "b"`; empty for a property without value. */
  | { readonly kind: 'property'; readonly name: string; readonly value: string }
  /** A property with a value that is not known: `cells` before the first that is not, or `text` without what is not. */
  | {
      readonly kind: 'unknown-property';
      readonly name: string;
      readonly cells: readonly number[];
      readonly text: string;
      /** A clause. */
      readonly because: string;
    }
  /** An entry of the memory reservation block; `path` is `/`. */
  | { readonly kind: 'reservation'; readonly address: bigint; readonly size: bigint }
  /** Takes one away, by its place in the block. */
  | { readonly kind: 'remove-reservation'; readonly index: bigint }
);

/** Devicetree source made from a script, and the way back. */
export interface ScriptTree {
  readonly text: string;
  /** The script's line that an offset of `text` stands for. */
  readonly lineOf: (offset: number) => number;
}

/** What an overlay can say. */
const OVERLAID: ReadonlySet<ScriptStatement['kind']> = new Set(['node', 'property']);

/**
 * The edits in their order as devicetree source: to be appended to a board's text, or as an overlay (`/plugin/`) for a
 * blob. An overlay cannot remove anything: removals are left out of it. A property with an unknown value is removed, and
 * entries of the reservation block are in no source behind a node.
 */
export function writeScriptTree(
  statements: readonly ScriptStatement[],
  as: 'appendix' | 'overlay',
): ScriptTree {
  const lines = as === 'overlay' ? ['/dts-v1/;', '/plugin/;'] : [''];
  const origins = lines.map(() => 1);
  for (const statement of statements) {
    const isPart =
      as === 'overlay' ? OVERLAID.has(statement.kind) : !statement.kind.endsWith('reservation');
    if (!isPart) continue;
    lines.push(`${as === 'overlay' ? '&{/}' : '/'} ${nested(statement)}`);
    origins.push(statement.line);
  }
  const text = `${lines.join('\n')}\n`;
  const index = new LineIndex(text);
  return { text, lineOf: (offset) => origins[index.positionAt(offset).line - 1] ?? 1 };
}

// Nested from the root on, so that a missing parent such as /chosen is made, as `fdt chosen` does.
function nested(statement: ScriptStatement): string {
  const names = statement.path.split('/').filter(Boolean);
  const last = statement.kind === 'remove-node' ? names.pop() : undefined;
  const open = names.map((name) => `{ ${name} `).join('');
  return `${open}{ ${innermost(statement, last)} };${' };'.repeat(names.length)}`;
}

function innermost(statement: ScriptStatement, removed: string | undefined): string {
  switch (statement.kind) {
    case 'node':
      return '';
    case 'remove-node':
      return removed === undefined ? '' : `/delete-node/ ${removed};`;
    case 'reservation':
    case 'remove-reservation':
      return '';
    case 'remove-property':
    case 'unknown-property':
      return `/delete-property/ ${statement.name};`;
    case 'property':
      return statement.value === ''
        ? `${statement.name};`
        : `${statement.name} = ${statement.value};`;
  }
}
