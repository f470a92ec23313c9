#!/usr/bin/env node
import { runCli } from "./run-cli.ts";

// Node's own experimental features are pinned with it, and no news to the reader.
process.removeAllListeners("warning");
process.on("warning", (warning) => {
  if (warning.name !== "ExperimentalWarning") process.stderr.write(`warning: ${warning.message}\n`);
});

process.exitCode = await runCli(process.argv.slice(2));
