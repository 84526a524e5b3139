// Reads what a U-Boot boot script does to memory: `fdt` edits, files loaded, and what is booted.

import type { ScriptStatement } from './write-script-tree.ts';

/** A file that the boot loader puts into memory. */
export interface ScriptLoad {
  readonly address: bigint;
  /** As the script names it. */
  readonly file: string;
  /** Line of the script, from 1. */
  readonly line: number;
}

export interface BootScript {
  /** Edits of the tree, in order. */
  readonly statements: readonly ScriptStatement[];
  readonly loads: readonly ScriptLoad[];
  /** Files that `fdt apply` puts on the tree, as the script names them, in order. */
  readonly overlays: readonly string[];
  /** What `booti`, `bootm`, `bootz` or `bootefi` is given. */
  readonly boot?: {
    readonly kernel?: bigint;
    readonly initrd?: bigint;
    readonly dtb?: bigint;
    readonly efi: boolean;
    readonly line: number;
  };
  /** Lines that name a variable nobody sets, or a value that is no number: one sentence each. */
  readonly unclear: readonly { readonly line: number; readonly because: string }[];
}

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
 * The effects of a boot script (`boot.source`, or the text of a U-Boot variable). Both arms of an `if` count, loops do
 * not repeat. Variables come from `setenv` and `setexpr` in the script, from `environment`, and from the files it loads
 * (`filesize`, `fileaddr`).
 */
export function readBootScript(
  text: string,
  sizeOf: SizeOf,
  environment: ReadonlyMap<string, string> = new Map(),
): BootScript {
  const variables = new Map(environment);
  const statements: ScriptStatement[] = [];
  const loads: ScriptLoad[] = [];
  const overlays: string[] = [];
  let working: bigint | undefined;
  const unclear: { line: number; because: string }[] = [];
  let boot: BootScript['boot'];
  for (const { words: raw, line } of commandsOf(text)) {
    const missing: string[] = [];
    const words = raw.map((word) => substitute(word, variables, missing));
    const [name = '', ...rest] = words.map((word) => word.text);
    if (name === 'setenv' || name === 'env') {
      const [variable = '', ...value] = name === 'env' ? rest.slice(1) : rest;
      if (variable !== '') variables.set(variable, value.join(' '));
      continue;
    }
    if (name === 'setexpr') {
      const [variable = '', ...expression] = rest;
      const value = missing.length > 0 ? undefined : calculate(expression);
      if (value === undefined) variables.delete(variable);
      else variables.set(variable, value.toString(16));
      continue;
    }
    if (missing.length > 0 && (name === 'fdt' || LOADERS.has(name) || DEVICE_LOADERS.has(name))) {
      unclear.push({ line, because: `\${${missing[0]}} is not set in the script` });
      continue;
    }
    if (name === 'fdt') {
      const [verb = '', where] = rest;
      const address = hexadecimal(where === '-c' ? undefined : where);
      if (verb.startsWith('ad')) working = address ?? working;
      if (verb.startsWith('ap')) {
        const overlay = loads.findLast((load) => load.address === address);
        if (overlay) overlays.push(overlay.file);
        else unclear.push({ line, because: 'fdt apply of something the script does not load' });
      }
      const statement = fdtStatement(words.slice(1), line);
      if (statement === 'wrong')
        unclear.push({ line, because: 'a value that is no number, so U-Boot does not set it' });
      else if (statement) statements.push(statement);
    } else if (LOADERS.has(name) || DEVICE_LOADERS.has(name)) {
      const [where, file] = DEVICE_LOADERS.has(name) ? rest.slice(2) : rest;
      const address = hexadecimal(where);
      if (address === undefined || file === undefined) {
        unclear.push({ line, because: `${name} without an address and a file` });
      } else {
        loads.push({ address, file, line });
        const size = sizeOf(file);
        variables.set('fileaddr', address.toString(16));
        if (size === undefined) variables.delete('filesize');
        else variables.set('filesize', size.toString(16));
      }
    } else if (BOOTERS.has(name)) {
      const [kernel, second, third] = rest;
      const dtb = name === 'bootefi' ? second : third;
      const initrd = name === 'bootefi' ? undefined : second?.split(':')[0];
      boot = {
        ...optional('kernel', hexadecimal(kernel)),
        ...optional('initrd', initrd === '-' ? undefined : hexadecimal(initrd)),
        ...optional('dtb', hexadecimal(dtb)),
        efi: name === 'bootefi',
        line,
      };
    }
  }
  // Without a command that boots, the tree that was worked on is the one that is handed over.
  if (!boot && working !== undefined) boot = { dtb: working, efi: false, line: 1 };
  return { statements, loads, overlays, ...(boot ? { boot } : {}), unclear };
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

/** The variables of `printenv` output or an environment file: `name=value` lines. Undefined when the text is no such list. */
export function readEnvironment(text: string): ReadonlyMap<string, string> | undefined {
  const variables = new Map<string, string>();
  let other = 0;
  for (const raw of text.split(/\r?\n|\0/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || /^Environment size:/.test(line)) continue;
    const match = /^([A-Za-z_][\w.]*)=(.*)$/.exec(line);
    if (match) variables.set(match[1] ?? '', match[2] ?? '');
    else other++;
  }
  return variables.size > other ? variables : undefined;
}

interface Command {
  readonly words: readonly Word[];
  readonly line: number;
}

const KEYWORDS = /^(?:if|then|else|elif|fi|for|while|until|do|done|in|test|run|true|false)$/;

/** The commands of a script: separated by newlines, `;`, `&&` and `||`; keywords before a command are dropped. */
function commandsOf(text: string): Command[] {
  const commands: Command[] = [];
  text.split(/\r?\n/).forEach((source, index) => {
    let words: Word[] = [];
    const finish = (): void => {
      while (words[0] && !words[0].quoted && /^(?:then|else|do|if|elif)$/.test(words[0].text))
        words.shift();
      const [first] = words;
      if (first && !KEYWORDS.test(first.text)) commands.push({ words, line: index + 1 });
      words = [];
    };
    for (const token of tokensOf(source)) {
      if (token === 'end') finish();
      else words.push(token);
    }
    finish();
  });
  return commands;
}

// `<` and `[` values stay one word each: blanks inside them separate cells, not arguments.
function* tokensOf(line: string): Generator<Word | 'end'> {
  const pattern =
    /\s+|#.*|(;|&&|\|\|)|(<[^>]*>?|\[[^\]]*\]?)|((?:"(?:\\.|[^"\\])*"?|'[^']*'?|\\.|\$\{[^}]*\}|[^\s;&|"'\\<[])+|[&|])|./g;
  let atStart = true;
  for (const match of line.matchAll(pattern)) {
    const [whole, separator, bracketed, word] = match;
    if (whole.startsWith('#') && atStart) return;
    if (separator !== undefined) yield 'end';
    else if (bracketed !== undefined) yield { text: bracketed, quoted: false };
    else if (word !== undefined) yield unquote(word);
    atStart = /\s$/.test(whole) || separator !== undefined;
  }
}

function unquote(word: string): Word {
  let quoted = false;
  const text = word.replace(
    /"((?:\\.|[^"\\])*)"?|'([^']*)'?|\\(.)/g,
    (_, double, single, escaped) => {
      if (typeof escaped === 'string') return escaped;
      quoted = true;
      if (typeof single === 'string') return single;
      return typeof double === 'string' ? double.replace(/\\(["\\$])/g, '$1') : '';
    },
  );
  return { text, quoted };
}

function substitute(word: Word, variables: ReadonlyMap<string, string>, missing: string[]): Word {
  const text = word.text.replace(/\$\{([^}]*)\}|\$([A-Za-z_]\w*)/g, (_, braced, plain) => {
    const name = String(braced ?? plain);
    const value = variables.get(name);
    if (value === undefined) missing.push(name);
    return value ?? '';
  });
  return { ...word, text };
}

function fdtStatement(words: readonly Word[], line: number): ScriptStatement | 'wrong' | undefined {
  const [verb, path, name, ...values] = words;
  if (!verb || !path?.text.startsWith('/')) return undefined;
  switch (verb.text) {
    case 'mknod':
    case 'mknode':
      return name && { kind: 'node', path: joinPath(path.text, name.text), line };
    case 'set': {
      const value = valueOf(values);
      if (value === undefined) return 'wrong';
      return name && { kind: 'property', path: path.text, name: name.text, value, line };
    }
    case 'rm':
      return name
        ? { kind: 'remove-property', path: path.text, name: name.text, line }
        : { kind: 'remove-node', path: path.text, line };
    default:
      return undefined;
  }
}

function joinPath(parent: string, child: string): string {
  return parent === '/' ? `/${child}` : `${parent}/${child}`;
}

/**
 * The value of `fdt set` in devicetree source. Cells are C numbers there (U-Boot: `simple_strtoul(…, 0)`), so that
 * `1a000000` without `0x` is none: undefined then.
 */
function valueOf(words: readonly Word[]): string | undefined {
  const parts = words.map(({ text, quoted }) => {
    if (!quoted && text.startsWith('<')) {
      const cells = text.slice(1).replace(/>$/, '').trim();
      const isNumbers = cells.split(/\s+/).every((cell) => /^(?:0x[0-9a-f]+|\d+|)$/i.test(cell));
      return isNumbers ? `<${cells}>` : undefined;
    }
    if (!quoted && text.startsWith('[')) {
      const bytes = text.slice(1).replace(/\]$/, '').trim();
      return /^[0-9a-f\s]*$/i.test(bytes) ? `[${bytes}]` : undefined;
    }
    return JSON.stringify(text);
  });
  return parts.includes(undefined) ? undefined : parts.join(', ');
}
