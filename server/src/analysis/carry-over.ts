// Which findings hold after a key without being looked for again.

import { allRules } from '../rules/all-rules.ts';
import type { Board } from '../rules/board.ts';
import type { Place, Rule } from '../rules/rule.ts';
import type { DeviceTree } from '../tree/device-tree.ts';
import { editedFrom, type TreeStep } from '../tree/edit-tree.ts';
import { flatSizeOf } from '../tree/lowered.ts';
import { nodeAtPlace } from '../tree/nodes-with.ts';
import { lookAt, Reader, readForNodes } from '../tree/reads.ts';
import type { Checked, RuleFound } from './checked.ts';

/** What an earlier analysis found that holds of the present tree. */
export interface CarriedOver {
  /** What a rule found, where it is now; undefined for rules that have to look again. */
  foundBy(rule: Rule): RuleFound | undefined;
}

/**
 * What `before` found that holds of `tree`, which one key made of its tree: the findings of rules that read none of the
 * values that changed. Undefined when that is not known.
 */
export function carryOver(
  before: Checked & { readonly board: Board },
  tree: DeviceTree,
): CarriedOver | undefined {
  const step = editedFrom(tree)?.step;
  if (!step || before.board.unread) return undefined;
  const files = new Set(before.board.sources.flatMap((source) => source.files));
  if (before.board.sources[0]?.origins !== step.from) return undefined;
  const holdsOfBoard = isUnreadByBoard(step);
  const holdsOfNodes = isUnreadByOthers(step) && isSilent(before.board.tree, tree, step);
  const moved = (place: Place): Place | undefined =>
    'in' in place ? step.moved(place) : files.has(place.file) ? undefined : place;
  return {
    foundBy(rule) {
      if (rule.reads === 'text') return undefined;
      if (rule.reads === 'bindings' && step.changed) return undefined;
      if (!(rule.isSilentAt ? holdsOfNodes : holdsOfBoard)) return undefined;
      const found = before.foundBy.get(rule);
      return found && !found.readsText ? movedFound(found, moved) : undefined;
    },
  };
}

/** Whether nothing that is said of the whole board was made with the value that changed. */
function isUnreadByBoard({ changed }: TreeStep): boolean {
  if (!changed) return true;
  const { before, after } = changed;
  // How long the blob is counts, too.
  return (
    (before.readBy & (Reader.board | Reader.devices)) === 0 &&
    !before.inserts &&
    flatSizeOf(before.bytes.length) === flatSizeOf(after.bytes.length)
  );
}

/** Whether no check read the value that changed when it looked at another node. */
function isUnreadByOthers({ changed }: TreeStep): boolean {
  return !changed || (changed.before.readBy & Reader.otherNode) === 0;
}

const nodeRules = allRules.filter((rule) => rule.isSilentAt !== undefined);

/** Whether no check has or had anything to say of the node that changed: what others say depends on whether a check fails. */
function isSilent(before: DeviceTree, tree: DeviceTree, { changed }: TreeStep): boolean {
  if (!changed) return true;
  return readForNodes(() =>
    [before, tree].every((each) => {
      const node = nodeAtPlace(each, changed.place);
      if (!node) return false;
      lookAt(node.properties);
      return nodeRules.every((rule) => rule.isSilentAt?.(node, each) === true);
    }),
  );
}

function movedFound(
  found: RuleFound,
  moved: (place: Place) => Place | undefined,
): RuleFound | undefined {
  const merged: RuleFound['merged'][number][] = [];
  for (const each of found.merged) {
    const place = moved(each.place);
    const related = each.related.flatMap(({ message, at }) => {
      const now = moved(at);
      return now ? [{ message, at: now }] : [];
    });
    if (!place || related.length < each.related.length) return undefined;
    merged.push({ ...each, place, related, isMoved: true });
  }
  return { ...found, merged };
}
