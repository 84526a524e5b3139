// A long session on a large board costs at its end what it cost at its beginning.
//   npx mocha test/faults/run-soak.ts
//   DTMAP_SOAK_MESSAGES (100000): how many messages the client sends

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Diagnostic, Position } from 'vscode-languageserver/node';
import { BOARDS } from '../bench/boards.ts';
import { cpuMilliseconds, quantile, residentMegabytes } from '../bench/server-process.ts';
import { boardFiles, kernelTree } from '../oracle/kernel-tree.ts';
import { LspSession } from '../support/lsp-session.ts';

const wanted = Number(process.env['DTMAP_SOAK_MESSAGES'] ?? 100_000);
const WINDOWS = 20;
/** How much more the last windows may use than the first ones that are warm; CPU time varies with what else the machine does. */
const TOLERANCE = { megabytes: 0.1, edit: 0.25, hover: 0.25, completion: 0.25 };

/** What a stretch of the session cost: CPU milliseconds of the server, medians per message. */
interface Window {
  readonly messages: number;
  readonly edit: number;
  readonly hover: number;
  readonly completion: number;
  readonly megabytes: number;
  readonly files: number;
  readonly threads: number;
}

describe(`${wanted} messages on ${BOARDS[0]?.board ?? ''}`, function () {
  this.timeout(0);

  it('cost at the end what they cost at the beginning', async () => {
    const client = await SoakClient.start();
    const windows: Window[] = [];
    for (let at = 1; at <= WINDOWS; at += 1)
      windows.push(await client.work(Math.ceil((wanted * at) / WINDOWS)));
    const faults = await client.stop();
    console.table(windows);

    assert.deepEqual(faults, [], 'the server writes nothing to its log');
    const [early, late] = [windows.slice(1, WINDOWS / 4), windows.slice((-WINDOWS / 4) | 0)];
    const undisturbed = (from: readonly Window[], of: keyof Window): number =>
      quantile(
        from.map((each) => each[of]),
        0.25,
      );
    for (const [of, tolerance] of Object.entries(TOLERANCE) as [keyof Window, number][]) {
      const [before, after] = [undisturbed(early, of), undisturbed(late, of)];
      assert.ok(after <= before * (1 + tolerance), `${of} went from ${before} to ${after}`);
    }
    for (const of of ['files', 'threads'] as const)
      assert.equal(undisturbed(late, of), undisturbed(early, of), of);
  });
});

/** Types a number and takes it back, asks what editors ask meanwhile, now and then opens the file anew, or another board. */
class SoakClient {
  private messages = 0;
  private readonly session: LspSession;
  private readonly file: string;
  private readonly text: string;
  private readonly at: Position;
  private readonly first: readonly Diagnostic[];
  private readonly others = boardFiles('arm64');
  private opened = 0;

  private constructor(
    session: LspSession,
    file: string,
    text: string,
    first: readonly Diagnostic[],
  ) {
    this.session = session;
    this.file = file;
    this.text = text;
    this.first = first;
    const before = text.slice(0, text.indexOf('reg = <', text.indexOf('reserved-memory {')) + 7);
    const lines = before.split('\n');
    this.at = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
  }

  static async start(): Promise<SoakClient> {
    const [lazor] = BOARDS;
    assert.ok(lazor);
    const [board, file] = [lazor.board, lazor.edited].map((name) => `${kernelTree()}/${name}`);
    assert.ok(board && file);
    const boards = { [pathToFileURL(file).href]: pathToFileURL(board).href };
    const session = await LspSession.start({
      folder: kernelTree(),
      initializationOptions: { boards },
    });
    const text = readFileSync(file, 'utf8');
    await session.open(file, text);
    const first = await session.diagnostics(file);
    return new SoakClient(session, file, text, first);
  }

  /** Goes on until so many messages were sent in all. */
  async work(until: number): Promise<Window> {
    const { session, file, at } = this;
    const costs = { edit: [] as number[], hover: [] as number[], completion: [] as number[] };
    const measured = async (kind: keyof typeof costs, ask: () => Promise<unknown>) => {
      const before = cpuMilliseconds(session.pid);
      await ask();
      costs[kind].push(cpuMilliseconds(session.pid) - before);
      this.messages += 1;
    };
    const edit = (typed: string, replaced: number): Promise<void> =>
      measured('edit', async () => {
        const end = { ...at, character: at.character + replaced };
        await session.change(file, [{ range: { start: at, end }, text: typed }]);
        await session.diagnostics(file);
      });
    for (let round = 0; this.messages < until; round += 1) {
      await edit('0x1', 0);
      await this.ask('textDocument/semanticTokens/full');
      await this.ask('textDocument/codeLens');
      await this.ask('textDocument/inlayHint', { range: { start: at, end: at } });
      await measured('hover', () => session.hover(file, at));
      await measured('completion', () => session.completion(file, { ...at, character: 1 }));
      await edit('', 3);
      await this.ask('textDocument/documentSymbol');
      await this.ask('textDocument/foldingRange');
      await this.ask('textDocument/documentHighlight', { position: at });
      await this.ask('textDocument/definition', { position: at });
      await this.ask('textDocument/codeAction', {
        range: { start: at, end: at },
        context: { diagnostics: [] },
      });
      if (round % 20 === 0) await this.reopen();
    }
    const { pid } = session;
    return {
      messages: this.messages,
      edit: quantile(costs.edit, 0.5),
      hover: quantile(costs.hover, 0.5),
      completion: quantile(costs.completion, 0.5),
      megabytes: residentMegabytes(pid).now,
      files: readdirSync(`/proc/${pid}/fd`).length,
      threads: readdirSync(`/proc/${pid}/task`).length,
    };
  }

  /** What the server wrote to standard error or logged, Node's own warnings of listeners that pile up among it. */
  async stop(): Promise<readonly string[]> {
    await this.session.stop();
    return this.session.log;
  }

  private async reopen(): Promise<void> {
    await this.session.close(this.file);
    await this.session.open(this.file, this.text);
    assert.deepEqual(await this.session.diagnostics(this.file), this.first);
    const other = this.others[this.opened % this.others.length];
    assert.ok(other);
    await this.session.open(other);
    await this.session.diagnostics(other);
    await this.session.close(other);
    this.opened += 1;
    this.messages += 5;
  }

  private async ask(method: string, params: object = {}): Promise<void> {
    await this.session.at(method, this.file, params);
    this.messages += 1;
  }
}
