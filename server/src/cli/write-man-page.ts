// The manual page, made from the commands and options that `--help` prints.

import type { Command } from 'commander';

/** The page in man(7) markup, section 1. */
export function writeManPage(program: Command, version: string): string {
  const lines = [
    `.TH DTMAP 1 "" "dtmap ${escape(version)}" "User Commands"`,
    '.SH NAME',
    `dtmap \\- ${escape(program.description())}`,
    '.SH SYNOPSIS',
    ...commandsOf(program).flatMap((command) => [
      '.br',
      `.B dtmap ${escape(command.name())}`,
      escape(usageOf(command)),
    ]),
    '.SH COMMANDS',
  ];
  for (const command of commandsOf(program)) {
    lines.push(`.SS dtmap ${escape(`${command.name()} ${usageOf(command)}`)}`);
    lines.push(escape(sentence(command.description())));
    for (const option of command.options)
      lines.push('.TP', `.B ${escape(option.flags)}`, escape(sentence(describe(option))));
  }
  lines.push(
    '.SH EXIT STATUS',
    '.TP',
    '.B 0',
    'Nothing found, or done.',
    '.TP',
    '.B 1',
    'Findings of severity warning or worse, or a comparison that differs.',
    '.TP',
    '.B 2',
    'Could not be done: an unreadable file, a bad option, text that is no tree. Standard error says why, on one line.',
    '.SH ENVIRONMENT',
    '.TP',
    '.B DTMAP_DEBUG',
    'When 1, a fault of dtmap itself prints where in the program it happened.',
    '.SH FILES',
    '.TP',
    '.B dtmap.json',
    'Settings for the boards in its folder and below.',
    '.SH SEE ALSO',
    '.BR dtc (1),',
    '.BR xl (1)',
  );
  return `${lines.join('\n')}\n`;
}

function commandsOf(program: Command): readonly Command[] {
  return program.commands;
}

function usageOf(command: Command): string {
  return [
    '[options]',
    ...command.registeredArguments.map((argument) => {
      const name = `${argument.name()}${argument.variadic ? '...' : ''}`.toUpperCase();
      return argument.required ? name : `[${name}]`;
    }),
  ].join(' ');
}

function describe(option: Command['options'][number]): string {
  const choices = option.argChoices ? ` (${option.argChoices.join(', ')})` : '';
  return `${option.description}${choices}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}

function escape(text: string): string {
  return text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}
