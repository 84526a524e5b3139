// Joins the edits of a tree that are alternatives: what all of them do is done, of the rest nobody knows the value.

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
  const finals = alternatives.map(finalEdits);
  const statements: ScriptStatement[] = [];
  const open: { line: number; because: string }[] = [];
  const seen = new Set<string>();
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
  for (const edits of finals)
    for (const [key, edit] of edits) {
      if (seen.has(key)) continue;
      seen.add(key);
      if (isMaybe(edit.path)) continue;
      const { path, line } = edit;
      if (finals.every((each) => isSame(each.get(key), edit))) statements.push(edit);
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

/** What is left when all edits are made: the last of each property and node. */
function finalEdits(statements: readonly ScriptStatement[]): ReadonlyMap<string, ScriptStatement> {
  const edits = new Map<string, ScriptStatement>();
  for (const each of statements) edits.set(keyOf(each), each);
  return edits;
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

function isSame(one: ScriptStatement | undefined, other: ScriptStatement): boolean {
  if (one?.kind !== other.kind) return false;
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
