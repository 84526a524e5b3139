// What package.json contributes to VS Code hangs together: commands are registered, and what is referred to is there.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

interface Step {
  readonly description: string;
  readonly completionEvents?: readonly string[];
  readonly media: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    readonly keybindings?: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
    readonly walkthroughs: readonly { readonly steps: readonly Step[] }[];
  };
}

const root = path.resolve(import.meta.dirname, '..');
const { capabilities, contributes } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
) as Manifest;
const commands = contributes.commands.map(({ command }) => command);
const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);

describe('package.json', () => {
  it('contributes the commands that the client registers', () => {
    const client = path.join(root, 'client/src');
    const registered = readdirSync(client, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(path.join(client, file), 'utf8'))
      .flatMap((text) => [
        ...text.matchAll(/^ {2}'(dtmap\.\w+)': \w+,$|\bregisterCommand\('(dtmap\.\w+)'/gm),
      ])
      .map(([, inTable, alone]) => inTable ?? alone);
    assert.deepEqual(registered.sort(), [...commands].sort());
  });

  it('refers to commands that it contributes', () => {
    const referred = [
      ...Object.values(contributes.menus).flat(),
      ...(contributes.keybindings ?? []),
    ].map(({ command }) => command);
    for (const { description, completionEvents = [] } of steps)
      for (const text of [description, ...completionEvents])
        referred.push(...[...text.matchAll(/(?:onCommand|command):([\w.]+)/g)].map(lastOf));
    const unknown = referred.filter(
      (command) => !commands.includes(command) && !command.startsWith('workbench.'),
    );
    assert.deepEqual(unknown, []);
  });

  it('restricts settings that there are', () => {
    const settings = Object.keys(contributes.configuration.properties);
    const { restrictedConfigurations } = capabilities.untrustedWorkspaces;
    assert.deepEqual(
      restrictedConfigurations.filter((name) => !settings.includes(name)),
      [],
    );
  });

  it('shows pages and pictures that are there', () => {
    const files = steps.flatMap(({ media: { altText: _, ...media } }) => Object.values(media));
    assert.deepEqual(
      files.filter((file) => !existsSync(path.join(root, file))),
      [],
    );
  });
});

function lastOf(match: RegExpExecArray): string {
  return match.at(-1) ?? '';
}
