// Completion scripts for bash, zsh and fish, made from the commands and options that `--help` prints.

import type { Command } from 'commander';

interface Flag {
  readonly names: readonly string[];
  readonly description: string;
  readonly choices: readonly string[];
  readonly takesValue: boolean;
}

interface Verb {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
}

export function writeCompletion(program: Command, shell: string): string {
  const verbs = program.commands.map((command): Verb => ({
    name: command.name(),
    description: command.description(),
    flags: command.options.map((option) => ({
      names: [option.short, option.long].filter((name) => name !== undefined),
      description: option.description,
      choices: option.argChoices ?? [],
      takesValue: option.required || option.optional,
    })),
  }));
  switch (shell) {
    case 'bash':
      return bash(verbs);
    case 'zsh':
      return zsh(verbs);
    default:
      return fish(verbs);
  }
}

function bash(verbs: readonly Verb[]): string {
  const cases = verbs.map(
    ({ name, flags }) => `    ${name}) words="${flags.flatMap(({ names }) => names).join(' ')}" ;;`,
  );
  const choices = uniqueChoices(verbs).map(
    ({ verb, flag }) =>
      `    ${verb}:${flag.names.at(-1)}) COMPREPLY=($(compgen -W "${flag.choices.join(' ')}" -- "$current")); return ;;`,
  );
  return `# dtmap completion for bash: source <(dtmap completion bash)
_dtmap() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} verb=\${COMP_WORDS[1]} words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${verbs.map(({ name }) => name).join(' ')} help" -- "$current"))
    return
  fi
  case "$verb:$before" in
${choices.join('\n')}
  esac
  case "$current" in
    -*) ;;
    *) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "$verb" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _dtmap dtmap
`;
}

function uniqueChoices(verbs: readonly Verb[]): { verb: string; flag: Flag }[] {
  return verbs.flatMap(({ name, flags }) =>
    flags.filter(({ choices }) => choices.length > 0).map((flag) => ({ verb: name, flag })),
  );
}

function zsh(verbs: readonly Verb[]): string {
  const quote = (text: string): string => text.replace(/'/g, "'\\''").replace(/([[\]:])/g, '\\$1');
  const list = verbs.map(({ name, description }) => `    '${name}:${quote(description)}'`);
  const cases = verbs.map(({ name, flags }) => {
    const args = flags.flatMap(({ names, description, choices, takesValue }) =>
      names.map((flag) => {
        const value = choices.length > 0 ? `:value:(${choices.join(' ')})` : ':value:_files';
        return `'*${flag}[${quote(description)}]${takesValue ? value : ''}'`;
      }),
    );
    return `    ${name}) _arguments ${args.join(' ')} '*:file:_files' ;;`;
  });
  return `#compdef dtmap
# dtmap completion for zsh: dtmap completion zsh > "\${fpath[1]}/_dtmap"
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
_dtmap "$@"
`;
}

function fish(verbs: readonly Verb[]): string {
  const quote = (text: string): string => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
  const lines = ['# dtmap completion for fish: dtmap completion fish | source'];
  for (const { name, description, flags } of verbs) {
    lines.push(`complete -c dtmap -n __fish_use_subcommand -a ${name} -d ${quote(description)}`);
    for (const flag of flags) {
      const names = flag.names.map((each) =>
        each.startsWith('--') ? `-l ${each.slice(2)}` : `-s ${each.slice(1)}`,
      );
      const choices = flag.choices.length > 0 ? ` -xa ${quote(flag.choices.join(' '))}` : '';
      const value = flag.takesValue && choices === '' ? ' -r' : choices;
      lines.push(
        `complete -c dtmap -n '__fish_seen_subcommand_from ${name}' ${names.join(' ')}${value} -d ${quote(flag.description)}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
