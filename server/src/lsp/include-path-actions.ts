// Quick fixes of an include that is not there: a folder of the work tree that has the file becomes one of `dtmap.includePaths`.

import { CodeActionKind, type CodeAction } from 'vscode-languageserver';
import type { PreprocessProblem } from '../preprocess/preprocessed.ts';
import type { Finding } from '../rules/finding.ts';
import type { FileId } from '../text/span.ts';
import type { Model } from './boards.ts';
import type { Server } from './server-state.ts';

/** The client's command that adds a folder to its setting, given the URIs of an open document and of the folder. */
export const addIncludePathCommand = 'dtmap.addIncludePath';

/** Offered at most: a longer list is not read. */
const MOST_FOLDERS = 3;

/** Actions for `finding`, none for one of another kind, and none for a client that does not have the command. */
export function includePathActions(
  server: Server,
  model: Model,
  finding: Finding,
  diagnostics: CodeAction['diagnostics'],
): CodeAction[] {
  if (!server.addsIncludePaths) return [];
  const { at } = finding;
  const problem = model.board.sources
    .flatMap(({ problems }): readonly PreprocessProblem[] => problems)
    .find(
      (each) =>
        each.code === 'include-not-found' &&
        each.at.file === at.file &&
        each.at.start === at.start &&
        finding.rule === each.code,
    );
  if (problem?.code !== 'include-not-found') return [];
  return foldersWith(server, problem.path).map((folder) => ({
    title: `Add ${shownFolder(server, folder)} to dtmap.includePaths`,
    kind: CodeActionKind.QuickFix,
    ...(diagnostics && { diagnostics }),
    command: {
      title: 'Add to dtmap.includePaths',
      command: addIncludePathCommand,
      arguments: [server.uriOf(model.root), server.uriOf(folder)],
    },
  }));
}

/** Folders below which the index has `path`, those with the shortest name first: these are the least special. */
function foldersWith({ index }: Server, path: string): readonly FileId[] {
  if (/^[/\\]|(?:^|[/\\])\.\.?(?:[/\\]|$)|^[A-Za-z]:/.test(path)) return [];
  const folders = index
    .named(path.slice(path.lastIndexOf('/') + 1))
    .filter((file) => file.endsWith(`/${path}`))
    .map((file) => file.slice(0, -path.length - 1));
  return [...new Set(folders)].sort((a, b) => a.length - b.length).slice(0, MOST_FOLDERS);
}

/** The folder below that of the workspace it is in. */
function shownFolder({ folders }: Server, folder: FileId): string {
  const workspace = folders.find((each) => folder.startsWith(`${each}/`));
  return workspace === undefined ? folder : folder.slice(workspace.length + 1);
}
