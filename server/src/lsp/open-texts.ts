// The syntax trees of the files that are open in the editor.

import { rememberStatements } from '../ide/source-outline.ts';
import {
  createParser,
  type Parser,
  type ParserWasm,
  type Stretch,
} from '../syntax/create-parser.ts';
import type { SourceDocument } from '../syntax/scan-source.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';

export interface OpenTextsHost {
  /** The grammar and its runtime; asked for when a question comes that needs them, and not again. */
  wasm(): Promise<ParserWasm>;
  isOpen(file: FileId): boolean;
  failed(error: unknown): void;
}

/** Parses each open file anew after a change, from the tree it had before. */
export class OpenTexts {
  readonly #host: OpenTextsHost;
  readonly #documents = new Map<FileId, SourceDocument>();
  #parser: Promise<Parser | undefined> | undefined;

  constructor(host: OpenTextsHost) {
    this.#host = host;
  }

  /** From here on the outline of `source` comes from its syntax tree; without a grammar, or not open, it is scanned. */
  async parse(source: SourceFile): Promise<void> {
    if (!this.#host.isOpen(source.id)) return;
    const parser = await (this.#parser ??= this.#load());
    // It may have been closed, or changed and parsed, while the grammar was loaded.
    if (parser === undefined || !this.#host.isOpen(source.id)) return;
    const before = this.#documents.get(source.id);
    if (before?.text === source.text) {
      rememberStatements(source, before);
      return;
    }
    const document = parser.parse(source.text, before);
    this.#documents.set(source.id, document);
    rememberStatements(source, document);
  }

  /** What the syntax tree of `source`, once parsed, has around `offset`, innermost first. */
  async around(source: SourceFile, offset: number): Promise<readonly Stretch[]> {
    const document = this.#documents.get(source.id);
    if (document?.text !== source.text) return [];
    return (await this.#parser)?.around(document, offset) ?? [];
  }

  close(file: FileId): void {
    const document = this.#documents.get(file);
    this.#documents.delete(file);
    if (document) void this.#parser?.then((parser) => parser?.release(document));
  }

  /** Whoever has no grammar still has outlines: the scanner's. */
  async #load(): Promise<Parser | undefined> {
    try {
      return await createParser(await this.#host.wasm());
    } catch (error) {
      this.#host.failed(error);
      return undefined;
    }
  }
}
