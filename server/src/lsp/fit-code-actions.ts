// Code actions as the client can take them: without what it does not know, with their edits at once, or as commands.

import type { CodeAction, Command, WorkspaceEdit } from 'vscode-languageserver';
import { resolveCodeAction } from './code-actions.ts';
import type { Server } from './server-state.ts';
import { UserError } from './user-error.ts';

/** The command that makes the edit of an action, for clients that know only commands. */
export const applyActionCommand = 'dtmap.applyCodeAction';

/** What the command is given. */
interface AppliedAction {
  readonly action: Pick<CodeAction, 'title' | 'edit' | 'data'>;
  /** By URI, the versions of the texts that the edit is for. */
  readonly versions: Readonly<Record<string, number>>;
}

/** The actions that are of use to the client. */
export async function fitCodeActions(
  server: Server,
  actions: readonly CodeAction[],
): Promise<(CodeAction | Command)[]> {
  const { literals, disabled, preferred, resolvesEdits } = server.client.codeActions;
  // Nothing can be done by a disabled command, and without `workspace/applyEdit` by any.
  if (!literals)
    return server.client.appliesEdits
      ? actions.filter((action) => !action.disabled).map((action) => commandOf(server, action))
      : [];
  const fitting = actions.filter((action) => disabled || !action.disabled);
  return Promise.all(
    fitting.map(async (action) => {
      const { isPreferred, ...rest } =
        resolvesEdits || action.edit || action.disabled
          ? action
          : await resolveCodeAction(server, action);
      return { ...rest, ...(preferred && isPreferred !== undefined && { isPreferred }) };
    }),
  );
}

function commandOf(server: Server, { title, edit, data }: CodeAction): Command {
  const uris = edit ? urisOf(edit) : [];
  const versions = uris.flatMap((uri) => {
    const version = server.versionOf(server.fileOf(uri));
    return version === undefined ? [] : [[uri, version] as const];
  });
  const applied: AppliedAction = {
    action: { title, ...(edit && { edit }), ...(data !== undefined && { data: data as unknown }) },
    versions: Object.fromEntries(versions),
  };
  return { title, command: applyActionCommand, arguments: [applied] };
}

/** Asks the client to make the edit of a command. Throws what the user is to read when a text has changed since. */
export async function applyAction(server: Server, argument: unknown): Promise<null> {
  if (!isAppliedAction(argument)) throw new UserError('The command names no change to make.');
  const { action, versions } = argument;
  for (const [uri, version] of Object.entries(versions))
    if (server.versionOf(server.fileOf(uri)) !== version)
      throw new UserError('The text has changed since. Ask for the quick fixes again.');
  const { edit } = action.edit ? action : await resolveCodeAction(server, action);
  if (edit) server.applyEdit(action.title, edit);
  return null;
}

function urisOf({ changes, documentChanges }: WorkspaceEdit): string[] {
  return [
    ...Object.keys(changes ?? {}),
    ...(documentChanges ?? []).flatMap((each) =>
      'textDocument' in each ? [each.textDocument.uri] : [],
    ),
  ];
}

function isAppliedAction(argument: unknown): argument is AppliedAction {
  if (typeof argument !== 'object' || argument === null) return false;
  const { action, versions } = argument as Partial<Record<keyof AppliedAction, unknown>>;
  return [action, versions].every((each) => typeof each === 'object' && each !== null);
}
