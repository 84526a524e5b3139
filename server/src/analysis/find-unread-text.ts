// Which text of a board was not read, and what of its faults that text cannot explain.

import type { UnreadText } from '../memory/unread-text.ts';
import type { ExpandedSource, PreprocessProblem } from '../preprocess/preprocessed.ts';
import type { Span } from '../text/span.ts';
import type { OriginMap } from '../preprocess/origin.ts';
import type { DeviceTree, TreeProblem } from '../tree/device-tree.ts';
import { withoutMacroErrors } from './without-macro-errors.ts';

/** The first text of `source` that was not read; undefined when all was. */
export function findUnreadText(source: ExpandedSource): UnreadText | undefined {
  const problem = source.problems.find(isUnread);
  if (!problem) return undefined;
  const { path, at } = problem;
  return { path, at, because: BECAUSE[problem.code], by: includerOf(source, at) };
}

type Unread = Extract<PreprocessProblem, { code: keyof typeof BECAUSE }>;

const BECAUSE = {
  'include-not-found': 'missing',
  'include-unreadable': 'unreadable',
  'file-too-large': 'too-large',
} as const;

function isUnread(problem: PreprocessProblem): problem is Unread {
  return problem.code in BECAUSE;
}

function includerOf({ includes }: ExpandedSource, at: Span): 'cpp' | 'dtc' {
  const found = includes.find(
    (each) => each.at.file === at.file && each.at.start === at.start && each.target === undefined,
  );
  return found?.by ?? 'cpp';
}

/** The index of the first problem that says that cpp did not read a file; -1 when there is none. */
function firstOfCpp(source: ExpandedSource): number {
  return source.problems.findIndex(
    (problem) => isUnread(problem) && includerOf(source, problem.at) === 'cpp',
  );
}

/** Faults of a file that hold whatever macros there are, and those that say what was not read. */
const CERTAIN: ReadonlySet<PreprocessProblem['code']> = new Set([
  ...(Object.keys(BECAUSE) as Unread['code'][]),
  'unterminated-comment',
  'unterminated-conditional',
  'stray-directive',
  'expansion-too-large',
]);

/**
 * `source` without the faults that unread text may explain. cpp goes through a text in order, so what it refuses before
 * the first unread file is certain; behind it every condition may turn out otherwise.
 */
export function keepCertainOfSource(source: ExpandedSource): ExpandedSource {
  const first = firstOfCpp(source);
  if (first < 0) return source;
  const problems = source.problems.filter(({ code }, index) => index <= first || CERTAIN.has(code));
  return { ...source, problems };
}

/**
 * `tree`, of which `unread` was not read, without the problems that this text may explain: it may define nodes, labels and
 * macros, and override what is written. `incomplete` are the texts in which something is missing.
 */
export function keepCertainOfTree(
  tree: DeviceTree,
  incomplete: readonly ExpandedSource[],
  unread: UnreadText,
): DeviceTree {
  const sources = new Map<OriginMap, ExpandedSource>(
    incomplete.map((source) => [source.origins, source]),
  );
  const elsewhere = unread.because === 'no-board' ? STANDS_AROUND : STANDS_BEFORE;
  const errors = tree.problems.filter(({ id }) => id === 'syntax');
  const kept: TreeProblem[] = errors.filter(({ at }) => !sources.has(at.in));
  for (const [origins, source] of sources) {
    // What dtc itself includes defines no macros.
    const hasAllMacros = unread.because !== 'no-board' && firstOfCpp(source) < 0;
    const conditional = hasAllMacros
      ? []
      : source.conditional.filter(
          ({ isBehindUnread }) => isBehindUnread || unread.because === 'no-board',
        );
    const own = errors
      .filter(({ at, facts }) => at.in === origins && !elsewhere.has(facts['because']))
      .map((problem) => ({
        problem,
        start: problem.at.start,
        end: problem.at.end,
        because: problem.facts['because'],
      }));
    const isOptional = ({ start, end }: { readonly start: number; readonly end: number }) => {
      const { span } = origins.originOf(start, end);
      return conditional.some(
        (each) => each.file === span.file && each.start <= span.start && span.start < each.end,
      );
    };
    const certain = hasAllMacros
      ? own
      : withoutMacroErrors(source.text, own, conditional.length > 0 ? isOptional : undefined);
    for (const { problem } of certain) kept.push(problem);
  }
  return { ...tree, problems: kept };
}

/** What a text lacks as a whole: an included one may have it. */
const STANDS_BEFORE: ReadonlySet<string | undefined> = new Set([
  'version-missing',
  'header-too-late',
  'no-root',
]);

/** What may be right where a board includes the text. */
const STANDS_AROUND: ReadonlySet<string | undefined> = new Set([
  ...STANDS_BEFORE,
  'not-at-top-level',
]);
