import type { Clock } from "@icos/system";
import { completions, parseCommand } from "./commands.ts";
import { readLine } from "./prompt.ts";
import { runCommand, showError, type CommandModules } from "./run-command.ts";
import { showStatus } from "./status-view.ts";

export interface SessionModules extends CommandModules {
  readonly clock: Clock;
}

const HISTORY = 50;
const WELCOME = "Limited console. `help` lists the commands, `exit` goes back to the status page.\r\n\r\n";

/** Status page and console, in turns, until the terminal is closed: then it throws `TerminalClosed`. */
export async function runSession(modules: SessionModules): Promise<never> {
  const { terminal, observer, clock } = modules;
  for (;;) {
    await showStatus(terminal, observer, clock);
    terminal.write(WELCOME);
    await commandLoop(modules);
  }
}

async function commandLoop(modules: SessionModules): Promise<void> {
  const { terminal, observer, idle } = modules;
  const history: string[] = [];
  const units = await observer.unitNames();
  for (;;) {
    const answer = await readLine(terminal, {
      prompt: "node> ",
      history,
      completions: (line) => completions(line, units),
      idle,
    });
    if (answer.kind === "left") return;
    if (answer.kind === "cancelled") continue;
    if (answer.text.trim() !== "" && history.at(-1) !== answer.text) history.push(answer.text);
    if (history.length > HISTORY) history.shift();
    if ((await runLine(answer.text, modules)) === "leave") return;
  }
}

async function runLine(line: string, modules: SessionModules): Promise<"stay" | "leave"> {
  try {
    const command = parseCommand(line);
    return command === undefined ? "stay" : await runCommand(command, modules);
  } catch (error) {
    if (error instanceof Error && error.name === "TerminalClosed") throw error;
    showError(modules.terminal, error);
    return "stay";
  }
}
