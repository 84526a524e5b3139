// An #include or /include/ names a file that does not exist.

import type { PreprocessProblem } from '../../preprocess/preprocessed.ts';
import type { FileSet } from '../../text/source-file.ts';
import type { FileId } from '../../text/span.ts';
import type { Board } from '../board.ts';
import { rule } from '../rule.ts';

interface Facts {
  readonly path: string;
  /** How many folders were searched. */
  readonly folders: number;
  /** The path of a file that is there and differs from `path` by its case only. */
  readonly named?: string;
}

type NotFound = Extract<PreprocessProblem, { code: 'include-not-found' }>;

export const includeNotFound = rule<Facts>({
  id: 'include-not-found',
  severity: 'error',
  reads: 'text',
  title: 'Included file not found',
  why: `
The file may define labels, nodes, macros and any property, also \`#address-cells\`, \`reg\`, \`status\` and the memory nodes, so
nothing that depends on it is known: dtmap reports this and faults of the text that no macro can explain, and no verdict
on references, cells or memory. \`map\`, \`boot\`, \`decode\`, \`facts\`, hovers and lenses say that the file is missing.`,
  instead: `
Correct the path, or add the folder that has the file to the include paths (\`dtmap.includePaths\`, \`-I\`). \`check -v\` lists all
folders that were searched. A file of a vendor's (BSP) kernel is found when that kernel is opened, or lies, beside the board's folder.`,
  source: ['GNU cpp: #include', 'dtc: /include/ (1.6.1)'],

  *check(board: Board) {
    const byPath = new Map<string, NotFound[]>();
    for (const problem of board.sources.flatMap(({ problems }) => problems)) {
      if (problem.code !== 'include-not-found') continue;
      const known = byPath.get(problem.path);
      if (known) known.push(problem);
      else byPath.set(problem.path, [problem]);
    }
    for (const [path, problems] of byPath) {
      const [first, ...others] = problems;
      if (!first) continue;
      const searched = foldersOf(problems);
      const named = namedLike(path, problems, board.files);
      yield {
        at: first.at,
        facts: { path, folders: searched.length, ...(named === undefined ? {} : { named }) },
        related: others.map(({ at }) => ({ message: 'also included here', at })),
        searched,
      };
    }
  },

  message: ({ path, folders, named }) => {
    if (named !== undefined) return `${path} not found: the file is ${named}; correct the path`;
    const where = folders === 0 ? '' : ` in ${folders} ${folders === 1 ? 'folder' : 'folders'}`;
    return `${path} not found${where}: ${adviceFor(path)}`;
  },
});

/** The folders in which the file was looked for, each once; of a path with dots the names that were tried. */
function foldersOf(problems: readonly NotFound[]): readonly FileId[] {
  return [
    ...new Set(
      problems.flatMap(({ path, tried }) =>
        tried.map((file) =>
          file.endsWith(`/${path}`) ? file.slice(0, -path.length - 1) || '/' : file,
        ),
      ),
    ),
  ];
}

/** The path as the first file has it that is there in another case; undefined when there is none. */
function namedLike(
  path: string,
  problems: readonly NotFound[],
  files: FileSet,
): string | undefined {
  const [, above = '', below = ''] = /^((?:[^]*\/)?\.{1,2}\/)?([^]*)$/.exec(path) ?? [];
  if (!files.spelling || path.startsWith('/')) return undefined;
  for (const tried of problems.flatMap((problem) => problem.tried)) {
    if (!tried.endsWith(`/${below}`)) continue;
    let file = tried.slice(0, -below.length - 1);
    const top = file;
    for (const name of below.split('/'))
      file = `${file}/${files.spelling(`${file}/${name}`) ?? name}`;
    if (file !== tried && typeof files.get(file) !== 'string')
      return above + file.slice(top.length + 1);
  }
  return undefined;
}

function adviceFor(path: string): string {
  if (/^(?:\.{0,2}\/|[A-Za-z]:)/.test(path)) return 'correct the path';
  if (path.startsWith('dt-bindings/'))
    return 'it is from another kernel (perhaps a BSP kernel); open that beside, or add its include folder to dtmap.includePaths';
  return 'add its folder to dtmap.includePaths; if it is from a BSP kernel, open that beside';
}
