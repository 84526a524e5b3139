// The tools that agents call over the Model Context Protocol: the library's functions, with the JSON of the command line.

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import type { BoardOptions, Library } from '../cli/library.ts';

const INSTRUCTIONS = `dtmap reads devicetree source as cpp and dtc do, and predicts what each release of Xen, its dom0 and Linux make of the memory that it describes.
Paths are relative to the folder the server was started in. Name the releases that matter with "xen" and "linux"; without them the nearest dtmap.json decides, else the newest ones.
What is not certain says so: "condition" of a finding, "uncertain" of a boot, "unknown" of a map. The tool "facts" lists what is assumed about a boot and how to find it out; pass what is known in "profile".`;

/** What every tool that reads a board takes. */
const board = {
  xen: z.array(z.string()).optional().describe('Releases of Xen: "4.18", "4.18.2", "unstable".'),
  linux: z.array(z.string()).optional().describe('Releases of Linux on bare metal: "6.12".'),
  includePaths: z
    .array(z.string())
    .optional()
    .describe('Folders searched for includes before those found in the work tree.'),
  defines: z.record(z.string(), z.string()).optional().describe('Macros: { "CONFIG_X": "1" }.'),
  overlays: z.array(z.string()).optional().describe('Overlays applied to the board, in order.'),
  root: z.string().optional().describe('The board through which an included .dtsi is read.'),
  profile: z
    .union([z.string(), z.record(z.string(), z.unknown())])
    .optional()
    .describe('Boot profile, an object or the path of a JSON file: what a devicetree cannot say.'),
  bootScript: z
    .array(z.string())
    .optional()
    .describe('What boots the board: U-Boot script, FIT image, extlinux.conf, xen.cfg, GRUB.'),
  memoryFrom: z
    .string()
    .optional()
    .describe('A captured boot log, or the DTB of the running board, for the actual RAM.'),
  guests: z.array(z.string()).optional().describe('xl configurations of guests.'),
};

const file = z
  .string()
  .describe('A .dts or .dtb, or a .dtsi or overlay, which is read through a board that uses it.');

const READS = { readOnlyHint: true, idempotentHint: true, openWorldHint: false };

/** A server that offers `library`; whoever connects it says how. */
export function makeMcpServer(library: Library, version: string): McpServer {
  const server = new McpServer({ name: 'dtmap', version }, { instructions: INSTRUCTIONS });

  server.registerTool(
    'check',
    {
      title: 'Check boards',
      description:
        'Findings: what collides in memory, for whom, under which release, with the console line it leads to and fixes as edits. Boards that could not be checked are in "failures".',
      inputSchema: {
        files: z
          .array(z.string())
          .min(1)
          .describe('Boards, folders of boards, or parts of boards (.dtsi, .dtso, .overlay).'),
        minSeverity: z
          .enum(['error', 'warning', 'information', 'hint'])
          .default('information')
          .describe('Leave out what is less severe.'),
        ...board,
      },
      annotations: READS,
    },
    ({ files, minSeverity, ...options }) =>
      answer(() => library.check(files, { minSeverity, ...given(options) })),
  );

  server.registerTool(
    'map',
    {
      title: 'Memory map',
      description:
        'The memory map as one reader has it: RAM banks, reserved regions with their owners, boot modules, free ranges. One map for each release that decides it.',
      inputSchema: {
        file,
        for: z
          .string()
          .default('host')
          .describe('"host" (the tree itself), "xen", "dom0", "linux", or the name of a domain.'),
        devices: z
          .boolean()
          .default(false)
          .describe('List device registers too; "devices" is empty otherwise.'),
        ...board,
      },
      annotations: READS,
    },
    ({ file: name, for: reader, devices, ...options }) =>
      answer(async () => {
        const maps = await library.map(name, { for: reader, ...given(options) });
        return devices ? maps : maps.map((each) => ({ ...each, devices: [] }));
      }),
  );

  server.registerTool(
    'decode',
    {
      title: 'Decode an address or MFN',
      description:
        'Who owns a physical address or a machine frame number (from a panic, "Failing to acquire the MFN"), in every view, with the node and where it is written.',
      inputSchema: {
        file,
        address: z.string().optional().describe('"0x1a02dc000"'),
        mfn: z.string().optional().describe('In place of an address: "0x1a02dc".'),
        ...board,
      },
      annotations: READS,
    },
    ({ file: name, address = '', mfn, ...options }) =>
      answer(() => library.decode(name, mfn === undefined ? address : { mfn }, given(options))),
  );

  server.registerTool(
    'boot',
    {
      title: 'Predict a boot under Xen',
      description:
        'The console lines that Xen prints about memory, how the boot ends, what dom0 gets, and what is uncertain for lack of boot facts. One for each release.',
      inputSchema: {
        file,
        likely: z
          .boolean()
          .default(false)
          .describe('Lines that depend on assumed boot facts, too.'),
        ...board,
      },
      annotations: READS,
    },
    ({ file: name, likely, ...options }) =>
      answer(() => library.boot(name, { likely, ...given(options) })),
  );

  server.registerTool(
    'explain',
    {
      title: 'Explain a rule or a boot log',
      description:
        'What a rule finds, why it matters and how to fix it; or each line about memory of a captured boot log with its cause, its rule and the fix. Give one of "rule", "log" and "logFile".',
      inputSchema: {
        rule: z.string().optional().describe('Id of a rule: "reserved-overlap".'),
        log: z.string().optional().describe('The text of a log.'),
        logFile: z.string().optional().describe('The path of a log.'),
        board: z
          .string()
          .optional()
          .describe('The board that the log is from, so that addresses lead to nodes.'),
        ...board,
      },
      annotations: READS,
    },
    ({ rule, log, logFile, board: from, ...options }) =>
      answer(() => {
        const asked = [rule, logFile, log === undefined ? undefined : PASTED].filter(
          (each) => each !== undefined,
        );
        const [what] = asked;
        if (what === undefined || asked.length > 1)
          throw new Error('give one of "rule", "log" and "logFile"');
        return library.explain(what, {
          ...given(options),
          ...(from === undefined ? {} : { board: from }),
          ...(log === undefined ? {} : { files: { [PASTED]: log } }),
        });
      }),
  );

  server.registerTool(
    'facts',
    {
      title: 'Boot facts',
      description:
        'What a boot needs beside the tree: which value each fact has, whether it is given or assumed, what depends on it, and where to find it.',
      inputSchema: { file, ...board },
      annotations: READS,
    },
    ({ file: name, ...options }) => answer(() => library.facts(name, given(options))),
  );

  return server;
}

/** The name under which a log is read that was given as text. */
const PASTED = 'pasted.log';

interface Answer {
  [field: string]: unknown;
  readonly content: { type: 'text'; text: string }[];
  readonly isError?: true;
}

/** What the command line prints, without indents; a failure is an answer that the agent can act on. */
async function answer(ask: () => unknown): Promise<Answer> {
  try {
    return { content: [{ type: 'text', text: JSON.stringify(await ask()) }] };
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return { content: [{ type: 'text', text: because }], isError: true };
  }
}

/** Options without those that were not given. */
function given(options: {
  readonly [Name in keyof BoardOptions]: BoardOptions[Name] | undefined;
}): BoardOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
