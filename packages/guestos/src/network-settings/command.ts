import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import {
  forgetKept,
  keepTried,
  parseNetworkSettings,
  parseTryState,
  startTry,
  takeBack,
  timeLeft,
  TRY_FILE,
  UNTOUCHED,
  watchTry,
  type TryModules,
  type TryState,
} from "@icos/config";
import { IcosError } from "@icos/system";

const DEFAULT_SECONDS = 120;
const MOST_SECONDS = 3600;

export const USAGE = `network-settings try FILE [--seconds N]   apply the settings; they are taken back after N seconds (${DEFAULT_SECONDS})
network-settings confirm                  keep what is tried, also after restarts
network-settings revert                   take back what is tried, now
network-settings forget                   back to the settings of the node's configuration
network-settings status                   what is tried or kept
FILE holds network_settings as in the GuestOS object; - is standard input.
`;

/** One call of the program on a node; gives what it prints. */
export async function networkSettingsCommand(args: readonly string[], modules: TryModules): Promise<string> {
  const { values, positionals } = parseArguments(args);
  const [verb = "", file, ...more] = positionals;
  if (more.length > 0 || (verb === "try") !== (file !== undefined)) throw usage();
  switch (verb) {
    case "try": {
      const seconds = secondsOf(values.seconds);
      const settings = parseNetworkSettings(
        await readFile(file === "-" ? "/dev/stdin" : (file ?? ""), "utf8"),
        file ?? "",
      );
      await startTry(settings, seconds * 1000, modules);
      return `In force for ${seconds} s. Keep them with: network-settings confirm\n`;
    }
    case "confirm":
      await keepTried(modules);
      return "Kept; also after a restart. ic.json5 follows at the next one.\n";
    case "revert":
      return statusText(await takeBack(modules), 0);
    case "forget":
      return statusText(await forgetKept(modules), 0);
    case "watch":
      return statusText(await watchTry(modules), 0);
    case "status": {
      const text = await modules.store.read();
      const state = text === undefined ? UNTOUCHED : parseTryState(text, TRY_FILE);
      const left = state.kind === "trying" ? timeLeft(state.deadline, await modules.moment()) : 0;
      return statusText(state, left);
    }
    default:
      throw usage();
  }
}

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { seconds: { type: "string" } } });
  } catch {
    throw usage();
  }
}

function secondsOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SECONDS;
  const seconds = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= MOST_SECONDS) return seconds;
  throw new IcosError("usage", `--seconds is a whole number from 1 to ${MOST_SECONDS}.`);
}

function statusText(state: TryState, left: number): string {
  if (state.kind === "trying")
    return `Tried for another ${Math.ceil(left / 1000)} s: ${JSON.stringify(state.candidate)}\n`;
  return state.settings === null
    ? "The settings of the node's configuration.\n"
    : `Kept: ${JSON.stringify(state.settings)}\n`;
}

function usage(): IcosError {
  return new IcosError("usage", `Usage:\n${USAGE.trimEnd()}`);
}
