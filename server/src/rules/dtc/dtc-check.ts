// A check that dtc makes too: same id, same wording, so that people recognise it and find it in dtc's documentation.

import type { DeviceTree, DtNode, DtProperty } from '../../tree/device-tree.ts';
import { nodesOf, nodesWith } from '../../tree/nodes-with.ts';
import { lookAt, readForNodes } from '../../tree/reads.ts';
import { rule, type Found, type Place, type Rule } from '../rule.ts';
import { knowCheck, lacksPrerequisite } from './prerequisites.ts';

/** Findings after which a check looks no further: more than are kept of a rule (analysis/check.ts). */
const mostFound = 64_001;

/** One warning of dtc. */
export interface DtcWarning {
  readonly node: DtNode;
  /** The property it is about; the finding is then on it, else on the node's name. */
  readonly property?: DtProperty;
  /** dtc's words, without id and path. */
  readonly text: string;
  /** Another rule says it: it only counts as a failure of the check. */
  readonly isSaidElsewhere?: boolean;
  /** A dtc that has checks for which this one must pass does not warn of it: dtc 1.7 and later. */
  readonly isPassed?: boolean;
}

interface DtcCheck {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly instead: string;
  /** The dtc in which it was read, when that is not 1.6.1, which has nearly all. */
  readonly readIn?: string;
  /** Kernel builds switch it off, so it is off here until asked for. */
  readonly offInKernelBuilds?: boolean;
  /** The nodes that can have the fault, in blob order; absent: all. Asking them alone keeps the check cheap. */
  readonly among?: Among;
  /** Says the warnings for one node. A call, not a generator: thousands of nodes per analysis have nothing to say. */
  readonly node: (node: DtNode, warn: Warn, tree: DeviceTree) => void;
}

export type Warn = (warning: DtcWarning) => void;

function warningPlaceOf({ node, property }: DtcWarning): Place | undefined {
  return property?.definition?.whole ?? node.openings.at(-1)?.name;
}

/** Some of the nodes of a tree. */
export interface Among {
  /** In blob order. */
  readonly of: (tree: DeviceTree) => readonly DtNode[];
  /** Whether a node is one of them. */
  readonly has: (node: DtNode) => boolean;
}

/** For `among`: nodes with one of the properties. */
export function having(...names: readonly (string | ((name: string) => boolean))[]): Among {
  return {
    of: (tree) => nodesWith(tree, names),
    has: ({ properties }) =>
      names.some((name) =>
        typeof name === 'string' ? properties.has(name) : [...properties.keys()].some(name),
      ),
  };
}

/** For `among`: nodes that are so. */
export function being(has: (node: DtNode) => boolean): Among {
  return { of: (tree) => nodesOf(tree).filter(has), has };
}

/** Calls `each` with the warnings of every node that has some, until it answers false. */
function forWarnings(
  check: DtcCheck,
  tree: DeviceTree,
  each: (warnings: readonly DtcWarning[]) => boolean,
): void {
  readForNodes(() => {
    forWarningsNoted(check, tree, each);
  });
}

function forWarningsNoted(
  check: DtcCheck,
  tree: DeviceTree,
  each: (warnings: readonly DtcWarning[]) => boolean,
): void {
  let warnings: DtcWarning[] = [];
  const warn: Warn = (warning) => {
    warnings.push(warning);
  };
  const nodes = check.among?.of(tree) ?? nodesOf(tree);
  // By index: an iterator makes an object a step until V8 has optimised the loop, and there is one of these a rule.
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index];
    if (node === undefined) continue;
    lookAt(node.properties);
    check.node(node, warn, tree);
    if (warnings.length === 0) continue;
    if (!each(warnings)) return;
    warnings = [];
  }
}

/** The rule for a check that looks at every node on its own. */
export function dtcCheck(check: DtcCheck): Rule {
  knowCheck(check.id, (tree) => {
    let hasFailed = false;
    forWarnings(check, tree, (warnings) => {
      hasFailed = warnings.some(({ isPassed }) => isPassed !== true);
      return !hasFailed;
    });
    return hasFailed;
  });
  return rule<DtcWarning>({
    id: check.id,
    severity: 'warning',
    offByDefault: check.offInKernelBuilds ?? false,
    reads: 'nodes',
    title: check.title,
    why: check.why,
    instead: check.instead,
    source: [`dtc: -W ${check.id} (${check.readIn ?? '1.6.1'})`],

    check({ tree }) {
      const found: Found<DtcWarning>[] = [];
      forWarnings(check, tree, (warnings) => {
        // dtc makes no check of which a prerequisite has failed.
        if (found.length === 0 && lacksPrerequisite(check.id, tree)) return false;
        for (const warning of warnings) {
          const at = warningPlaceOf(warning);
          const line = `Warning (${check.id}): ${subjectOf(warning)}: ${warning.text}`;
          if (at && warning.isSaidElsewhere !== true)
            found.push({ at, facts: warning, log: [{ target: 'dtc', line }] });
        }
        return found.length < mostFound;
      });
      return found;
    },

    isSilentAt(node, tree) {
      if (check.among?.has(node) === false) return true;
      let isSilent = true;
      check.node(
        node,
        () => {
          isSilent = false;
        },
        tree,
      );
      return isSilent;
    },

    message: (warning) => `${subjectOf(warning)}: ${warning.text}`,
  });
}

/** `/path` or `/path:property`, as dtc writes it. */
function subjectOf({ node, property }: DtcWarning): string {
  return property ? `${node.path}:${property.name}` : node.path;
}
