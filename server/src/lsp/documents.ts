// The documents that are open in the editor, as the client counts their lines and versions.

import type {
  DidChangeTextDocumentParams,
  Position,
  TextDocumentContentChangeEvent,
  TextDocumentItem,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { FileId } from '../text/span.ts';
import { fileIdOf, uriOf } from '../text/file-id.ts';
import type { Positions } from './positions.ts';

/** Knows each open document by its file. */
export class Documents {
  readonly #open = new Map<FileId, TextDocument>();
  /** By the name under which a document was opened, its file, where that has another name. */
  readonly #files = new Map<FileId, FileId>();

  /** The files that are open, in the order in which they were opened. */
  files(): readonly FileId[] {
    return [...this.#open.keys()];
  }

  has(file: FileId): boolean {
    return this.#open.has(file);
  }

  /** The version of an open document. */
  versionOf(file: FileId): number | undefined {
    return this.#open.get(file)?.version;
  }

  /** The URI of a file, as the client writes it when the file is open. */
  uriOf(file: FileId): string {
    return this.#open.get(file)?.uri ?? uriOf(file);
  }

  /** The file of a document, or of any other URI that a client sends. */
  fileOf(uri: string): FileId {
    const name = fileIdOf(uri);
    return this.#files.get(name) ?? name;
  }

  /** Takes a document that is now open for `file`, whatever its own name. Of two with one file the last counts. */
  open({ uri, languageId, version, text }: TextDocumentItem, file: FileId): void {
    this.close(file);
    if (fileIdOf(uri) !== file) this.#files.set(fileIdOf(uri), file);
    this.#open.set(file, TextDocument.create(uri, languageId, version, text));
  }

  /** The file and its new text; undefined for a document that is not open. */
  change(
    { textDocument, contentChanges }: DidChangeTextDocumentParams,
    positions: Positions,
  ): { readonly file: FileId; readonly text: string } | undefined {
    const file = this.fileOf(textDocument.uri);
    const document = this.#open.get(file);
    if (!document) return undefined;
    for (const change of contentChanges)
      TextDocument.update(document, [inUnits(document, change, positions)], textDocument.version);
    return { file, text: document.getText() };
  }

  close(file: FileId): void {
    const uri = this.#open.get(file)?.uri;
    if (uri !== undefined) this.#files.delete(fileIdOf(uri));
    this.#open.delete(file);
  }
}

/** A change with the columns of its range in UTF-16 units, as the document counts. */
function inUnits(
  document: TextDocument,
  change: TextDocumentContentChangeEvent,
  positions: Positions,
): TextDocumentContentChangeEvent {
  if (!('range' in change) || positions.encoding === 'utf-16') return change;
  const unitsAt = ({ line, character }: Position): Position => {
    const text = document.getText({
      start: { line, character: 0 },
      end: { line: line + 1, character: 0 },
    });
    return { line, character: positions.unitsBefore(text, character) };
  };
  const { start, end } = change.range;
  return { range: { start: unitsAt(start), end: unitsAt(end) }, text: change.text };
}
