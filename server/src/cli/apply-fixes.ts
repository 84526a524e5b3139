// `check --fix` and `--fix-unsafe`: apply the preferred fixes of boards, or show what they would change.

import { fixAll, type FixedBoard } from '../ide/fix-all.ts';
import { wordRefusal } from '../ide/word-refusal.ts';
import type { DraftFiles } from './draft-files.ts';
import { Failure } from './failure.ts';
import { findBoards } from './find-boards.ts';
import { patchOf } from './patch-of.ts';
import { displayPath } from './places.ts';
import { placeText } from './print-map.ts';
import type { CheckOptions } from './program.ts';
import type { OpenBoard, Session } from './session.ts';
import { settingsFor } from './settings.ts';
import { trialBoardOf, trialHostFor } from './try-fixes.ts';

/** The texts of a board that are to be written, and a line for each fix that was made or refused. */
export interface BoardFixes {
  readonly texts: FixedBoard['texts'];
  readonly lines: readonly string[];
  /** The fixes that `--fix` leaves out and `--fix-unsafe` makes: a text for each that is the same from every board. */
  readonly leftOut: readonly string[];
}

/** The fixes of one board; nothing is written. */
export async function fixBoard(
  session: Session,
  name: string,
  options: CheckOptions,
): Promise<BoardFixes> {
  const [boardFile, ...others] = await findBoards(session, name, options);
  const isPart = boardFile?.root !== boardFile?.file && options.root === undefined;
  if (!boardFile || others.length > 0 || isPart)
    throw new Failure(`${name}: an include file; name the board it belongs to with --root`);
  if (name === '-')
    throw new Failure('standard input: only a file can be fixed; give its name in place of -');
  if (boardFile.isBlob) throw new Failure(`${name}: only source files can be fixed`);
  const settings = settingsFor(session.shell, boardFile.file, options);
  const opened = session.open(boardFile, settings);
  const { files } = session.shell;
  // What was made from a boot script stands behind the board's own text; it is no text of the user's to be edited.
  const whole = files.get(boardFile.root);
  const [appended] = opened.made;
  const tail =
    appended === undefined || typeof whole === 'string' ? 0 : whole.text.length - appended.from;
  const fixed = await fixAll(
    trialBoardOf(opened),
    trialHostFor(session, opened, options),
    options.fixUnsafe ? 'all' : 'safe',
  );
  const lines = linesFor(session, opened, fixed);
  const leftOut = fixed.unsafe.map(({ finding: { at, rule }, title }) =>
    JSON.stringify([at.file, rule, title]),
  );
  if (tail === 0) return { texts: fixed.texts, lines, leftOut };
  files.unset(boardFile.root);
  const texts = [...fixed.texts].map(([file, text]): [string, string] => [
    file,
    file === boardFile.root ? text.slice(0, -tail) : text,
  ]);
  return { texts: new Map(texts), lines, leftOut };
}

function linesFor(
  session: Session,
  { places }: OpenBoard,
  { applied, refused }: FixedBoard,
): string[] {
  const nameOf = (file: string): string => session.shown(file);
  return [
    ...applied.map(
      ({ finding, title }) => `${nameOf(finding.at.file)}: fixed: ${title} [${finding.rule}]`,
    ),
    ...refused.map(({ finding, title, refusal }) => {
      // Places are those of the first text; after a fix only the file is sure.
      const at =
        applied.length === 0 ? placeText(places.placeOf(finding.at)) : nameOf(finding.at.file);
      return `${at}: not fixed: ${title} [${finding.rule}]. ${wordRefusal(refusal, nameOf)}`;
    }),
  ];
}

/** What the boards so far have changed in `drafts`, one unified diff for each file, as `patch -p1` takes it. */
export function diffOfDrafts(session: Session, drafts: DraftFiles): string {
  const folder = drafts.realPath(session.shell.cwd);
  return [...drafts.changes()]
    .map(([file, { before, after }]) => {
      // A patch goes into files, not into links to them.
      return patchOf(displayPath(file, folder, 'relative'), before, after);
    })
    .join('');
}
