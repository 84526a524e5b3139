// `dtmap preprocess` and `dtmap compile`: what cpp and dtc would give.

import { writeDtb } from '../dtb/write-dtb.ts';
import { readDtb } from '../dtb/read-dtb.ts';
import { preprocess, type PreprocessCache } from '../preprocess/preprocess.ts';
import type { ExpandedSource } from '../preprocess/preprocessed.ts';
import { allRules } from '../rules/all-rules.ts';
import { scanDocument } from '../syntax/scan-statements.ts';
import { encodeText } from '../text/encode.ts';
import { spanOf, type DeviceTree, type TreeProblem, type Written } from '../tree/device-tree.ts';
import { evaluate } from '../tree/evaluate.ts';
import { printDts } from '../tree/print-dts.ts';
import { Failure } from './failure.ts';
import { fatalProblem } from './fatal-problem.ts';
import { writeResult } from './output.ts';
import { Places } from './places.ts';
import { placeText } from './print-map.ts';
import type { BoardOptions, CompileOptions } from './program.ts';
import type { BoardFile, Session } from './session.ts';
import { settingsFor } from './settings.ts';

/** Prints the expanded text. A missing include or an `#error` is a failure, as it is for cpp. */
export async function preprocessCommand(
  session: Session,
  name: string,
  options: BoardOptions,
): Promise<number> {
  const boardFile = await session.find(name, options);
  if (boardFile.isBlob) throw new Failure(`${name}: a blob has nothing to preprocess`);
  const { source, places } = expand(session, boardFile, options);
  stopAtProblem(source, places);
  writeResult(session.shell, options.output, encodeText(source.text));
  return 0;
}

/** Writes the blob, or the merged tree as source with the place of every line. */
export async function compileCommand(
  session: Session,
  name: string,
  options: CompileOptions,
): Promise<number> {
  const boardFile = await session.find(name, options);
  const { tree, places } = boardFile.isBlob
    ? treeOfBlob(session, boardFile)
    : await treeOfSource(session, boardFile, options);
  const result =
    options.format === 'dts' ? printDts(tree, { placeOf: originIn(places) }) : writeDtb(tree);
  writeResult(session.shell, options.output, result);
  return 0;
}

/** `board.dts:12`, for the comment behind a line. */
function originIn(places: Places): (at: Written) => string {
  return (at) => {
    const { file, line } = places.placeOf(spanOf(at));
    return `${file}:${line}`;
  };
}

function expand(
  session: Session,
  boardFile: BoardFile,
  options: BoardOptions,
  cache?: PreprocessCache,
): { readonly source: ExpandedSource; readonly places: Places } {
  const { shell } = session;
  const root = shell.files.get(boardFile.root);
  if (typeof root === 'string') throw new Failure(`${boardFile.name}: cannot be read`);
  const settings = settingsFor(shell, boardFile.root, options);
  return {
    source: preprocess(root, shell.files, session.preprocessorOf(boardFile.root, settings), cache),
    places: new Places(shell.files, shell.cwd, boardFile.style),
  };
}

/** The first fault for which cpp gives no text. */
function stopAtProblem(source: ExpandedSource, places: Places): void {
  for (const problem of source.problems) {
    const because = fatalProblem(problem);
    if (because !== undefined)
      throw new Failure(`${placeText(places.placeOf(problem.at))}: ${because}`);
  }
}

async function treeOfSource(
  session: Session,
  boardFile: BoardFile,
  options: CompileOptions,
): Promise<{ readonly tree: DeviceTree; readonly places: Places }> {
  const { source, places } = expand(session, boardFile, options);
  stopAtProblem(source, places);
  const settings = settingsFor(session.shell, boardFile.root, options);
  const { includePaths } = session.preprocessorOf(boardFile.root, settings);
  const document = scanDocument(source.text) ?? (await session.parser()).parse(source.text);
  const tree = evaluate(document, source.origins, {
    ...(options.symbols ? { symbols: true } : {}),
    files: session.shell.files,
    includePaths,
    source,
  });
  const [problem] = tree.problems.filter(({ level }) => level === 'error');
  if (problem) throw new Failure(wording(problem, places));
  return { tree, places };
}

/** The place, and what `check` says of it. */
function wording({ id, at, facts }: TreeProblem, places: Places): string {
  const message = allRules.find(({ problem }) => problem === id)?.message(facts) ?? id;
  return `${placeText(places.placeOf(spanOf(at)))}: ${message}`;
}

function treeOfBlob(
  session: Session,
  boardFile: BoardFile,
): { readonly tree: DeviceTree; readonly places: Places } {
  const { shell } = session;
  const bytes = shell.files.bytes(boardFile.file);
  if (typeof bytes === 'string') throw new Failure(`${boardFile.name}: cannot be read`);
  const tree = readDtb(boardFile.file, bytes);
  if ('because' in tree)
    throw new Failure(`${boardFile.name}: ${tree.because} (byte ${tree.offset})`);
  return { tree, places: new Places(shell.files, shell.cwd, boardFile.style) };
}
