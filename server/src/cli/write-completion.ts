// Completion scripts for bash, zsh and fish, made from the commands and options that `--help` prints.

import type { Command, Option } from 'commander';
import { allRules } from '../rules/all-rules.ts';
import { allSystems } from '../systems/all-systems.ts';

interface Flag {
  readonly names: readonly string[];
  readonly description: string;
  /** What its value may be; empty where it is a file, a number or anything else. */
  readonly choices: readonly string[];
  readonly takesValue: boolean;
}

interface Verb {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  /** What its argument may be, besides a file. */
  readonly choices: readonly string[];
}

const ruleIds = allRules.map(({ id }) => id);

/** Values of options and arguments that the declaration does not list, since they are many. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  '--warning': [...ruleIds, ...ruleIds.map((id) => `no-${id}`)],
  '--error': [...ruleIds, ...ruleIds.map((id) => `no-${id}`)],
  '--for': ['host', ...allSystems.flatMap(({ readers }) => readers)],
  ...Object.fromEntries(
    allSystems.map(({ id, branches }) => [`--${id}`, branches.map(({ name }) => name)]),
  ),
  what: ruleIds,
};

export function writeCompletion(program: Command, shell: string): string {
  const verbs = program.commands.map((command): Verb => ({
    name: command.name(),
    description: command.description(),
    flags: command.options.map(flagOf),
    choices: command.registeredArguments.flatMap(
      (argument) => argument.argChoices ?? VALUES[argument.name()] ?? [],
    ),
  }));
  const help: Verb = {
    name: 'help',
    description: 'print the help of a command',
    flags: [],
    choices: verbs.map(({ name }) => name),
  };
  const all = [...verbs, help];
  switch (shell) {
    case 'bash':
      return bash(all);
    case 'zsh':
      return zsh(all);
    default:
      return fish(all);
  }
}

function flagOf(option: Option): Flag {
  return {
    names: [option.short, option.long].filter((name) => typeof name === 'string'),
    description: option.description,
    choices: option.argChoices ?? VALUES[option.long ?? ''] ?? [],
    takesValue: option.required || option.optional,
  };
}

function bash(verbs: readonly Verb[]): string {
  const words = verbs.map(
    ({ name, flags }) => `    ${name}) flags='${flags.flatMap(({ names }) => names).join(' ')}' ;;`,
  );
  const values = verbs.flatMap(({ name, flags }) =>
    flags
      .filter(({ choices }) => choices.length > 0)
      .map(
        ({ names, choices }) =>
          `    ${names.map((flag) => `${name}:${flag}`).join('|')}) words='${choices.join(' ')}' ;;`,
      ),
  );
  const taking = verbs.flatMap(({ name, flags }) =>
    flags
      .filter(({ choices, takesValue }) => takesValue && choices.length === 0)
      .flatMap(({ names }) => names.map((flag) => `${name}:${flag}`)),
  );
  const given = verbs
    .filter(({ choices }) => choices.length > 0)
    .map(({ name, choices }) => `    ${name}) words='${choices.join(' ')}' ;;`);
  // Where nothing is offered, readline completes names of files itself, and quotes blanks as they are to be quoted.
  return `# dtmap completion for bash: source <(dtmap completion bash)
_dtmap() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} verb=\${COMP_WORDS[1]} flags='' words=''
  COMPREPLY=()
  if [ "$current" = = ]; then
    current=''
  elif [ "$before" = = ]; then
    before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${verbs.map(({ name }) => name).join(' ')}' -- "$current"))
    return
  fi
  case "$verb:$before" in
${values.join('\n')}
    ${taking.join('|')}) return ;;
  esac
  if [ -z "$words" ]; then
    case "$current" in
      -*)
        case "$verb" in
${words.map((line) => `      ${line}`).join('\n')}
        esac
        words=$flags ;;
      *)
        case "$verb" in
${given.map((line) => `      ${line}`).join('\n')}
        esac ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _dtmap dtmap
`;
}

function zsh(verbs: readonly Verb[]): string {
  const quote = (text: string): string => text.replace(/'/g, "'\\''").replace(/([[\]:])/g, '\\$1');
  const list = verbs.map(({ name, description }) => `    '${name}:${quote(description)}'`);
  const cases = verbs.map(({ name, flags, choices: given }) => {
    const args = flags.flatMap(({ names, description, choices, takesValue }) =>
      names.map((flag) => {
        const value = choices.length > 0 ? `:value:(${choices.join(' ')})` : ':value:_files';
        return `'*${flag}[${quote(description)}]${takesValue ? value : ''}'`;
      }),
    );
    const argument =
      given.length > 0
        ? `'*:value:{ _alternative "words:value:(${given.join(' ')})" "files:file:_files" }'`
        : `'*:file:_files'`;
    return `    ${name}) _arguments ${[...args, argument].join(' ')} ;;`;
  });
  return `#compdef dtmap
# dtmap completion for zsh: source <(dtmap completion zsh), or dtmap completion zsh > "\${fpath[1]}/_dtmap"
_dtmap() {
  local -a commands
  commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local verb=$words[2]
  shift words
  (( CURRENT-- ))
  case $verb in
${cases.join('\n')}
  esac
}
# Read by the completion system when it is first needed, or by a shell as it starts.
if [[ $funcstack[1] == _dtmap ]]; then
  _dtmap "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _dtmap dtmap
fi
`;
}

function fish(verbs: readonly Verb[]): string {
  const quote = (text: string): string => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
  const lines = ['# dtmap completion for fish: dtmap completion fish | source'];
  for (const { name, description, flags, choices } of verbs) {
    const seen = quote(`__fish_seen_subcommand_from ${name}`);
    lines.push(`complete -c dtmap -n __fish_use_subcommand -f -a ${name} -d ${quote(description)}`);
    if (choices.length > 0)
      lines.push(`complete -c dtmap -n ${seen} -a ${quote(choices.join(' '))}`);
    for (const flag of flags) {
      const names = flag.names.map((each) =>
        each.startsWith('--') ? `-l ${each.slice(2)}` : `-s ${each.slice(1)}`,
      );
      const value =
        flag.choices.length > 0
          ? ` -xa ${quote(flag.choices.join(' '))}`
          : flag.takesValue
            ? ' -r'
            : '';
      lines.push(
        `complete -c dtmap -n ${seen} ${names.join(' ')}${value} -d ${quote(flag.description)}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
