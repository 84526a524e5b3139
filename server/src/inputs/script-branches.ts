// Follows `if`, `&&` and `||` of boot scripts: where a condition is not known, what may run are alternatives.

import type { BootScript, ScriptLoad } from './boot-script.ts';
import type { Changes, ForkedMap } from './forked-map.ts';
import { mergeStatements } from './merge-statements.ts';
import type { Truth } from './script-condition.ts';
import type { ScriptStatement } from './write-script-tree.ts';

/** What a script has done so far. */
export interface Effects {
  readonly statements: ScriptStatement[];
  readonly loads: ScriptLoad[];
  /** The last file loaded at an address. */
  readonly loadedAt: ForkedMap<bigint, string>;
  readonly overlays: string[];
  boot: BootScript['boot'];
  /** The tree that `fdt addr` took last. */
  working: bigint | undefined;
  memory: BootScript['memory'];
}

/** A variable: its value, or why it has none, and the line of the environment file that sets it. */
export interface VariableState {
  readonly value?: string;
  readonly why?: string;
  readonly line?: number;
}

export type Keyword = 'if' | 'then' | 'elif' | 'else' | 'fi';

export function isKeyword(word: string): word is Keyword {
  return /^(?:if|then|elif|else|fi)$/.test(word);
}

/** What ran in one alternative. */
interface Arm {
  readonly statements: readonly ScriptStatement[];
  readonly loads: readonly ScriptLoad[];
  readonly overlays: readonly string[];
  readonly boot: BootScript['boot'];
  readonly working: bigint | undefined;
  readonly memory: BootScript['memory'];
  readonly loadedAt: Changes<bigint, string>;
  readonly variables: Changes<string, VariableState>;
}

interface Mark {
  readonly statements: number;
  readonly loads: number;
  readonly overlays: number;
  readonly boot: BootScript['boot'];
  readonly working: bigint | undefined;
  readonly memory: BootScript['memory'];
}

interface Frame {
  readonly line: number;
  /** `skip`: the commands do not run. `arm`: they run as an alternative. */
  phase: 'condition' | 'run' | 'skip' | 'arm';
  /** It stands in commands that do not run. */
  readonly isDead: boolean;
  /** One arm runs for certain, so that no later one does. */
  isDone: boolean;
  readonly arms: Arm[];
  /** What decides which arm runs: a clause. */
  why: string;
  mark: Mark | undefined;
}

/** Scripts of people nest three or four: what is deeper is not followed. */
const DEEPEST = 50;

export class Branches {
  readonly #effects: Effects;
  readonly #variables: ForkedMap<string, VariableState>;
  readonly #complain: (line: number, because: string) => void;
  readonly #frames: Frame[] = [];
  #choices = 0;
  /** Whether the last command succeeded; `assumed` for those that do in a boot that works. */
  status: Truth | 'assumed' = 'assumed';

  constructor(
    effects: Effects,
    variables: ForkedMap<string, VariableState>,
    complain: (line: number, because: string) => void,
  ) {
    this.#effects = effects;
    this.#variables = variables;
    this.#complain = complain;
  }

  /** Whether the next command does not run. */
  get isSkipped(): boolean {
    const frame = this.#frames.at(-1);
    return frame !== undefined && (frame.isDead || frame.phase === 'skip');
  }

  keyword(word: Keyword, line: number): void {
    if (word === 'if') {
      this.#open(line);
      return;
    }
    const frame = this.#frames.at(-1);
    // A keyword without `if` is a mistake that U-Boot's shell stops at: here it has no effect.
    if (!frame) return;
    if (word === 'then') {
      if (!frame.isDone) this.#choose(frame, this.status);
    } else {
      this.#endArm(frame);
      if (word === 'fi') this.#close();
      else if (frame.isDone) frame.phase = 'skip';
      else if (word === 'elif') frame.phase = 'condition';
      else this.#choose(frame, true);
    }
  }

  /** Whether a command behind `&&` or `||` runs; where that is not known, it does, and `endMaybe` is wanted behind it. */
  link(operator: 'and' | 'or', line: number): 'run' | 'skip' | 'maybe' {
    const { status } = this;
    if (status === 'assumed' && operator === 'and') return 'run';
    if (typeof status === 'boolean') return status === (operator === 'and') ? 'run' : 'skip';
    this.#open(line);
    const unknown = status === 'assumed' ? 'whether the command before it fails' : status.unknown;
    const frame = this.#frames.at(-1);
    if (frame) this.#choose(frame, { unknown });
    return 'maybe';
  }

  endMaybe(): void {
    this.keyword('fi', 0);
  }

  /** Ends all that the script left open. */
  finish(): void {
    while (this.#frames.length > 0) this.endMaybe();
  }

  #open(line: number): void {
    const isDead = this.isSkipped;
    if (!isDead && this.#frames.length === DEEPEST)
      this.#complain(line, `conditions nest deeper than ${DEEPEST}: this one is ignored`);
    this.#frames.push({
      line,
      phase: 'condition',
      isDead: isDead || this.#frames.length >= DEEPEST,
      isDone: false,
      arms: [],
      why: '',
      mark: undefined,
    });
  }

  /** The arm of a condition begins. */
  #choose(frame: Frame, status: Truth | 'assumed'): void {
    if (frame.isDead) return;
    if (status === false) {
      frame.phase = 'skip';
      return;
    }
    const isUnknown = typeof status === 'object';
    if (isUnknown && frame.why === '')
      frame.why = `it depends on a condition that is not known: ${status.unknown}`;
    frame.isDone = !isUnknown;
    // What runs for certain, with nothing that may run in its place, is no alternative.
    frame.phase = !isUnknown && frame.arms.length === 0 ? 'run' : 'arm';
    if (frame.phase === 'arm') this.#beginArm(frame);
  }

  #beginArm(frame: Frame): void {
    const { statements, loads, overlays, boot, working, memory, loadedAt } = this.#effects;
    frame.mark = {
      statements: statements.length,
      loads: loads.length,
      overlays: overlays.length,
      boot,
      working,
      memory,
    };
    loadedAt.begin();
    this.#variables.begin();
  }

  #endArm(frame: Frame): void {
    const { mark } = frame;
    if (!mark) return;
    const effects = this.#effects;
    frame.arms.push({
      statements: effects.statements.splice(mark.statements),
      loads: effects.loads.splice(mark.loads),
      overlays: effects.overlays.splice(mark.overlays),
      boot: effects.boot === mark.boot ? undefined : effects.boot,
      working: effects.working,
      memory: effects.memory,
      loadedAt: effects.loadedAt.end(),
      variables: this.#variables.end(),
    });
    effects.boot = mark.boot;
    effects.working = mark.working;
    effects.memory = mark.memory;
    frame.mark = undefined;
  }

  #close(): void {
    const frame = this.#frames.pop();
    this.status = 'assumed';
    if (!frame || frame.arms.length === 0) return;
    const arms = [...frame.arms];
    if (!frame.isDone) arms.push(this.#nothing());
    this.#merge(arms, frame);
  }

  /** What happens where no arm runs. */
  #nothing(): Arm {
    return {
      statements: [],
      loads: [],
      overlays: [],
      boot: undefined,
      working: this.#effects.working,
      memory: this.#effects.memory,
      loadedAt: new Map(),
      variables: new Map(),
    };
  }

  #merge(arms: readonly Arm[], { why, line }: Frame): void {
    const effects = this.#effects;
    const merged = mergeStatements(
      arms.map(({ statements }) => statements),
      why,
    );
    for (const each of merged.statements) effects.statements.push(each);
    for (const each of merged.open) this.#complain(each.line, each.because);
    this.#mergeLoads(arms, why);
    this.#mergeOverlays(arms, why, line);
    this.#mergeBoot(arms, why);
    mergeMaps(
      effects.loadedAt,
      arms.map(({ loadedAt }) => loadedAt),
      (one, other) => one === other,
      undefined,
    );
    mergeMaps(
      this.#variables,
      arms.map(({ variables }) => variables),
      (one, other) => one?.value === other?.value,
      { why },
    );
    const [first] = arms;
    effects.working = arms.every(({ working }) => working === first?.working)
      ? first?.working
      : undefined;
    this.#mergeMemory(arms, why, line);
  }

  #mergeLoads(arms: readonly Arm[], because: string): void {
    const choice = this.#choices++;
    const keyOf = ({ address, file }: ScriptLoad): string => `${address} ${file}`;
    const counts = new Map<string, number>();
    for (const { loads } of arms)
      for (const key of new Set(loads.map(keyOf))) counts.set(key, (counts.get(key) ?? 0) + 1);
    const done = new Set<string>();
    for (const [arm, { loads }] of arms.entries())
      for (const load of loads) {
        const key = keyOf(load);
        const inAll = counts.get(key) === arms.length;
        if (inAll && done.has(key)) continue;
        done.add(key);
        const alternatives = [...(load.alternatives ?? []), { choice, arm, because }];
        this.#effects.loads.push(inAll ? load : { ...load, alternatives });
      }
  }

  #mergeOverlays(arms: readonly Arm[], why: string, line: number): void {
    const [first] = arms;
    const names = first?.overlays.join('\n');
    if (arms.every(({ overlays }) => overlays.join('\n') === names)) {
      for (const each of first?.overlays ?? []) this.#effects.overlays.push(each);
      return;
    }
    const all = new Set(arms.flatMap(({ overlays }) => overlays));
    for (const each of all) this.#complain(line, `the overlay ${each} is left out: ${why}`);
  }

  #mergeMemory(arms: readonly Arm[], why: string, line: number): void {
    const [first] = arms;
    const same = arms.every(
      ({ memory }) => memory?.start === first?.memory?.start && memory?.end === first?.memory?.end,
    );
    this.#effects.memory = same ? first?.memory : undefined;
    if (!same) this.#complain(line, `fdt memory: the range is unknown: ${why}`);
  }

  /** A command that boots does not come back: what the arms boot is what is booted, as far as they agree. */
  #mergeBoot(arms: readonly Arm[], why: string): void {
    const boots = arms.flatMap(({ boot }) => boot ?? []);
    const [first, ...others] = boots;
    if (!first) return;
    const agreed: Record<string, unknown> = { ...first };
    for (const [name, what] of [
      ['kernel', 'the address of the kernel'],
      ['initrd', 'the address of the initrd'],
      ['dtb', 'the address of the DTB'],
      ['configuration', 'the configuration'],
    ] as const) {
      if (others.every((each) => each[name] === first[name])) continue;
      // `exactOptionalPropertyTypes`: what is not known is not there.
      delete agreed[name];
      this.#complain(first.line, `${what} is unknown: ${why}`);
    }
    this.#effects.boot = {
      ...(agreed as unknown as typeof first),
      efi: boots.every(({ efi }) => efi),
    };
  }
}

/** Sets what all alternatives leave the same, and `unknown` for the rest. */
function mergeMaps<Key, Value>(
  map: ForkedMap<Key, Value>,
  arms: readonly Changes<Key, Value>[],
  isSame: (one: Value | undefined, other: Value | undefined) => boolean,
  unknown: Value | undefined,
): void {
  const found = new Map<Key, { readonly first: Value | undefined; count: number; same: boolean }>();
  for (const changes of arms)
    for (const [key, value] of changes) {
      const known = found.get(key);
      if (known) {
        known.count++;
        known.same &&= isSame(known.first, value);
      } else found.set(key, { first: value, count: 1, same: true });
    }
  for (const [key, { first, count, same }] of found) {
    const isKept = same && (count === arms.length || isSame(first, map.get(key)));
    map.set(key, isKept ? first : unknown);
  }
}
