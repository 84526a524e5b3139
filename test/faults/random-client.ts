// A language client that does what people do, at random, and worse; it knows what the server should know.

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { LineIndex } from '../../server/src/text/line-index.ts';
import { LspSession } from '../support/lsp-session.ts';
import { editRandomly } from '../support/random-edits.ts';

const settingsLists = [
  { dtmap: { targets: ['linux:6.12'] } },
  { dtmap: { targets: ['xen:4.18', 'linux:6.1'], hints: 'information' } },
  { dtmap: { targets: ['xen:4.22'], severity: { 'reserved-overlap': 'warning' } } },
  { dtmap: { targets: ['xen:4.14'], defines: { SIZE: '0x1000' } } },
];

interface Open {
  version: number;
  text: string;
  /** What it was before each change. */
  readonly before: string[];
}

export class RandomClient {
  /** Notifications and requests sent. */
  messages = 0;
  readonly #random: () => number;
  readonly #folder: string;
  /** What each file says that is there, by its name. */
  readonly #onDisk: Map<string, string>;
  readonly #sound: ReadonlyMap<string, string>;
  readonly #open = new Map<string, Open>();
  readonly #session: LspSession;
  #settings = 0;

  private constructor(
    session: LspSession,
    folder: string,
    files: Readonly<Record<string, string>>,
    random: () => number,
  ) {
    this.#session = session;
    this.#folder = folder;
    this.#onDisk = new Map(Object.entries(files));
    this.#sound = new Map(this.#onDisk);
    this.#random = random;
  }

  /** A client of a new server over `folder`, which gets `files`. */
  static async start(
    folder: string,
    files: Readonly<Record<string, string>>,
    random: () => number,
  ): Promise<RandomClient> {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
    const session = await LspSession.start({ folder, settings: settingsLists[0] ?? {} });
    return new RandomClient(session, folder, files, random);
  }

  /** One thing that somebody does. */
  async act(): Promise<void> {
    const kind = this.#random();
    const open = this.#pick([...this.#open.keys()]);
    if (open === undefined || kind < 0.08) await this.#openOne();
    else if (kind < 0.5) await this.#edit(open);
    else if (kind < 0.58) await this.#undo(open);
    else if (kind < 0.63) await this.#close(open);
    else if (kind < 0.67) await this.#rename(this.#pick([...this.#onDisk.keys()]));
    else if (kind < 0.7) await this.#configure();
    else if (kind < 0.74) await this.#writeToDisk();
    else await this.#ask(open);
  }

  /** What this server shows and one that has seen none of it; the same when all is well. */
  async compare(): Promise<{ readonly own: string; readonly fresh: string }> {
    // While a text is broken a server goes on showing what it knew, which a new one cannot.
    if (await this.#isStale()) await this.#mend();
    const compared = await this.#compareAsItIs();
    // What changed on disk is read when the server gets to it, and may break a text as well.
    if (compared.own === compared.fresh || !(await this.#isStale())) return compared;
    await this.#mend();
    return this.#compareAsItIs();
  }

  async #compareAsItIs(): Promise<{ readonly own: string; readonly fresh: string }> {
    const settings = settingsLists[this.#settings] ?? {};
    const other = await LspSession.start({ folder: this.#folder, settings });
    try {
      for (const [name, open] of this.#open) await this.#tellOpen(other, name, open, 1);
      const places = new Map(
        [...this.#open].map(([name, { text }]) => [
          name,
          Array.from({ length: 4 }, () => this.#positionIn(text)),
        ]),
      );
      // Both search for boards in the background: they may need a moment to agree, and then must.
      let own = '';
      let fresh = '';
      for (let attempt = 0; attempt < 25; attempt += 1) {
        own = await this.#describe(this.#session, places);
        fresh = await this.#describe(other, places);
        if (own === fresh) break;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      return { own, fresh };
    } finally {
      await other.stop();
    }
  }

  /** Every file that is open and every file on disk, with its text. */
  texts(): string {
    const told = (kind: string, name: string, text: string): string =>
      `${kind} ${name}\n${JSON.stringify(text)}`;
    return [
      ...[...this.#onDisk].map(([name, text]) => told('on disk', name, text)),
      ...[...this.#open].map(([name, { text }]) => told('open', name, text)),
    ].join('\n');
  }

  stop(): Promise<void> {
    return this.#session.stop();
  }

  async #isStale(): Promise<boolean> {
    for (const name of this.#open.keys()) {
      // The answer waits for the analysis; the status is of after it.
      await this.#session.ask('textDocument/codeLens', { textDocument: { uri: this.#uri(name) } });
      const { state } = await this.#session.request('dtmap/status', { uri: this.#uri(name) });
      if (state !== 'ready') return true;
    }
    return false;
  }

  async #mend(): Promise<void> {
    for (const name of [...this.#onDisk.keys()]) if (name.startsWith('x')) await this.#rename(name);
    for (const [name, sound] of this.#sound) {
      if (this.#open.has(name)) await this.#change(name, sound);
      else await this.#save(name, sound);
    }
  }

  async #describe(
    session: LspSession,
    places: ReadonlyMap<string, readonly { line: number; character: number }[]>,
  ): Promise<string> {
    const lines: string[] = [];
    for (const [name, positions] of places) {
      const textDocument = { uri: this.#uri(name) };
      for (const method of ['documentSymbol', 'foldingRange', 'semanticTokens/full'])
        lines.push(told(await session.ask(`textDocument/${method}`, { textDocument })));
      for (const position of positions)
        lines.push(told(await session.ask('textDocument/hover', { textDocument, position })));
    }
    const shown = [...session.shown()].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [uri, diagnostics] of shown) lines.push(uri, ...diagnostics.map(told).sort());
    return lines.join('\n');
  }

  #uri(name: string): string {
    return pathToFileURL(path.join(this.#folder, name)).href;
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.#random() * list.length)];
  }

  #positionIn(text: string): { line: number; character: number } {
    const { line, column } = new LineIndex(text).positionAt(
      Math.floor(this.#random() * (text.length + 1)),
    );
    return { line: line - 1, character: column - 1 };
  }

  async #notify(method: string, params: unknown): Promise<void> {
    this.messages += 1;
    await this.#session.notify(method, params);
  }

  async #tellOpen(session: LspSession, name: string, open: Open, version: number): Promise<void> {
    await session.notify('textDocument/didOpen', {
      textDocument: { uri: this.#uri(name), languageId: 'devicetree', version, text: open.text },
    });
  }

  async #openOne(): Promise<void> {
    const name = this.#pick([...this.#onDisk.keys()].filter((each) => !this.#open.has(each)));
    if (name === undefined) return;
    const open = { version: 1, text: this.#onDisk.get(name) ?? '', before: [] };
    this.#open.set(name, open);
    this.messages += 1;
    await this.#tellOpen(this.#session, name, open, 1);
  }

  async #edit(name: string): Promise<void> {
    const open = this.#open.get(name);
    if (!open) return;
    const after = editRandomly(open.text, this.#random);
    // Damage does not add up: most texts are nearly right, as those of people are.
    if (open.before.length > 6) await this.#change(name, open.before[0] ?? '');
    else await this.#change(name, after);
  }

  async #undo(name: string): Promise<void> {
    const before = this.#open.get(name)?.before.pop();
    if (before === undefined) return;
    await this.#change(name, before);
    this.#open.get(name)?.before.pop();
  }

  /** By ranges or as a whole; the version mostly grows. */
  async #change(name: string, text: string): Promise<void> {
    const open = this.#open.get(name);
    if (!open) return;
    open.version += this.#random() < 0.05 ? -1 : 1 + Math.floor(this.#random() * 2);
    const change = this.#random() < 0.2 ? { text } : changeOf(open.text, text);
    if (open.before[0] === text) open.before.length = 0;
    else open.before.push(open.text);
    open.text = text;
    await this.#notify('textDocument/didChange', {
      textDocument: { uri: this.#uri(name), version: open.version },
      contentChanges: [change],
    });
  }

  async #close(name: string): Promise<void> {
    const open = this.#open.get(name);
    if (!open) return;
    this.#open.delete(name);
    if (this.#random() < 0.5) await this.#save(name, open.text);
    await this.#notify('textDocument/didClose', { textDocument: { uri: this.#uri(name) } });
  }

  async #save(name: string, text: string): Promise<void> {
    writeFileSync(path.join(this.#folder, name), text);
    this.#onDisk.set(name, text);
    await this.#tellChanged([name, 2]);
  }

  async #tellChanged(...changes: (readonly [name: string, type: number])[]): Promise<void> {
    await this.#notify('workspace/didChangeWatchedFiles', {
      changes: changes.map(([name, type]) => ({ uri: this.#uri(name), type })),
    });
  }

  /** A file is called something else, and back the next time: what includes it may or may not follow. */
  async #rename(from: string | undefined): Promise<void> {
    if (from === undefined) return;
    const to = from.startsWith('x') ? from.slice(1) : `x${from}`;
    const open = this.#open.get(from);
    if (open)
      await this.#notify('textDocument/didClose', { textDocument: { uri: this.#uri(from) } });
    this.#open.delete(from);
    rmSync(path.join(this.#folder, to), { force: true });
    renameSync(path.join(this.#folder, from), path.join(this.#folder, to));
    this.#onDisk.set(to, this.#onDisk.get(from) ?? '');
    this.#onDisk.delete(from);
    await this.#tellChanged([from, 3], [to, 1]);
    if (!open) return;
    this.#open.set(to, { ...open, version: 1 });
    this.messages += 1;
    await this.#tellOpen(this.#session, to, open, 1);
  }

  async #configure(): Promise<void> {
    this.#settings = Math.floor(this.#random() * settingsLists.length);
    this.messages += 1;
    await this.#session.configure(settingsLists[this.#settings] ?? {});
  }

  async #writeToDisk(): Promise<void> {
    const name = this.#pick([...this.#onDisk.keys()]);
    if (name === undefined) return;
    await this.#save(name, editRandomly(this.#onDisk.get(name) ?? '', this.#random).slice(0, 4000));
  }

  /** A question nobody waits for, taken back now and then; at a place that may be gone by now. */
  async #ask(name: string): Promise<void> {
    const textDocument = { uri: this.#uri(name) };
    const position = this.#positionIn(this.#open.get(name)?.text ?? '');
    const method = this.#pick([
      ...['hover', 'completion', 'definition', 'references', 'prepareRename', 'signatureHelp'],
      ...['documentSymbol', 'codeLens', 'foldingRange', 'documentLink', 'semanticTokens/full'],
    ]);
    this.messages += 1;
    const answer = this.#session.ask(
      `textDocument/${method ?? ''}`,
      { textDocument, position, context: { includeDeclaration: true } },
      this.#random() < 0.3,
    );
    // A cancelled question and a name that cannot be renamed are answered by an error.
    answer.catch(() => undefined);
    if (this.#random() < 0.5) await answer.catch(() => undefined);
  }
}

/** An answer as text, without the numbers by which a server knows it again. */
function told(answer: unknown): string {
  const isNumber = (key: string): boolean => key === 'resultId' || key === 'finding';
  return JSON.stringify(answer, (key, value: unknown) => (isNumber(key) ? undefined : value));
}

/** The smallest single change from one text to the other, as a range. */
function changeOf(from: string, to: string): object {
  let start = 0;
  while (start < from.length && from[start] === to[start]) start += 1;
  let end = 0;
  const most = Math.min(from.length, to.length) - start;
  while (end < most && from[from.length - 1 - end] === to[to.length - 1 - end]) end += 1;
  const lines = new LineIndex(from);
  const at = (offset: number): { line: number; character: number } => {
    const { line, column } = lines.positionAt(offset);
    return { line: line - 1, character: column - 1 };
  };
  return {
    range: { start: at(start), end: at(from.length - end) },
    text: to.slice(start, to.length - end),
  };
}
