// Types of run-npm.mjs, for the tests.

export function runNpm(folder: string, args: readonly string[]): void;
