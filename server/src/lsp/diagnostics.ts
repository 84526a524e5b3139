// Findings as the diagnostics of each file, published when they change.

import type { Diagnostic } from 'vscode-languageserver';
import { targetInWords } from '../systems/targets.ts';
import type { Board } from '../rules/board.ts';
import type { Finding, Severity } from '../rules/finding.ts';
import { labelLines } from '../rules/target-lines.ts';
import { writtenSpan } from '../text/append-text.ts';
import type { FileId } from '../text/span.ts';
import type { Model } from './boards.ts';
import type { ClientAbilities } from './client-abilities.ts';
import type { Settings } from './settings.ts';
import { screenOf, severityOf, type Screen, type ScreenHost } from './to-protocol.ts';

export interface DiagnosticsHost extends ScreenHost {
  readonly client: ClientAbilities;
  readonly settings: Settings;
  /** The page of a rule; undefined when there is none to open. */
  rulePage(rule: string): string | undefined;
  /** What of the findings of a board is to be said. */
  withoutRecorded(root: FileId, board: Board, findings: readonly Finding[]): readonly Finding[];
  /** The file that is shown for one that was read through a link that is text: the one behind it. */
  shownFile(file: FileId): FileId;
  /** A board's name, as short as it stays clear. */
  boardLabel(root: FileId): string;
  publish(file: FileId, diagnostics: Diagnostic[], version: number | undefined): void;
}

/** What a diagnostic carries so that its quick fixes can be found again. */
export interface DiagnosticData {
  readonly root: FileId;
  readonly finding: number;
}

/** So many boards are named in a message. */
const MOST_BOARDS = 3;

interface BoardDiagnostics {
  readonly reads: ReadonlySet<FileId>;
  readonly byFile: ReadonlyMap<FileId, Diagnostic[]>;
}

/** Knows what was published, and publishes the differences. */
export class Diagnostics {
  readonly #host: DiagnosticsHost;
  /** By board, the files that it reads and the diagnostics of each. */
  readonly #ofBoard = new Map<FileId, BoardDiagnostics>();
  readonly #published = new Map<FileId, string>();

  constructor(host: DiagnosticsHost) {
    this.#host = host;
  }

  /** Takes a board's findings in place of its former ones. */
  update(root: FileId, model: Model | undefined): void {
    const before = this.#ofBoard.get(root);
    const after = model ? this.#diagnosticsOf(model) : new Map<FileId, Diagnostic[]>();
    if (model) this.#ofBoard.set(root, { reads: model.members, byFile: after });
    else this.#ofBoard.delete(root);
    const files = new Set([...(before?.byFile.keys() ?? []), ...after.keys()]);
    // What other boards say of a file that they share is worded by whether this one says it too.
    for (const other of this.#ofBoard.values())
      for (const [file, found] of other.byFile)
        if (found.length > 0 && (before?.reads.has(file) ?? model?.members.has(file)) === true)
          files.add(file);
    for (const file of files) this.#publish(file);
  }

  /** Sends a file's diagnostics again: it was just opened. */
  resend(file: FileId): void {
    this.#published.delete(file);
    this.#publish(file);
  }

  #publish(file: FileId): void {
    const reading = [...this.#ofBoard].filter(
      ([, { reads, byFile }]) => reads.has(file) || byFile.has(file),
    );
    const found = new Map<string, { readonly diagnostic: Diagnostic; readonly on: FileId[] }>();
    for (const [root, { byFile }] of reading) {
      for (const diagnostic of byFile.get(file) ?? []) {
        const { line, character } = diagnostic.range.start;
        const key = `${line}:${character} ${diagnostic.code} ${JSON.stringify(diagnostic.message)}`;
        const known = found.get(key);
        if (!known) found.set(key, { diagnostic, on: [root] });
        else if (known.on.at(-1) !== root) known.on.push(root);
      }
    }
    const roots = reading.map(([root]) => root);
    const diagnostics = [...found.values()].map(({ diagnostic, on }) =>
      on.length === roots.length
        ? diagnostic
        : { ...diagnostic, message: `${textOf(diagnostic)}\n${this.#wordBoards(on, roots)}` },
    );
    const version = this.#host.versionOf(file);
    const text = JSON.stringify([diagnostics, version]);
    const before = this.#published.get(file);
    if (
      before === text ||
      (before === undefined && diagnostics.length === 0 && version === undefined)
    )
      return;
    if (diagnostics.length === 0 && version === undefined) this.#published.delete(file);
    else this.#published.set(file, text);
    this.#host.publish(file, diagnostics, version);
  }

  /** Where boards that share a file disagree: on which of those that are open a finding holds. */
  #wordBoards(on: readonly FileId[], all: readonly FileId[]): string {
    const others = all.filter((root) => !on.includes(root));
    return `On board ${this.#list(on)}, not on ${this.#list(others)}`;
  }

  #list(roots: readonly FileId[]): string {
    const names = roots.slice(0, MOST_BOARDS).map((root) => this.#host.boardLabel(root));
    const more = roots.length - names.length;
    return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  }

  #diagnosticsOf(model: Model): Map<FileId, Diagnostic[]> {
    const screen = screenOf(this.#host, model.files);
    const byFile = new Map<FileId, Diagnostic[]>();
    // Files without findings are published too, so that what was there vanishes and clients learn the version.
    for (const file of model.members)
      if (this.#host.versionOf(file) !== undefined) byFile.set(this.#host.shownFile(file), []);
    const indexOf = new Map(model.findings.map((finding, index) => [finding, index]));
    for (const finding of this.#host.withoutRecorded(model.root, model.board, model.findings)) {
      const severity = shownSeverity(finding.severity, this.#host.settings.hints);
      if (!severity) continue;
      const diagnostic = this.#diagnosticOf(finding, severity, screen, {
        root: model.root,
        // What is said in place of a recorded finding has no fix of its own.
        finding: indexOf.get(finding) ?? -1,
      });
      const file = this.#host.shownFile(writtenSpan(model.files, finding.at).file);
      const known = byFile.get(file);
      if (known) known.push(diagnostic);
      else byFile.set(file, [diagnostic]);
    }
    return byFile;
  }

  #diagnosticOf(
    finding: Finding,
    severity: Severity,
    screen: Screen,
    data: DiagnosticData,
  ): Diagnostic {
    const shows = this.#host.client.diagnostics;
    const page = shows.pages ? this.#host.rulePage(finding.rule) : undefined;
    return {
      range: screen.rangeOf(finding.at),
      severity: severityOf(severity),
      code: finding.rule,
      ...(page !== undefined && { codeDescription: { href: page } }),
      source: 'dtmap',
      message: messageOf(finding),
      ...(shows.related && {
        relatedInformation: finding.related.map((each) => ({
          location: screen.locationOf(each.at),
          message: each.message,
        })),
      }),
      ...(shows.data && { data }),
    };
  }
}

/** The protocol has messages in Markdown too; ours are text. */
function textOf({ message }: Diagnostic): string {
  return typeof message === 'string' ? message : message.value;
}

/** The message with the targets it holds for and what they print. */
export function messageOf(finding: Finding): string {
  const lines = [finding.message];
  if (finding.targets.length > 0)
    lines.push(`Holds for ${finding.targets.map(targetInWords).join(', ')}`);
  for (const { label, line } of labelLines(finding.log)) lines.push(`${label}: ${line}`);
  return lines.join('\n');
}

// Plain facts are hints; a setting hides them or lists them among the problems.
function shownSeverity(severity: Severity, hints: Settings['hints']): Severity | undefined {
  if (severity !== 'hint') return severity;
  return hints === 'off' ? undefined : hints;
}
