// `dtmap preprocess` and `dtmap compile`: what cpp and dtc would give.

import { writeDtb } from '../dtb/write-dtb.ts';
import { readDtb } from '../dtb/read-dtb.ts';
import { preprocess } from '../preprocess/preprocess.ts';
import type { ExpandedSource, PreprocessOptions } from '../preprocess/preprocessed.ts';
import { scanDocument } from '../syntax/scan-statements.ts';
import { encodeText } from '../text/encode.ts';
import { spanOf, type DeviceTree, type Written } from '../tree/device-tree.ts';
import { applyOverlays } from '../tree/apply-overlays.ts';
import { applyLoaderChanges } from '../tree/loader-changes.ts';
import { evaluate } from '../tree/evaluate.ts';
import { printDts } from '../tree/print-dts.ts';
import { readBootInputs } from '../boot-files/boot-inputs.ts';
import { Failure } from './failure.ts';
import { fatalProblem, noSource, problemText } from './fatal-problem.ts';
import { textLines, writeResult } from './output.ts';
import { Places } from './places.ts';
import { placeText } from './print-map.ts';
import type { BoardOptions, CompileOptions } from './program.ts';
import { bootOptions, refuseOptions } from './refuse-options.ts';
import type { BoardFile, Session } from './session.ts';
import { settingsFor, type BoardSettings } from './settings.ts';
import { sourceTimes } from './source-times.ts';

/** Prints the expanded text. A missing include or an `#error` is a failure, as it is for cpp. */
export async function preprocessCommand(
  session: Session,
  name: string,
  options: BoardOptions,
): Promise<number> {
  refuseOptions(options, bootOptions, 'has no meaning for the text of a tree');
  const boardFile = await session.find(name, options);
  if (boardFile.isBlob) throw new Failure(`${name}: a blob has nothing to preprocess`);
  if (options.overlay.length > 0 || options.bootScript !== undefined)
    throw new Failure('preprocess: --overlay and --boot-script change the tree, use compile');
  const { shell } = session;
  const settings = settingsFor(shell, boardFile.root, options);
  const source = expand(session, boardFile, session.preprocessorOf(boardFile.root, settings));
  stopAtProblem(source, new Places(shell.files, shell.cwd, boardFile.style));
  writeResult(shell, options.output, encodeText(source.text));
  return 0;
}

/**
 * Writes the blob, or the merged tree as source with the place of every line. Overlays and a boot script, of options or
 * of `dtmap.json`, are applied; what cannot be applied is a failure.
 */
export async function compileCommand(
  session: Session,
  name: string,
  options: CompileOptions,
): Promise<number> {
  refuseOptions(options, bootOptions, 'has no meaning for a compiled tree');
  const { shell } = session;
  const { tree, places, remarks } = await compiledTree(session, name, options);
  shell.stderr.write(textLines(remarks.map((remark) => `dtmap: ${remark}`)));
  const result =
    options.format === 'dts' ? printDts(tree, { placeOf: originIn(places) }) : writeDtb(tree);
  writeResult(shell, options.output, result);
  return 0;
}

/** The merged tree, of which a blob can be made; fails with why there is none. */
export async function compiledTree(
  session: Session,
  name: string,
  options: CompileOptions,
): Promise<{
  readonly tree: DeviceTree;
  readonly places: Places;
  readonly remarks: readonly string[];
}> {
  const { shell } = session;
  const boardFile = await session.find(name, options);
  const settings = settingsFor(shell, boardFile.root, options);
  const { bootScripts } = settings;
  const inputs = readBootInputs(
    shell,
    boardFile.root,
    boardFile.isBlob,
    { profile: {}, ...(bootScripts === undefined ? {} : { bootScripts }) },
    () => session.treeBeforeScripts(boardFile, settings),
  );
  const [leftOut] = inputs.leftOut;
  if (leftOut !== undefined) throw new Failure(leftOut);
  const remarks = [...session.remarksOn(boardFile), ...inputs.remarks];
  const overlays = [...settings.overlays, ...inputs.overlays];
  const places = new Places(shell.files, shell.cwd, boardFile.style, inputs.made);
  // Labels of the base are looked up in its __symbols__, and overlays on top find those of the ones below.
  const symbols = options.symbols === true || overlays.length > 0;
  const read = (file: BoardFile): DeviceTree =>
    file.isBlob
      ? treeOfBlob(session, file)
      : treeOfSource(session, file, { settings, symbols, places });
  const base = read(boardFile);
  const trees: DeviceTree[] = [];
  for (const overlay of overlays) {
    const why = shell.files.whyUnreadable(overlay);
    if (why !== undefined) throw new Failure(`${session.shown(overlay)}: ${why}`);
    const file = await session.find(overlay, {});
    trees.push(read({ ...file, name: session.shown(overlay) }));
  }
  const merged = applyOverlays(base, trees);
  const { loaderChanges } = inputs;
  const [unknown] = loaderChanges?.unknown ?? [];
  if (unknown)
    throw new Failure(
      `${boardFile.name}: the boot script sets ${unknown.name} of ${unknown.path} to a value that is not known`,
    );
  const tree = loaderChanges ? applyLoaderChanges(merged, loaderChanges) : merged;
  stopAtTreeProblem(tree, places);
  return { tree, places, remarks };
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
  preprocessor: PreprocessOptions,
): ExpandedSource {
  const { files } = session.shell;
  const root = files.get(boardFile.root);
  if (typeof root === 'string') throw new Failure(`${boardFile.name}: cannot be read`);
  const times = sourceTimes(session.shell, new Date());
  return preprocess(root, files, { ...preprocessor, times });
}

/** The first fault for which cpp gives no text. */
function stopAtProblem(source: ExpandedSource, places: Places): void {
  for (const problem of source.problems) {
    const because = fatalProblem(problem);
    if (because !== undefined)
      throw new Failure(`${placeText(places.placeOf(problem.at))}: ${because}`);
  }
}

function treeOfSource(
  session: Session,
  boardFile: BoardFile,
  how: {
    readonly settings: BoardSettings;
    readonly symbols: boolean;
    readonly places: Places;
  },
): DeviceTree {
  const preprocessor = session.preprocessorOf(boardFile.root, how.settings);
  const source = expand(session, boardFile, preprocessor);
  stopAtProblem(source, how.places);
  const document = scanDocument(source.text);
  const tree = evaluate(document, source.origins, {
    ...(how.symbols ? { symbols: true } : {}),
    files: session.shell.files,
    includePaths: preprocessor.includePaths,
    source,
  });
  const isRefused = tree.problems.some(({ level }) => level === 'error');
  if (isRefused && !source.text.includes('/dts-v1/'))
    throw new Failure(`${boardFile.name}: ${noSource}`);
  stopAtTreeProblem(tree, how.places);
  return tree;
}

/** The first of the faults for which dtc makes no blob, with its place. */
function stopAtTreeProblem({ problems }: DeviceTree, places: Places): void {
  const problem = problems.find(({ level }) => level === 'error');
  if (problem)
    throw new Failure(`${placeText(places.placeOf(spanOf(problem.at)))}: ${problemText(problem)}`);
}

function treeOfBlob(session: Session, boardFile: BoardFile): DeviceTree {
  const bytes = session.shell.files.bytes(boardFile.file);
  if (typeof bytes === 'string') throw new Failure(`${boardFile.name}: cannot be read`);
  const tree = readDtb(boardFile.file, bytes);
  if ('because' in tree)
    throw new Failure(`${boardFile.name}: ${tree.because} (byte ${tree.offset})`);
  return tree;
}
