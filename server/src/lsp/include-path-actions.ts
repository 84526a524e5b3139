// Quick fixes of an include that is not there: a folder of the work tree that has the file becomes one of `dtmap.includePaths`.

import { CodeActionKind, type CodeAction, type Command } from 'vscode-languageserver';
import type { PreprocessProblem } from '../preprocess/preprocessed.ts';
import type { Finding } from '../rules/finding.ts';
import { printableBrief } from '../text/printable.ts';
import type { FileId } from '../text/span.ts';
import type { Model } from './boards.ts';
import type { Server } from './server-state.ts';

/** The client's command that adds a folder to its setting, given the URIs of an open document and of the folder. */
export const addIncludePathCommand = 'dtmap.addIncludePath';

/** The one that asks for the folder first, given the URI of an open document and what is included. */
export const chooseIncludePathCommand = 'dtmap.chooseIncludePath';

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
  const root = server.uriOf(model.root);
  const action = (title: string, command: Command): CodeAction => ({
    title,
    kind: CodeActionKind.QuickFix,
    ...(diagnostics && { diagnostics }),
    command,
  });
  return [
    ...foldersWith(server, problem.path).map((folder) =>
      action(`Add ${shownFolder(server, folder)} to dtmap.includePaths`, {
        title: 'Add to dtmap.includePaths',
        command: addIncludePathCommand,
        arguments: [root, server.uriOf(folder)],
      }),
    ),
    action(`Choose the folder with ${printableBrief(problem.path)}…`, {
      title: 'Choose a folder for dtmap.includePaths',
      command: chooseIncludePathCommand,
      arguments: [root, problem.path],
    }),
  ];
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
