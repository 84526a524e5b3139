// What a request starts from: the file that it names, the board that the file is read through, and the text on screen.

import type { SourceFile } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import type { Model } from './boards.ts';
import type { Server } from './server-state.ts';
import { type Screen, screenOf } from './to-protocol.ts';

export interface DocumentParams {
  readonly textDocument: { readonly uri: string };
}

/** What most requests start from. */
export interface Asked {
  readonly file: FileId;
  readonly source: SourceFile;
  readonly model: Model;
  readonly screen: Screen;
}

/** The ways to begin to answer; each gives nothing when the file, or its board, is not there. */
export function asking(server: Server) {
  const { files, boards } = server;

  const sourceOf = (params: DocumentParams): SourceFile | undefined => {
    const file = server.fileOf(params.textDocument.uri);
    const source = files.get(file);
    // What a link that is text stands for is not what its own document says.
    if (files.linkText?.(file)?.name === file) return undefined;
    return typeof source === 'string' ? undefined : source;
  };
  /** The text on screen, with the outline of its syntax tree. */
  const parsedOf = async (params: DocumentParams): Promise<SourceFile | undefined> => {
    const source = sourceOf(params);
    if (source) await server.texts.parse(source);
    return source;
  };
  const askModel = async (
    params: DocumentParams,
    modelOf: (file: FileId) => Promise<Model | undefined>,
  ): Promise<Asked | undefined> => {
    const source = sourceOf(params);
    if (!source) return undefined;
    const model = await modelOf(source.id);
    if (!model) return undefined;
    return { file: source.id, source, model, screen: screenOf(server, model.board.files) };
  };
  const ask = (params: DocumentParams): Promise<Asked | undefined> =>
    askModel(params, (file) => boards.firstModelOf(file));
  /** For what is under the cursor. */
  const askAt = async (params: DocumentParams): Promise<Asked | undefined> => {
    await parsedOf(params);
    return ask(params);
  };
  /** For what is to be changed: never from an older text than the one on screen. */
  const askNewest = (params: DocumentParams): Promise<Asked | undefined> =>
    askModel(params, (file) => boards.newestModelOf(file));
  return { sourceOf, parsedOf, ask, askAt, askNewest };
}
