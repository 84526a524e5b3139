// Reads what a U-Boot boot script does to memory: `fdt` edits, files loaded, and what is booted.

import type { BootScript } from './boot-script.ts';
import { ForkedMap } from './forked-map.ts';
import {
  Branches,
  isKeyword,
  type Effects,
  type Keyword,
  type VariableState,
} from './script-branches.ts';
import { CONDITIONS, holds } from './script-condition.ts';
import type { ScriptStatement } from './write-script-tree.ts';

/** One word of a command line; `quoted` words are strings even when they look like numbers. */
export interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

const LOADERS: ReadonlySet<string> = new Set(['tftpb', 'tftpboot', 'tftp', 'nfs', 'dhcp', 'wget']);
const DEVICE_LOADERS: ReadonlySet<string> = new Set([
  'load',
  'fatload',
  'ext2load',
  'ext4load',
  'btrload',
  'sqfsload',
]);
const BOOTERS: ReadonlySet<string> = new Set(['booti', 'bootm', 'bootz', 'bootefi']);

/** Gives the bytes of a file as a script names it; undefined when nobody has it. */
export type SizeOf = (file: string) => bigint | undefined;

/**
 * The effects of a boot script (`boot.source`, or the text of a U-Boot variable). Of an `if` whose condition is known one
 * arm counts; the arms of another are alternatives. Loops do not repeat, and what `run` names is read in its place. Variables come from `setenv`, `setexpr` and assignments in the
 * script, from `environment`, and from the files it loads (`filesize`, `fileaddr`).
 */
export function readBootScript(
  text: string,
  sizeOf: SizeOf,
  environment: Environment = new Map(),
): BootScript {
  const variables = new Variables(environment);
  const effects: Effects = {
    statements: [],
    loads: [],
    loadedAt: new ForkedMap(),
    overlays: [],
    boot: undefined,
    working: undefined,
    memory: undefined,
  };
  const { statements, loads, loadedAt, overlays } = effects;
  const unclear: { line: number; because: string }[] = [];
  const note = (line: number, because: string): void => void unclear.push({ line, because });
  const branches = new Branches(effects, variables.states, note);
  const runs = new Runs(variables, note);
  for (const next of runs.commandsOf(text)) {
    const { line } = next;
    if (next.kind === 'keyword') {
      branches.keyword(next.word, line);
      continue;
    }
    if (next.kind === 'end-maybe') {
      branches.endMaybe();
      continue;
    }
    if (branches.isSkipped) continue;
    const way = next.link ? branches.link(next.link, line) : 'run';
    if (way === 'skip' || branches.isSkipped) {
      if (way === 'maybe') branches.endMaybe();
      continue;
    }
    if (way === 'maybe') runs.endMaybeNext(line);
    branches.status = 'assumed';
    const { words: raw } = next;
    const complain = (because: string): void => void unclear.push({ line, because });
    const words = variables.substitute(raw);
    if (words === undefined) {
      complain(TOO_LONG);
      const variable = variableSetBy(raw);
      if (variable !== undefined) variables.delete(variable);
      continue;
    }
    const [name = '', ...rest] = words.map((word) => word.text);
    const written = raw.slice(1).map((word) => word.text.replaceAll(KEPT, '$'));
    const whyOf = (index: number): string => variables.whyUnknown(raw[index + 1]?.text ?? '');
    if (name.includes(UNKNOWN)) {
      complain(`the command is unknown: ${variables.whyUnknown(raw[0]?.text ?? '')}`);
      continue;
    }
    if (name === 'run') {
      runs.start(rest, line);
      continue;
    }
    if (CONDITIONS.has(name.split('.')[0] ?? '')) {
      const whyUnknown = (index: number): string | undefined =>
        words[index]?.text.includes(UNKNOWN) ? whyOf(index - 1) : undefined;
      branches.status = holds([name, ...rest], whyUnknown, (file) => sizeOf(file) !== undefined);
      continue;
    }
    const assignment = ASSIGNMENT.exec(name);
    if (assignment && !words[0]?.quoted) {
      variables.set(assignment[1] ?? '', assignment[2] ?? '');
      continue;
    }
    if (name === 'env' && rest[0] === 'import') complain('env import: its variables are unknown');
    if (name === 'setenv' || (name === 'env' && rest[0] === 'set')) {
      const [variable = '', ...value] = name === 'env' ? rest.slice(1) : rest;
      if (variable.includes(UNKNOWN)) complain(`${name} of an unknown variable: ${whyOf(0)}`);
      else if (variable !== '') variables.set(variable, value.join(' '));
      continue;
    }
    if (name === 'setexpr') {
      const [variable = '', ...expression] = rest;
      const value = calculate(expression);
      if (value !== undefined) variables.set(variable, value.toString(16));
      else {
        const unknown = expression.findIndex((each) => each.includes(UNKNOWN));
        const because = unknown < 0 ? 'dtmap does not know what setexpr makes' : whyOf(unknown + 1);
        variables.delete(variable, `\${${variable}} is unknown: ${because}`);
      }
      continue;
    }
    if (name === 'fdt') {
      const [verb = '', where] = rest;
      const address = hexadecimal(where === '-c' ? undefined : where);
      if (verb.startsWith('ad')) effects.working = address ?? effects.working;
      if (verb.startsWith('ap')) {
        const overlay = address === undefined ? undefined : loadedAt.get(address);
        if (overlay !== undefined) overlays.push(overlay);
        else
          complain(
            `fdt apply: the overlay is unknown: ${wordAddress(where, whyOf(1), 'the script loads no file there')}`,
          );
      }
      if (verb.startsWith('rs')) {
        const [action = '', where, length] = rest.slice(1);
        const reservation = reservationOf(action, hexadecimal(where), hexadecimal(length), line);
        if (reservation) statements.push(reservation);
        else if (action.startsWith('a'))
          complain(`fdt rsvmem: the range is unknown: ${wordAddress(rest[2], whyOf(2), whyOf(3))}`);
        else if (action.startsWith('d'))
          complain(`fdt rsvmem: which one is deleted is unknown: ${wordAddress(where, whyOf(2))}`);
        else if (!action.startsWith('p'))
          complain(`fdt rsvmem ${action}: dtmap does not follow it`);
        continue;
      }
      if (verb === 'memory') {
        const [start, size] = [address, hexadecimal(rest[2])];
        if (start !== undefined && size !== undefined)
          effects.memory = { start, end: start + size, line };
        else {
          effects.memory = undefined;
          const why =
            start === undefined ? wordAddress(where, whyOf(1)) : wordAddress(rest[2], whyOf(2));
          complain(`fdt memory: the range is unknown: ${why}`);
        }
        continue;
      }
      const statement = fdtStatement(words.slice(1), line, (index) => whyOf(index));
      if (typeof statement === 'string') complain(statement);
      else if (statement) {
        if (statement.kind === 'unknown-property')
          complain(`${statement.name} of ${statement.path} is unknown: ${statement.because}`);
        statements.push(statement);
      } else if (!FDT_WITHOUT_EFFECT.test(verb) && !/^(?:ad|ap)/.test(verb))
        complain(`fdt ${verb}: dtmap does not follow it`);
    } else if (LOADERS.has(name) || DEVICE_LOADERS.has(name)) {
      const skipped = DEVICE_LOADERS.has(name) ? 2 : 0;
      // Over the network, a single word that is no number names the file.
      const isFileOnly = skipped === 0 && rest.length === 1 && hexadecimal(rest[0]) === undefined;
      const fileAt = isFileOnly ? 0 : skipped + 1;
      const file = rest[fileAt];
      const where = isFileOnly ? variables.get('loadaddr') : rest[skipped];
      const whyAddress = isFileOnly ? variables.whyUnknown('\${loadaddr}') : whyOf(skipped);
      const address = hexadecimal(where);
      variables.delete('filesize', `the size of what line ${line} loads is unknown`);
      if (address === undefined || file === undefined) {
        variables.delete('fileaddr');
        complain(
          file === undefined
            ? `${name} without an address and a file`
            : `${name}: the address of ${written[fileAt] ?? file} is unknown: ${wordAddress(where, whyAddress)}`,
        );
      } else {
        // The name as written still has a base name where only its folder is unknown.
        const name = (file.includes(UNKNOWN) ? (written[fileAt] ?? '') : file).replace(SERVER, '');
        loads.push({ address, file: name, line });
        loadedAt.set(address, name);
        const size = sizeOf(name);
        variables.set('fileaddr', address.toString(16));
        if (size === undefined)
          variables.delete('filesize', `${name} is not beside the script, so its size is unknown`);
        else variables.set('filesize', size.toString(16));
      }
    } else if (name === 'source') {
      const file = loadedAt.get(hexadecimal(rest[0]?.split(':')[0]) ?? -1n);
      complain(`source: ${file ?? 'the script'} is not read; give it as a boot script, too`);
    } else if (BOOTERS.has(name)) {
      const [kernel, second, third] = rest;
      const dtb = name === 'bootefi' ? second : third;
      const initrd = name === 'bootefi' ? undefined : second?.split(':')[0];
      for (const [index, word, what] of [
        [0, kernel, 'kernel'],
        [name === 'bootefi' ? 1 : 2, dtb, 'DTB'],
      ] as const)
        if (word !== undefined && word !== '-' && (word.includes(UNKNOWN) || TWICE_HEX.test(word)))
          complain(
            `${name}: the address of the ${what} is unknown: ${wordAddress(word, whyOf(index))}`,
          );
      const commandLine = commandLineOf(variables, line);
      if (commandLine?.kind === 'unknown-property')
        complain(`bootargs of /chosen is unknown: ${commandLine.because}`);
      if (commandLine) statements.push(commandLine);
      // bootm takes `ADDRESS#CONFIGURATION` and `ADDRESS:IMAGE` of a FIT.
      const [at, configuration] = kernel?.split('#') ?? [];
      effects.boot = {
        ...optional('kernel', hexadecimal(at?.split(':')[0])),
        ...(configuration === undefined ? {} : { configuration }),
        ...optional('initrd', initrd === '-' ? undefined : hexadecimal(initrd)),
        ...optional('dtb', hexadecimal(dtb)),
        efi: name === 'bootefi',
        stays: {
          // The others start images with a header, which says where they are copied to, or that unpack themselves.
          kernel: name === 'booti',
          initrd: hexadecimal(variables.get('initrd_high')),
          dtb: hexadecimal(variables.get('fdt_high')),
        },
        line,
      };
    }
  }
  branches.finish();
  const { working } = effects;
  // Without a command that boots, the tree that was worked on is the one that is handed over.
  const boot =
    effects.boot ?? (working === undefined ? undefined : { dtb: working, efi: false, line: 1 });
  return {
    statements,
    loads,
    overlays,
    ...(boot ? { boot } : {}),
    ...(effects.memory ? { memory: effects.memory } : {}),
    unclear,
  };
}

/** What U-Boot writes into /chosen when it boots; nothing where `bootargs` was not set (U-Boot: fdt_chosen). */
function commandLineOf(variables: Variables, line: number): ScriptStatement | undefined {
  const state = variables.states.get('bootargs');
  if (state === undefined || state.value === '') return undefined;
  const place = { path: '/chosen', name: 'bootargs', line };
  if (state.value !== undefined && !state.value.includes(UNKNOWN))
    return { ...place, kind: 'property', value: JSON.stringify(state.value) };
  return {
    ...place,
    kind: 'unknown-property',
    cells: [],
    text: state.value?.replaceAll(UNKNOWN, '') ?? '',
    because: state.why ?? '\${bootargs} is only known in part',
  };
}

/** Stands for what a variable without a known value has in a word. */
const UNKNOWN = '\uE001';
/** The server in front of a file's name, as network commands take it. */
const SERVER = /^(?:\d{1,3}\.){3}\d{1,3}:/;
/** What comes of `0x\${address}` where the variable has its own `0x`. */
const TWICE_HEX = /^0x0x/i;
/** Verbs of `fdt` that change no property and no node: they print, read, or make room. */
const FDT_WITHOUT_EFFECT = /^(?:ad|mo|re|pr|li|ge|he|bo|ch|sy|$)/;

/** Why a word is no address: a clause. `why` says which variable is missing, `otherwise` what it is when none is. */
function wordAddress(
  word: string | undefined,
  why: string,
  otherwise = 'it is not written',
): string {
  if (word?.includes(UNKNOWN)) return why;
  if (word === undefined || hexadecimal(word) !== undefined) return otherwise;
  return TWICE_HEX.test(word)
    ? `${word} has 0x twice, so it is not an address`
    : `${word} is not a hexadecimal address`;
}

/** `fdt rsvmem add ADDRESS SIZE` and `delete INDEX`; undefined for everything else, and where a number is unknown. */
function reservationOf(
  action: string,
  first: bigint | undefined,
  size: bigint | undefined,
  line: number,
): ScriptStatement | undefined {
  if (first === undefined) return undefined;
  if (action.startsWith('d')) return { kind: 'remove-reservation', path: '/', index: first, line };
  return action.startsWith('a') && size !== undefined
    ? { kind: 'reservation', path: '/', address: first, size, line }
    : undefined;
}

/** The variable that a command sets, as it is written. */
function variableSetBy([name, first, second]: readonly Word[]): string | undefined {
  if (name?.text === 'env') return second?.text;
  return name?.text === 'setenv' || name?.text === 'setexpr' ? first?.text : undefined;
}

/** `A`, or `A OP B` of hexadecimal numbers; memory (`*A`) and strings are not known. */
function calculate([left, operator, right]: readonly string[]): bigint | undefined {
  const [a, b] = [hexadecimal(left), hexadecimal(right)];
  if (a === undefined) return undefined;
  if (operator === undefined) return a;
  if (b === undefined) return undefined;
  switch (operator) {
    case '+':
      return BigInt.asUintN(64, a + b);
    case '-':
      return BigInt.asUintN(64, a - b);
    case '*':
      return BigInt.asUintN(64, a * b);
    case '/':
      return b === 0n ? undefined : a / b;
    case '%':
      return b === 0n ? undefined : a % b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    default:
      return undefined;
  }
}

function optional<Key extends string>(key: Key, value: bigint | undefined): Record<string, bigint> {
  return value === undefined ? {} : { [key]: value };
}

/** A number as U-Boot's commands read addresses: hexadecimal with or without `0x`. */
function hexadecimal(text: string | undefined): bigint | undefined {
  return text !== undefined && /^(?:0x)?[0-9a-f]{1,16}$/i.test(text)
    ? BigInt(`0x${text.replace(/^0x/i, '')}`)
    : undefined;
}

/** A variable of an environment file, with its line from 1. */
export interface EnvironmentVariable {
  readonly value: string;
  readonly line: number;
}

export type Environment = ReadonlyMap<string, EnvironmentVariable>;

/** The variables of `printenv` output or an environment file: `name=value` lines. Undefined when the text is no such list. */
export function readEnvironment(text: string): Environment | undefined {
  const variables = new Map<string, EnvironmentVariable>();
  let other = 0;
  for (const [index, raw] of text.split(/\r?\n|\0/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || /^Environment size:/.test(line)) continue;
    const match = /^([A-Za-z_][\w.]*)=(.*)$/.exec(line);
    if (match) variables.set(match[1] ?? '', { value: match[2] ?? '', line: index + 1 });
    else other++;
  }
  return variables.size > other ? variables : undefined;
}

/** `name=value` of hush. */
const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s;
/** Stands for a `$` that the shell keeps: within single quotes, or behind a backslash. */
const KEPT = '\uE000';

/** What `run` names more often than any environment does, or grows to more than one holds: the rest is left out. */
const MOST_RUNS = 1000;
const LONGEST_RUN = 1 << 20;
export const RUNS_TOO_MUCH = `more than ${MOST_RUNS} variables are run, or more than ${LONGEST_RUN >> 20} MiB of commands: the rest is ignored`;

/** The commands of a script in the order in which they run: those of a variable stand where it is run. */
class Runs {
  readonly #variables: Variables;
  readonly #complain: (line: number, because: string) => void;
  /** What is still to run, the next last. */
  readonly #waiting: Step[] = [];
  #runs = 0;
  #characters = 0;

  constructor(variables: Variables, complain: (line: number, because: string) => void) {
    this.#variables = variables;
    this.#complain = complain;
  }

  *commandsOf(text: string): Generator<Step> {
    for (const each of commandsOf(text).reverse()) this.#waiting.push(each);
    for (let next = this.#waiting.pop(); next; next = this.#waiting.pop()) yield next;
  }

  /** Behind the next command, and what it runs, an alternative ends. */
  endMaybeNext(line: number): void {
    this.#waiting.push({ kind: 'end-maybe', line });
  }

  /**
   * Puts the commands of these variables before what follows. They count as written where an environment file has them,
   * in `line` otherwise.
   */
  start(names: readonly string[], line: number): void {
    for (const name of names.toReversed()) {
      const value = this.#variables.get(name);
      if (value === undefined) {
        this.#complain(
          line,
          name.includes(UNKNOWN)
            ? 'run of a variable whose name is unknown: it is ignored'
            : `run ${name}: it is not set in the script`,
        );
        continue;
      }
      this.#runs += 1;
      this.#characters += value.length;
      if (this.#runs > MOST_RUNS || this.#characters > LONGEST_RUN) {
        this.#complain(line, RUNS_TOO_MUCH);
        this.#waiting.length = 0;
        return;
      }
      const own = this.#variables.lineOf(name) ?? line;
      for (const each of commandsOf(value).reverse()) this.#waiting.push({ ...each, line: own });
    }
  }
}

/** A command, a word of the shell's grammar, or the end of what may have run. */
type Step = { readonly line: number } & (
  | {
      readonly kind: 'command';
      readonly words: readonly Word[];
      /** What stands between the command before it and this one, when it is not `;`. */
      readonly link?: 'and' | 'or';
    }
  | { readonly kind: 'keyword'; readonly word: Keyword }
  | { readonly kind: 'end-maybe' }
);

/** UTF-16 units of one command with its variables put in; U-Boot's own line has a few hundred to a few thousand. */
const LONGEST_COMMAND = 1 << 16;
/** UTF-16 units that variables put into one script, together: scripts in which each grows the next end here. */
const MOST_SUBSTITUTED = 1 << 24;
const TOO_LONG = `with its variables put in, the command is longer than ${LONGEST_COMMAND} characters, or the script than ${MOST_SUBSTITUTED >> 20} MiB: it is ignored, and a variable it sets is unknown`;

/** What `$name` and `${name}` stand for while a script is read. */
class Variables {
  readonly states: ForkedMap<string, VariableState>;
  #substituted = 0;

  constructor(environment: Environment) {
    this.states = new ForkedMap(environment);
  }

  /** The line of one that an environment file has and nothing has changed since. */
  lineOf(name: string): number | undefined {
    return this.states.get(name)?.line;
  }

  get(name: string): string | undefined {
    return this.states.get(name)?.value;
  }

  set(name: string, value: string): void {
    this.states.set(name, { value });
  }

  /** Its value is unknown from here on; `because` is a clause. */
  delete(name: string, because = `\${${name}} is unknown`): void {
    this.states.set(name, { why: because });
  }

  /** Why a word as written is not known: a clause about the first variable in it without a known value. */
  whyUnknown(word: string): string {
    for (const [, braced, plain] of word.matchAll(VARIABLE)) {
      const name = braced ?? plain ?? '';
      const value = this.get(name);
      if (value === undefined)
        return this.states.get(name)?.why ?? `\${${name}} is not set in the script`;
      if (value.includes(UNKNOWN)) return `\${${name}} is only known in part`;
    }
    return 'it is not written';
  }

  /** `words` with variables put in, `UNKNOWN` for those without a value. Undefined when the result is too long. */
  substitute(words: readonly Word[]): readonly Word[] | undefined {
    let length = 0;
    const substituted: Word[] = [];
    for (const word of words) {
      if (!word.text.includes('$')) {
        substituted.push({ ...word, text: word.text.replaceAll(KEPT, '$') });
        continue;
      }
      const text = word.text.replace(VARIABLE, (reference, braced, plain) => {
        const name = String(braced ?? plain);
        const value = this.get(name);
        length += value?.length ?? 1;
        return length > LONGEST_COMMAND ? reference : (value ?? UNKNOWN);
      });
      if (length > LONGEST_COMMAND) return undefined;
      substituted.push({ ...word, text: text.replaceAll(KEPT, '$') });
    }
    this.#substituted += length;
    return this.#substituted > MOST_SUBSTITUTED ? undefined : substituted;
  }
}

// A name has no `$` or `{`, so that a brace which is not closed is not looked for at each of many.
const VARIABLE = /\$\{([^{}$]*)\}|\$([A-Za-z_]\w*)/g;

/** Loops: their body is read once, whatever they count. */
const LOOPS = /^(?:for|while|until|in)$/;

/** The commands of a script, separated by newlines, `;`, `&&` and `||`, and the words of its conditions. */
function commandsOf(text: string): Step[] {
  const steps: Step[] = [];
  let link: 'and' | 'or' | undefined;
  text.split(/\r?\n/).forEach((source, index) => {
    const line = index + 1;
    let words: Word[] = [];
    const finish = (next?: 'and' | 'or'): void => {
      let from = 0;
      for (let word = words[0]; word && !word.quoted; word = words[++from]) {
        if (isKeyword(word.text)) steps.push({ kind: 'keyword', word: word.text, line });
        else if (word.text !== 'do' && word.text !== 'done') break;
      }
      const first = words[from];
      if (first && (first.quoted || !LOOPS.test(first.text)))
        steps.push({
          kind: 'command',
          words: from === 0 ? words : words.slice(from),
          line,
          ...(link && from === 0 ? { link } : {}),
        });
      // Behind `&&` and `||` the command may stand on the next line.
      if (words.length > 0 || next !== undefined) link = next;
      words = [];
    };
    for (const token of tokensOf(source)) {
      if (typeof token === 'string') finish(token === 'end' ? undefined : token);
      else words.push(token);
    }
    finish();
  });
  return steps;
}

// `<` and `[` values stay one word each: blanks inside them separate cells, not arguments. No pattern for words: one that
// repeats alternatives overflows the stack in a word of millions.
function* tokensOf(line: string): Generator<Word | 'end' | 'and' | 'or'> {
  for (let at = 0; at < line.length;) {
    const character = line.charAt(at);
    if (isBlank(character)) {
      at++;
    } else if (character === '#' || (character === '\\' && at === line.length - 1)) return;
    else if (character === ';' || line.startsWith('&&', at) || line.startsWith('||', at)) {
      yield character === ';' ? 'end' : character === '&' ? 'and' : 'or';
      at += character === ';' ? 1 : 2;
    } else if (character === '<' || character === '[') {
      const close = line.indexOf(character === '<' ? '>' : ']', at);
      const end = close < 0 ? line.length : close + 1;
      yield { text: line.slice(at, end), quoted: false };
      at = end;
    } else {
      const word = readWord(line, at);
      yield word;
      at = word.end;
    }
  }
}

function isBlank(character: string): boolean {
  return character.trim() === '';
}

/** The word that begins at `start`, without its quotes and escapes. */
function readWord(line: string, start: number): Word & { readonly end: number } {
  let quoted = false;
  let text = '';
  let at = start;
  /** Where the next `}` is; -1 when there is none further on. */
  let brace = 0;
  while (at < line.length) {
    const character = line.charAt(at);
    if (character === '"' || character === "'") {
      quoted = true;
      const end = quoteEnd(line, at);
      const inside = line.slice(at + 1, end);
      text +=
        character === '"'
          ? inside.replace(/\\(["\\$])/g, (_, kept: string) => (kept === '$' ? KEPT : kept))
          : inside.replaceAll('$', KEPT);
      at = end + 1;
    } else if (character === '\\') {
      if (at === line.length - 1) break;
      text += line.charAt(at + 1);
      at += 2;
    } else if (line.startsWith('${', at)) {
      if (brace >= 0 && brace < at) brace = line.indexOf('}', at);
      const end = brace < 0 ? at + 1 : brace + 1;
      text += line.slice(at, end);
      at = end;
    } else if (isBlank(character) || ';<['.includes(character)) break;
    else if (character === '&' || character === '|') {
      if (at > start) break;
      text += character;
      at++;
      break;
    } else {
      let end = at + 1;
      while (end < line.length && !SPECIAL.test(line.charAt(end))) end++;
      text += line.slice(at, end);
      at = end;
    }
  }
  return { text, quoted, end: at };
}

const SPECIAL = /[\s;&|"'\\<[$]/;

/** The offset of the quote that closes the one at `start`; the line's end without one. */
function quoteEnd(line: string, start: number): number {
  const quote = line.charAt(start);
  if (quote === "'") {
    const close = line.indexOf(quote, start + 1);
    return close < 0 ? line.length : close;
  }
  let at = start + 1;
  while (at < line.length && line.charAt(at) !== quote) at += line.charAt(at) === '\\' ? 2 : 1;
  // A backslash that ends the line escapes nothing.
  return at > line.length ? line.length - 1 : at;
}

/** An edit of the tree; undefined for other verbs, a sentence when it is not known what is edited or U-Boot refuses. */
function fdtStatement(
  words: readonly Word[],
  line: number,
  whyOf: (index: number) => string,
): ScriptStatement | string | undefined {
  const [verb, path, name, ...values] = words;
  if (verb?.text.startsWith('bo') || !/^(?:mk|set|rm)/.test(verb?.text ?? '')) return undefined;
  if (!verb || !path) return `fdt ${verb?.text ?? ''} without a path`;
  for (const [index, word] of [path, name].entries())
    if (word?.text.includes(UNKNOWN))
      return `fdt ${verb.text}: the ${index === 0 ? 'node' : 'name'} is unknown: ${whyOf(index + 1)}`;
  if (!path.text.startsWith('/'))
    return `fdt ${verb.text} ${path.text}: dtmap follows paths, not aliases`;
  if (verb.text === 'rm')
    return name
      ? { kind: 'remove-property', path: path.text, name: name.text, line }
      : { kind: 'remove-node', path: path.text, line };
  if (!name) return `fdt ${verb.text} ${path.text} without a name`;
  if (verb.text.startsWith('mk'))
    return { kind: 'node', path: joinPath(path.text, name.text), line };
  const unknown = values.findIndex(({ text }) => text.includes(UNKNOWN));
  if (unknown >= 0)
    return {
      kind: 'unknown-property',
      path: path.text,
      name: name.text,
      cells: values.length === 1 ? cellsBeforeUnknown(values[0]?.text ?? '') : [],
      text: values.length === 1 ? (values[0]?.text.replaceAll(UNKNOWN, '') ?? '') : '',
      because: whyOf(unknown + 3),
      line,
    };
  const value = valueOf(values);
  return typeof value === 'string'
    ? { kind: 'property', path: path.text, name: name.text, value, line }
    : `${name.text} of ${path.text} is not set: U-Boot cannot read "${value.unreadable}" as a number`;
}

/** The numbers of `<…>` up to the first that is not known. */
function cellsBeforeUnknown(text: string): readonly number[] {
  if (!text.startsWith('<')) return [];
  const known = text.slice(1, text.indexOf(UNKNOWN));
  // The last one may go on behind what is not known.
  const words = known.split(/\s+/).slice(0, -1).filter(Boolean);
  return words.every((word) => CELL.test(word)) ? words.map(Number) : [];
}

const CELL = /^(?:0x[0-9a-f]+|\d+)$/i;

function joinPath(parent: string, child: string): string {
  return parent === '/' ? `/${child}` : `${parent}/${child}`;
}

/**
 * The value of `fdt set` in devicetree source. Cells are C numbers there (U-Boot: `simple_strtoul(…, 0)`), so that
 * `1a000000` without `0x` is none: then, the word that cannot be read.
 */
function valueOf(words: readonly Word[]): string | { readonly unreadable: string } {
  const parts: string[] = [];
  for (const { text, quoted } of words) {
    const isCells = !quoted && text.startsWith('<');
    if (!isCells && (quoted || !text.startsWith('['))) {
      parts.push(JSON.stringify(text));
      continue;
    }
    const end = text.endsWith(isCells ? '>' : ']') ? text.length - 1 : text.length;
    const values = text.slice(1, end).trim();
    const isValue = isCells ? CELL : /^[0-9a-f]+$/i;
    const unreadable = values.split(/\s+/).find((word) => word !== '' && !isValue.test(word));
    if (unreadable !== undefined) return { unreadable };
    parts.push(isCells ? `<${values}>` : `[${values}]`);
  }
  return parts.join(', ');
}
