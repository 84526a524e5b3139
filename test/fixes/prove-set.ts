// Proves of a set of boards that what is offered for it does what it says and nothing else.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { analyze } from '../../server/src/analysis/analyze.ts';
import { tryProposals, type TrialHost } from '../../server/src/analysis/try-proposals.ts';
import { fixBoard } from '../../server/src/cli/apply-fixes.ts';
import type { JsonReport } from '../../server/src/cli/json-finding.ts';
import { Session, type OpenBoard } from '../../server/src/cli/session.ts';
import { settingsFor } from '../../server/src/cli/settings.ts';
import { trialBoardOf, trialHostFor, tryFixesOf } from '../../server/src/cli/try-fixes.ts';
import { fixAll } from '../../server/src/ide/fix-all.ts';
import { refactorings } from '../../server/src/ide/refactorings.ts';
import { rename } from '../../server/src/ide/rename.ts';
import { NodeFiles } from '../../server/src/node-files.ts';
import type { Finding } from '../../server/src/rules/finding.ts';
import type { Edits, Proposal } from '../../server/src/rules/proposal.ts';
import type { SourceFile } from '../../server/src/text/source-file.ts';
import { filesWith } from '../../server/src/text/edit.ts';
import type { TreeChange } from '../../server/src/tree/tree-change.ts';
import { spanOf, walkNodes } from '../../server/src/tree/device-tree.ts';
import { dtmap, shellOf } from '../support/run-dtmap.ts';
import { make, modelOf, placedAnew, textOf } from './blob-model.ts';
import { checkTitle } from './check-title.ts';
import { FIX_OPTIONS, FIX_TARGETS } from './fix-options.ts';
import { countFindings, kindsOf } from './count-findings.ts';
import { editedTexts } from './edited-texts.ts';
import type { BoardSet } from './generate-set.ts';

/** How often what happened; keys are printed. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(key: string, by = 1): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + by);
  }
}

/** One change that a user may make. */
interface Application {
  readonly what: string;
  readonly board: string;
  readonly finding?: Finding;
  readonly changes: readonly (readonly TreeChange[])[];
  readonly texts: ReadonlyMap<string, string>;
  /** Old base name of a node by new one, for a rename that was asked for. */
  readonly renamed?: readonly [string, string];
}

/** `whole`: refactorings and renames of every set; `sample`: those of one in four. */
export type Extent = 'whole' | 'sample';

const MEMORY = '/dev/shm';

/** Throws with the board, the fix and the difference when something offered does not do what it says. */
export async function proveSet(set: BoardSet, tally: Tally, extent: Extent): Promise<void> {
  // In memory where that can be had: each variant is a folder of files.
  const folder = mkdtempSync(path.join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'dtmap-set-'));
  try {
    const own = path.join(folder, 'set');
    writeFiles(own, set.files);
    await new Prover(set, own, tally, extent).prove();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files)
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), path.join(folder, name));
    else writeFileSync(path.join(folder, name), text);
}

/** What is known of a board of the set as it stands. */
interface State {
  readonly blob: Buffer;
  /** Of dtc, by check. */
  readonly warnings: ReadonlyMap<string, number>;
  readonly findings: readonly Finding[];
}

/** The set with other texts for some files, and the boards that read those. */
interface Variant {
  readonly folder: string;
  readonly texts: ReadonlyMap<string, string>;
  readonly boards: readonly string[];
}

class Prover {
  readonly #set: BoardSet;
  readonly #folder: string;
  readonly #tally: Tally;
  /** Whether it is run through the command line as well, which does everything again. */
  readonly #runsCommandLine: boolean;
  readonly #asksForMore: boolean;

  constructor(set: BoardSet, folder: string, tally: Tally, extent: Extent) {
    tally.add('sets');
    const number = tally.counts.get('sets') ?? 0;
    this.#runsCommandLine = number % 20 === 1;
    this.#asksForMore = extent === 'whole' || number % 4 === 1;
    this.#set = set;
    this.#folder = folder;
    this.#tally = tally;
  }

  async prove(): Promise<void> {
    const session = new Session(shellOf(this.#folder, new NodeFiles()).shell);
    const opened = new Map<string, OpenBoard>();
    for (const name of this.#set.boards) opened.set(name, await open(session, name));
    const applications: Application[] = [];
    for (const [name, board] of opened) {
      const host = trialHostFor(session, board, FIX_OPTIONS);
      applications.push(
        ...(await this.#fixes(name, board, host)),
        ...(await this.#allFixes(name, board, host)),
      );
      if (!this.#asksForMore) continue;
      applications.push(
        ...(await this.#refactorings(name, board, host)),
        ...(await this.#renames(name, board, host, [...opened.values()])),
      );
    }
    this.#judge(applications, session, opened);
    if (this.#runsCommandLine) await this.#checkCommandLine(opened);
  }

  async #fixes(name: string, board: OpenBoard, host: TrialHost): Promise<Application[]> {
    const offers = await tryFixesOf(board, board.findings, host);
    return [...offers].flatMap(([finding, list]) =>
      list.flatMap((offer, index): Application[] => {
        if (!offer.ok) {
          this.#tally.add(`refused ${offer.refusal.code}`);
          this.#tally.add(`rule ${finding.rule} refused`);
          return [];
        }
        this.#tally.add('offered');
        this.#tally.add(`rule ${finding.rule} offered`);
        const change = finding.proposals[index]?.change ?? [];
        const { title, edits } = offer.fix;
        checkTitle(title, change);
        return [
          {
            what: `${finding.rule} (${finding.message}): ${title}`,
            board: name,
            finding,
            changes: [change],
            texts: this.#edited(edits),
          },
        ];
      }),
    );
  }

  async #refactorings(name: string, opened: OpenBoard, host: TrialHost): Promise<Application[]> {
    const { board } = opened;
    const places = [
      ...[...walkNodes(board.tree.root)]
        .filter(
          (node) =>
            node.name === 'reserved-memory' ||
            node.parent?.name === 'reserved-memory' ||
            node.parent?.name === 'chosen',
        )
        .flatMap((node) => node.openings.map((opening) => spanOf(opening.name))),
      ...board.tree.memoryReservations.map(({ written }) => spanOf(written.whole)),
    ];
    const applications: Application[] = [];
    const seen = new Set<string>();
    for (const { file, start } of places) {
      const proposals = refactorings(board, file, start + 1).filter(({ title, ways }) => {
        // A new region is offered at every node; it is the same wherever it is asked for.
        const key = title.startsWith('Add ') ? title : JSON.stringify([title, ways]);
        return !seen.has(key) && seen.add(key);
      });
      applications.push(...(await this.#tried(name, opened, proposals, host, 'refactoring')));
    }
    return applications;
  }

  async #renames(
    name: string,
    opened: OpenBoard,
    host: TrialHost,
    all: readonly OpenBoard[],
  ): Promise<Application[]> {
    const { board } = opened;
    const renameHost = {
      board,
      sharing: (): readonly SourceFile[] => {
        const files = new Map<string, SourceFile>();
        for (const each of all)
          for (const id of each.board.sources.flatMap((source) => source.files)) {
            const file = each.board.files.get(id);
            if (typeof file !== 'string') files.set(id, file);
          }
        return [...files.values()];
      },
    };
    const applications: Application[] = [];
    const ask = async (at: { file: string; start: number }, to: string): Promise<void> => {
      const proposed = rename(renameHost, at.file, at.start, to);
      if (!proposed.ok) {
        this.#tally.add('rename refused at once');
        return;
      }
      const [first] = proposed.value.change;
      const renamed =
        first?.kind === 'rename-node'
          ? ([baseOf(first.node.replace(/.*\//, '')), baseOf(to)] as const)
          : undefined;
      const tried = await this.#tried(name, opened, [proposed.value], host, 'rename');
      applications.push(...tried.map((each) => ({ ...each, ...(renamed && { renamed }) })));
    };
    const regions =
      board.tree.root.children.find((node) => node.name === 'reserved-memory')?.children ?? [];
    for (const [index, node] of regions.entries()) {
      const [opening] = node.openings;
      if (!opening) continue;
      const at = spanOf(opening.name);
      const names = [
        `fresh${index}@${node.name.split('@')[1] ?? '0'}`,
        regions[(index + 1) % regions.length]?.name ?? 'other',
        `${baseOf(node.name)}@55000000`,
        baseOf(node.name),
      ];
      // One name for each node, another one in the next set: trials cost time.
      const turn = (this.#tally.counts.get('sets') ?? 0) + index;
      await ask(at, names[turn % names.length] ?? '');
      const whole = spanOf(opening.whole);
      if (node.labels.length > 0 && whole.start < at.start) await ask(whole, `fresh_${index}`);
      const property = ['no-map', 'reg', 'status'][turn % 3] ?? '';
      const definition = node.properties.get(property)?.definition;
      if (definition)
        await ask(spanOf(definition.name), turn % 2 === 0 ? `acme,${property}` : 'compatible');
    }
    return applications;
  }

  async #tried(
    name: string,
    opened: OpenBoard,
    proposals: readonly Proposal[],
    host: TrialHost,
    kind: string,
  ): Promise<Application[]> {
    const offers = await tryProposals(proposals, trialBoardOf(opened), undefined, host);
    return offers.flatMap((offer, index): Application[] => {
      if (!offer.ok) {
        this.#tally.add(`${kind} refused ${offer.refusal.code}`);
        return [];
      }
      this.#tally.add(`${kind} offered`);
      const change = proposals[index]?.change ?? [];
      checkTitle(offer.fix.title, change);
      return [
        {
          what: `${kind}: ${offer.fix.title}`,
          board: name,
          changes: [change],
          texts: this.#edited(offer.fix.edits),
        },
      ];
    });
  }

  async #allFixes(name: string, opened: OpenBoard, host: TrialHost): Promise<Application[]> {
    const { texts, applied } = await fixAll(trialBoardOf(opened), host, 'all');
    if (texts.size === 0) return [];
    this.#tally.add('--fix-unsafe applied', applied.length);
    this.#tally.add('--fix-unsafe boards');
    return [
      {
        what: `--fix-unsafe: ${applied.map(({ title }) => title).join('; ')}`,
        board: name,
        changes: applied.map(
          ({ finding }) => finding.proposals.find(({ preferred }) => preferred)?.change ?? [],
        ),
        texts: new Map([...texts].map(([file, text]) => [baseNameOf(file), text])),
      },
    ];
  }

  /** New texts by name. */
  #edited(edits: Edits): ReadonlyMap<string, string> {
    const nameOf = (file: string): string => path.relative(this.#folder, realpathSync(file));
    const texts = editedTexts(edits, (file) => {
      const text = this.#set.files.get(nameOf(file));
      assert.ok(text !== undefined, `an edit of ${file}, which is no file of the set`);
      return text;
    });
    return new Map([...texts].map(([file, text]) => [nameOf(file), text]));
  }

  #judge(
    applications: readonly Application[],
    session: Session,
    opened: ReadonlyMap<string, OpenBoard>,
  ): void {
    const { boards } = this.#set;
    const variants = new Map<string, Variant>();
    variants.set('', { folder: path.join(this.#folder, '../v0'), texts: new Map(), boards });
    const keyOf = (texts: ReadonlyMap<string, string>): string => JSON.stringify([...texts]);
    for (const { texts } of applications)
      if (!variants.has(keyOf(texts)))
        variants.set(keyOf(texts), {
          folder: path.join(this.#folder, `../v${variants.size}`),
          texts,
          boards: boards.filter((name) =>
            filesOf(opened.get(name)).some((file) => texts.has(baseNameOf(file))),
          ),
        });
    const analysed = new Map<string, ReadonlyMap<string, State>>();
    this.#compile([...variants.values()]);
    for (const [key, { folder, texts, boards: read }] of variants) {
      const states = new Map<string, State>();
      for (const name of read) {
        const board = opened.get(name);
        if (!board) continue;
        const sources = new Map(
          [...texts].map(([file, text]): [string, SourceFile] => {
            const id = path.join(this.#folder, file);
            return [id, { id, text }];
          }),
        );
        const analysis =
          texts.size === 0
            ? { kind: 'complete' as const, board: board.board, findings: board.findings }
            : analyze(
                // The board that a user opens, and the same board when it is looked at for another's sake.
                board.request,
                filesWith(session.shell.files, sources),
                session.cache,
              );
        assert.equal(analysis.kind, 'complete');
        if (analysis.kind !== 'complete') continue;
        states.set(name, {
          blob: readFileSync(path.join(folder, `${name}.dtb`)),
          warnings: warningsIn(readFileSync(path.join(folder, `${name}.err`), 'utf8')),
          findings: analysis.findings,
        });
      }
      analysed.set(key, states);
    }
    const before = analysed.get('') ?? new Map<string, State>();
    for (const state of before.values())
      this.#tally.add(state.blob.length > 0 ? 'boards' : 'boards that dtc refuses');
    for (const application of applications) {
      const after = analysed.get(keyOf(application.texts)) ?? new Map<string, State>();
      this.#tally.add('applied');
      for (const name of boards) {
        const was = before.get(name);
        const is = after.get(name);
        if (!was || !is) continue;
        try {
          this.#compare(application, name, was, is);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          throw new Error(
            `${name} after ${application.what} [on ${application.board}]: ${reason}\n` +
              [...application.texts].map(([file, text]) => `--- ${file}\n${text}`).join('\n'),
          );
        }
      }
    }
  }

  #compile(variants: readonly Variant[]): void {
    const asked: string[] = [];
    for (const { folder, texts, boards } of variants) {
      writeFiles(folder, new Map([...this.#set.files, ...texts]));
      asked.push(...boards.map((name) => path.join(folder, name)));
    }
    const script = path.join(import.meta.dirname, 'compile-variants.sh');
    execFileSync('sh', [script, this.#set.overlay ?? '-', ...asked], { stdio: 'ignore' });
  }

  #compare(application: Application, name: string, was: State, is: State): void {
    const { finding, changes, board, renamed } = application;
    if (was.blob.length === 0) return;
    assert.ok(is.blob.length > 0, 'does not compile');
    for (const [check, count] of is.warnings)
      if (!(finding ? TRUTHS : OFF_IN_KERNEL_BUILDS).has(check))
        assert.ok(count <= (was.warnings.get(check) ?? 0), `dtc warns anew: ${check}`);
    compareBlobs(was.blob, is.blob, changes, name === board);
    const known = countFindings(was.findings, 'grave');
    const found = countFindings(is.findings, 'grave', renamed);
    for (const [key, count] of found)
      assert.ok(
        count <= (known.get(key) ?? 0),
        `${count} findings, ${known.get(key) ?? 0} before: ${key}`,
      );
    if (!finding || name !== board) return;
    for (const key of kindsOf(finding, 'any')) {
      const left = countFindings(is.findings, 'any').get(key) ?? 0;
      const had = countFindings(was.findings, 'any').get(key) ?? 0;
      assert.ok(left < had, `the finding stays: ${key}`);
    }
  }

  /** What the command prints and writes is what was proved. */
  async #checkCommandLine(opened: ReadonlyMap<string, OpenBoard>): Promise<void> {
    for (const [name, board] of opened) {
      const ran = await dtmap(['check', '--format', 'json', ...FIX_TARGETS, name], {
        cwd: this.#folder,
      });
      const report = JSON.parse(ran.stdout) as JsonReport;
      const session = new Session(shellOf(this.#folder, new NodeFiles()).shell);
      const host = trialHostFor(session, board, FIX_OPTIONS);
      const offers = await tryFixesOf(board, board.findings, host);
      const titles = [...offers].flatMap(([{ rule }, list]) =>
        list.flatMap((offer) => (offer.ok ? [`${rule}: ${offer.fix.title}`] : [])),
      );
      const printed = report.findings.flatMap(({ rule, fixes }) =>
        fixes.map(({ title }) => `${rule}: ${title}`),
      );
      assert.deepEqual([...new Set(printed)].sort(), [...new Set(titles)].sort());
    }
    const [name] = opened.keys();
    if (name === undefined) return;
    const session = new Session(shellOf(this.#folder, new NodeFiles()).shell);
    const { texts } = await fixBoard(session, name, { ...FIX_OPTIONS, fixUnsafe: true });
    await dtmap(['check', '--fix-unsafe', ...FIX_TARGETS, name], { cwd: this.#folder });
    for (const [file, text] of texts) assert.equal(readFileSync(file, 'utf8'), text);
    const changed = new Set([...texts.keys()].map((file) => realpathSync(file)));
    for (const [file, text] of this.#set.files)
      if (!text.startsWith('-> ') && !changed.has(path.join(this.#folder, file)))
        assert.equal(readFileSync(path.join(this.#folder, file), 'utf8'), text);
    const again = await dtmap(['check', '--fix-unsafe', '--dry-run', ...FIX_TARGETS, name], {
      cwd: this.#folder,
    });
    assert.equal(again.stdout, '', '--fix-unsafe leaves something that it would fix');
  }
}

/** Its own, not that of a link to it. */
function baseNameOf(file: string): string {
  return path.basename(realpathSync(file));
}

function filesOf(opened: OpenBoard | undefined): readonly string[] {
  return opened ? opened.board.sources.flatMap(({ files }) => files) : [];
}

async function open(session: Session, name: string): Promise<OpenBoard> {
  const boardFile = await session.find(name, FIX_OPTIONS);
  return session.open(
    boardFile,
    settingsFor(session.shell, boardFile.file, FIX_OPTIONS),
    'findings',
  );
}

/** What a name that was wrong hid: that two nodes have one address. */
const TRUTHS: ReadonlySet<string> = new Set(['unique_unit_address']);

/** Checks of dtc that scripts/Makefile.lib of Linux switches off, and dtmap calls information: a name that somebody asked for may bring them. */
const OFF_IN_KERNEL_BUILDS: ReadonlySet<string> = new Set([
  ...['unit_address_vs_reg', 'avoid_unnecessary_addr_size', 'unique_unit_address', 'alias_paths'],
  ...['simple_bus_reg', 'graph_child_address', 'interrupt_provider', 'interrupt_map'],
]);

/** Warnings by how often dtc says it. */
function warningsIn(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [, check = ''] of text.matchAll(/Warning \(([a-z_]+)\)/g))
    counts.set(check, (counts.get(check) ?? 0) + 1);
  return counts;
}

/**
 * The difference must be that which is declared. On another board than the proposal's own each change may be there or
 * not, since it may override what is edited: some of them must make the whole difference.
 */
function compareBlobs(
  was: Buffer,
  is: Buffer,
  changes: readonly (readonly TreeChange[])[],
  isOwn: boolean,
): void {
  const all = changes.flat();
  const textsFor = (left: ReadonlySet<TreeChange>): readonly [string, string] => {
    const chosen = changes.map((each) => each.filter((change) => !left.has(change)));
    const model = modelOf(was);
    for (const each of chosen) make(model, each);
    const anew = placedAnew(chosen.flat());
    return [textOf(modelOf(is), anew), textOf(model, anew)];
  };
  if (isOwn) {
    assert.equal(...textsFor(new Set()));
    return;
  }
  const distance = (left: ReadonlySet<TreeChange>): number => {
    try {
      const [found, expected] = textsFor(left);
      const lines = new Set(expected.split('\n'));
      const others = found.split('\n').filter((line) => !lines.delete(line));
      return others.length + lines.size;
    } catch {
      // A change that cannot be made did not reach this board.
      return Infinity;
    }
  };
  // One or two are put in or left out as long as that brings the two nearer: a change may need the one before it.
  let left: ReadonlySet<TreeChange> = new Set(distance(new Set()) === Infinity ? all : []);
  let least = distance(left);
  for (let isNearer = true; isNearer && least > 0;) {
    isNearer = false;
    for (const first of all)
      for (const second of all) {
        const other = new Set(left);
        for (const change of new Set([first, second])) if (!other.delete(change)) other.add(change);
        const now = distance(other);
        if (now >= least) continue;
        [left, least, isNearer] = [other, now, true];
      }
  }
  if (least > 0) assert.equal(...textsFor(left), 'changes more than it says');
}

function baseOf(name: string): string {
  return name.replace(/@.*/, '');
}
