export { createProgram, type Register } from "./program.ts";
export { examples } from "./output/examples.ts";
export { type CliContext, processContext } from "./context.ts";
export { ExitWith } from "./exit-with.ts";
export { EXIT, runCli } from "./run-cli.ts";
export { createProgress, type ProgressReporter, stderrProgress } from "./output/progress.ts";
export { formatDuration, renderTable } from "./output/table.ts";
