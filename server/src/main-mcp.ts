// Starts the tools for agents: the Model Context Protocol on standard input and output, until the input ends.

import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { makeLibrary } from './cli/make-library.ts';
import { makeMcpServer } from './mcp/make-mcp-server.ts';
import { nodeShell } from './node-shell.ts';

// Standard output belongs to the protocol.
const nowhere = { write: () => undefined, isTTY: false };
const library = makeLibrary(() => ({ ...nodeShell(), stdout: nowhere, stderr: nowhere }));

void makeMcpServer(library, nodeShell().version).connect(new StdioServerTransport());
