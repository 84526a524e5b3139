// What is wrong with the JSON files that say how boards boot and are checked, as the diagnostics of those files.

import { DiagnosticSeverity, type Diagnostic, type Range } from 'vscode-languageserver';
import { wordFault, type JsonFault } from '../inputs/read-json.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { FileId } from '../text/span.ts';
import type { ClientAbilities } from './client-abilities.ts';
import type { Positions } from './positions.ts';

export interface JsonDiagnosticsHost {
  readonly client: ClientAbilities;
  readonly positions: Positions;
  uriOf(file: FileId): string;
  versionOf(file: FileId): number | undefined;
  publish(file: FileId, diagnostics: Diagnostic[], version: number | undefined): void;
}

/** Knows what was published of each file, and publishes the differences. */
export class JsonDiagnostics {
  readonly #host: JsonDiagnosticsHost;
  /** By file, what each that looked at it found: the file's own text, or a board. */
  readonly #found = new Map<FileId, Map<string, readonly Diagnostic[]>>();
  readonly #published = new Map<FileId, string>();

  constructor(host: JsonDiagnosticsHost) {
    this.#host = host;
  }

  /** Whether a file has been looked at: its changes matter. */
  knows(file: FileId): boolean {
    return this.#found.has(file);
  }

  /** Takes the faults that `by` finds in a text in place of its former ones. */
  update(source: SourceFile, by: string, faults: readonly JsonFault[]): void {
    const known = this.#found.get(source.id) ?? new Map<string, readonly Diagnostic[]>();
    known.set(
      by,
      faults.map((fault) => this.#diagnosticOf(source, fault)),
    );
    this.#found.set(source.id, known);
    this.#publish(source.id);
  }

  /** A file that is gone has no faults. */
  delete(file: FileId): void {
    if (this.#found.delete(file)) this.#publish(file);
  }

  #publish(file: FileId): void {
    const diagnostics = new Map<string, Diagnostic>();
    for (const each of [...(this.#found.get(file)?.values() ?? [])].flat())
      diagnostics.set(JSON.stringify([each.range, each.message]), each);
    const text = JSON.stringify([...diagnostics.keys()]);
    const before = this.#published.get(file) ?? '[]';
    if (before === text) return;
    this.#published.set(file, text);
    this.#host.publish(file, [...diagnostics.values()], this.#host.versionOf(file));
  }

  #diagnosticOf(source: SourceFile, fault: JsonFault): Diagnostic {
    const { client } = this.#host;
    const rangeOf = ({ start, end }: JsonFault['at']): Range =>
      this.#host.positions.rangeIn(source, start, end);
    return {
      range: rangeOf(fault.at),
      severity: DiagnosticSeverity.Error,
      source: 'dtmap',
      message: wordFault(fault),
      ...(client.diagnostics.related &&
        fault.other && {
          relatedInformation: [
            {
              location: { uri: this.#host.uriOf(source.id), range: rangeOf(fault.other.at) },
              message: fault.other.path.join('.'),
            },
          ],
        }),
    };
  }
}
