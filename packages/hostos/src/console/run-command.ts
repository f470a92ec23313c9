import { describeError, IcosError, type Exec } from "@icos/system";
import { cleanLine, cleanText } from "./clean-text.ts";
import { COMMANDS, type ConsoleCommand } from "./commands.ts";
import type { ActionOptions, HostActions } from "./host-actions.ts";
import type { Observer } from "./observer.ts";
import { showText } from "./pager.ts";
import { askYesNo } from "./prompt.ts";
import { recoveryForm } from "./recovery-form.ts";
import { statusJson, statusText } from "./status-text.ts";
import { TerminalClosed, type Terminal } from "./terminal.ts";

export interface CommandModules {
  readonly terminal: Terminal;
  readonly observer: Observer;
  readonly actions: HostActions;
  readonly exec: Exec;
  /** Milliseconds without a key after which nobody is thought to be there. */
  readonly idle: number;
}

/** The only program that the console itself ever starts. */
const JOURNALCTL = "/usr/bin/journalctl";
const LOG_LINES = 50;

/** Does one command. Errors are shown, not thrown; throws only {@link TerminalClosed}. Gives whether to stay. */
export async function runCommand(command: ConsoleCommand, modules: CommandModules): Promise<"stay" | "leave"> {
  try {
    return await perform(command, modules);
  } catch (error) {
    if (error instanceof TerminalClosed) throw error;
    showError(modules.terminal, error);
    return "stay";
  }
}

export function showError(terminal: Terminal, error: unknown): void {
  const next = error instanceof IcosError && error.next !== undefined ? `\n${error.next}` : "";
  terminal.write(`${cleanText(describeError(error) + next).replaceAll("\n", "\r\n")}\r\n`);
}

async function perform(command: ConsoleCommand, modules: CommandModules): Promise<"stay" | "leave"> {
  const { terminal, observer, actions, idle } = modules;
  const show = (text: string): Promise<void> => showText(terminal, text, idle);
  switch (command.kind) {
    case "status": {
      const status = await observer.look();
      await show(command.json ? statusJson(status) : statusText(status));
      return "stay";
    }
    case "service-status":
      await show(await serviceStatus(command.unit, modules));
      return "stay";
    case "view-logs":
      await show(await lastLines(command.unit, LOG_LINES, modules.exec));
      return "stay";
    case "config-json":
      await show(await observer.configuration());
      return "stay";
    case "network-config-settings":
      await show(await observer.network());
      return "stay";
    case "diagnostics": {
      const place = await interruptible(modules, (options) => actions.diagnostics(options));
      await show(`The bundle is at ${place}.`);
      return "stay";
    }
    case "manual-recovery":
      return recover(modules);
    case "guestos-alternative-show": {
      const state = await actions.showAlternative();
      await show(
        state === undefined
          ? "The guest's disk says no slot."
          : `Slot ${state.alternative}, ${state.cycle.replace("_", " ")}.`,
      );
      return "stay";
    }
    case "guestos-alternative-swap": {
      const { target } = command;
      const to = target === undefined ? "the other slot" : `slot ${target}`;
      if (!(await askYesNo(terminal, `Stop GuestOS and start it from ${to}?`, idle))) return "stay";
      const slot = await interruptible(modules, (options) => actions.swapAlternative(target, options));
      await show(`GuestOS starts from slot ${slot}.`);
      return "stay";
    }
    case "restart-guestos":
      if (!(await askYesNo(terminal, "Stop the guest and start it again?", idle))) return "stay";
      await actions.restartGuestos();
      await show("The guest is being restarted.");
      return "stay";
    case "reboot":
      if (!(await askYesNo(terminal, "Restart this machine?", idle))) return "stay";
      await actions.reboot();
      await show("The machine restarts.");
      return "leave";
    case "help":
      await show(
        [...COMMANDS].map(([name, { usage, summary }]) => `${`${name} ${usage}`.padEnd(39)} ${summary}`).join("\n"),
      );
      return "stay";
    case "clear":
      terminal.write("\u001b[2J\u001b[H");
      return "stay";
    case "exit":
      return "leave";
    default:
      return command satisfies never;
  }
}

async function recover(modules: CommandModules): Promise<"stay" | "leave"> {
  const { terminal, actions, idle } = modules;
  const request = await recoveryForm({ terminal, idle, readFromStick: () => actions.readRecoveryRequest() });
  if (request === undefined) {
    terminal.write("Nothing was changed.\r\n");
    return "stay";
  }
  await interruptible(modules, (options) => actions.recover(request, options));
  terminal.write("\u001b[1;32mRecovery is done: GuestOS starts in the version that was asked for.\u001b[0m\r\n");
  await terminal.key({ within: 5_000 });
  return "leave";
}

async function serviceStatus(unit: string, { actions, exec }: CommandModules): Promise<string> {
  const state = (await actions.unitStates()).find(({ name }) => name === unit);
  if (state === undefined) throw new IcosError("no-such-unit", `No unit ${unit} is loaded.`);
  const { description, active, sub, result, restarts, since } = state;
  const rows: (readonly [string, string])[] = [
    ["State", `${active} (${sub})${since === "" ? "" : ` since ${since}`}`],
    ["Result", result],
    ["Restarts", `${restarts}`],
  ];
  const log = await lastLines(unit, 10, exec);
  return `${unit}: ${description}\n${rows.map(([name, value]) => `${name.padEnd(9)} ${value}`).join("\n")}\n\n${log}`;
}

async function lastLines(unit: string, lines: number, exec: Exec): Promise<string> {
  const args = ["--no-pager", "--quiet", "--boot", `--lines=${lines}`, "--output=short-iso", `--unit=${unit}`];
  const { stdout } = await exec.run([JOURNALCTL, ...args], {
    env: { LANG: "C.UTF-8", PATH: "/usr/bin" },
    timeout: 30_000,
  });
  const text = stdout.toString();
  return text.trim() === "" ? `The log of this boot has nothing of ${unit}.` : text;
}

/** Runs something long and shows how it goes; Ctrl-C asks it to stop. */
async function interruptible<Result>(
  { terminal }: CommandModules,
  work: (options: ActionOptions) => Promise<Result>,
): Promise<Result> {
  const cancel = new AbortController();
  const done = new AbortController();
  let phase = "";
  const onProgress: ActionOptions["onProgress"] = (progress) => {
    const { columns } = terminal.size();
    if (phase !== "" && progress.phase !== phase) terminal.write("\r\n");
    ({ phase } = progress);
    terminal.write(`\r${cleanLine(`${phase}: ${progress.text}`, columns - 1)}\u001b[K`);
  };
  const watch = async (): Promise<void> => {
    while (!done.signal.aborted) {
      const key = await terminal.key({ signal: done.signal });
      if (key === "closed") return cancel.abort();
      if (key !== "timeout" && key.kind === "interrupt") {
        terminal.write("\r\nStopping...\r\n");
        cancel.abort();
      }
    }
  };
  const watching = watch();
  try {
    return await work({ onProgress, signal: cancel.signal });
  } finally {
    done.abort();
    await watching;
    if (phase !== "") terminal.write("\r\n");
  }
}
