// Debian's Chromium, without a window: started once, and shared by all suites of a run.

import type { Context } from 'mocha';
import { type Browser, chromium } from 'playwright-core';
import { requireTool } from '../support/require-tool.ts';

let browser: Promise<Browser> | undefined;

export function sharedBrowser(context: Context): Promise<Browser> {
  const executablePath = requireTool(context, {
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    skipName: 'chromium',
    packageName: 'chromium',
  });
  browser ??= chromium.launch({
    executablePath,
    // Chromium has no sandbox for root, and CI runs as root.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  return browser;
}

// Outside all suites: runs when the last of them is done.
after(async function () {
  this.timeout(60_000);
  await (await browser)?.close();
});
