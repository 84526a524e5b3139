// Joins the edits of a tree that are alternatives: what all of them do is done, the rest has no known value.

import type { ScriptStatement } from './write-script-tree.ts';

/** What is left out because only some alternatives do it: a clause for each, with its line. */
export interface MergedStatements {
  readonly statements: readonly ScriptStatement[];
  readonly open: readonly { readonly line: number; readonly because: string }[];
}

/** The edits that follow when one of `alternatives` is made; `why` is a clause: what decides which. */
export function mergeStatements(
  alternatives: readonly (readonly ScriptStatement[])[],
  why: string,
): MergedStatements {
  const statements: ScriptStatement[] = [];
  const open: { line: number; because: string }[] = [];
  /** Nodes that are there only in some alternatives. */
  const maybe = new Set<string>();
  const isMaybe = (path: string): boolean => {
    let end = maybe.size > 0 ? path.length : 0;
    for (let depth = 0; end > 0 && depth < DEEPEST; depth++) {
      if (maybe.has(path.slice(0, end))) return true;
      end = path.lastIndexOf('/', end - 1);
    }
    return false;
  };
  for (const { edit, count, isSame } of finalEdits(alternatives)) {
    if (isMaybe(edit.path)) continue;
    const { path, line } = edit;
    if (isSame && count === alternatives.length) statements.push(edit);
    else if ('name' in edit) {
      const { name } = edit;
      statements.push({
        kind: 'unknown-property',
        path,
        name,
        cells: [],
        text: '',
        because: why,
        line,
      });
      open.push({ line, because: `${name} of ${path} is unknown: ${why}` });
    } else {
      if (edit.kind === 'node') maybe.add(path);
      open.push({ line, because: `${wordEdit(edit)} is left out: ${why}` });
    }
  }
  return { statements, open };
}

/** U-Boot's commands reach no deeper nodes (MAX_LEVEL: 32). */
const DEEPEST = 64;

interface FinalEdit {
  /** Of the first alternative that makes it. */
  readonly edit: ScriptStatement;
  /** How many alternatives make one of this property or node. */
  count: number;
  isSame: boolean;
}

/** What is left of each property and node when all edits are made, the last, in the order in which they are first made. */
function finalEdits(alternatives: readonly (readonly ScriptStatement[])[]): Iterable<FinalEdit> {
  const edits = new Map<string, FinalEdit>();
  for (const statements of alternatives) {
    const own = new Map(statements.map((each) => [keyOf(each), each]));
    for (const [key, edit] of own) {
      const known = edits.get(key);
      if (known) {
        known.count++;
        known.isSame &&= isSame(known.edit, edit);
      } else edits.set(key, { edit, count: 1, isSame: true });
    }
  }
  return edits.values();
}

function keyOf(statement: ScriptStatement): string {
  if ('name' in statement) return `property\n${statement.path}\n${statement.name}`;
  switch (statement.kind) {
    case 'reservation':
      return `reservation\n${statement.address}\n${statement.size}`;
    case 'remove-reservation':
      return `remove-reservation\n${statement.index}\n${statement.line}`;
    default:
      return `node\n${statement.path}`;
  }
}

function isSame(one: ScriptStatement, other: ScriptStatement): boolean {
  if (one.kind !== other.kind) return false;
  if (one.kind === 'property' && other.kind === 'property') return one.value === other.value;
  if (one.kind !== 'unknown-property' || other.kind !== 'unknown-property') return true;
  return one.text === other.text && one.cells.join() === other.cells.join();
}

function wordEdit(edit: ScriptStatement): string {
  switch (edit.kind) {
    case 'remove-node':
      return `fdt rm ${edit.path}`;
    case 'reservation':
      return 'fdt rsvmem add';
    case 'remove-reservation':
      return 'fdt rsvmem delete';
    default:
      return `the node ${edit.path}`;
  }
}
