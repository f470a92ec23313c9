import { parseArgs } from "node:util";
import { bootStateOf, isSlot, parseGrubenv, type BootState, type Slot } from "@icos/slots";
import { IcosError } from "@icos/system";
import { parseRecoveryFile, parseRecoveryRequest, type RecoveryRequest } from "../recovery/request.ts";
import { cleanText } from "./clean-text.ts";
import type { ActionOptions, HostActions } from "./host-actions.ts";
import type { Observer } from "./observer.ts";
import { statusJson, statusText } from "./status-text.ts";

export interface HostosModules {
  readonly actions: HostActions;
  readonly observer: Observer;
  readonly confirm: (question: string) => Promise<boolean>;
  /** `-` is standard input. */
  readonly readFile: (path: string) => Promise<string>;
  /** Of the host. */
  readonly readGrubenv: () => Promise<Uint8Array>;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

export const USAGE = `hostos status [--json]                         where the node is, what it waits for, what to do
hostos slots                                   the slots of host and guest
hostos alternative show                        the slot that GuestOS runs from
hostos alternative swap [A|B] [--yes]          start GuestOS from the other slot, on trial
hostos recover --version V --version-hash H [--recovery-hash H] [--yes]
hostos recover --file FILE [--yes]             replace GuestOS; FILE as recovery.json, - is standard input
hostos recover --usb [--yes]                   the same with recovery.json on a USB stick
hostos diagnostics                             write a bundle for support to a USB stick, or else to /var`;

const OPTIONS = {
  json: { type: "boolean" },
  yes: { type: "boolean" },
  usb: { type: "boolean" },
  file: { type: "string" },
  version: { type: "string" },
  "version-hash": { type: "string" },
  "recovery-hash": { type: "string" },
} as const;
type OptionName = keyof typeof OPTIONS;

/** Which options each subcommand has. */
const ALLOWED: Readonly<Record<string, readonly OptionName[]>> = {
  status: ["json"],
  slots: [],
  "alternative show": [],
  "alternative swap": ["yes"],
  recover: ["yes", "usb", "file", "version", "version-hash", "recovery-hash"],
  diagnostics: [],
};

/** One call of the program; gives what it prints. Throws `usage`, `not-confirmed` and what the actions throw. */
export async function hostosCommand(args: readonly string[], modules: HostosModules): Promise<string> {
  const { name, rest, values } = parseArguments(args);
  const { actions, observer } = modules;
  switch (name) {
    case "status": {
      const status = await observer.look();
      return values.json === true ? statusJson(status) : cleanText(statusText(status));
    }
    case "slots": {
      const host = bootStateOf(parseGrubenv(await modules.readGrubenv()));
      return `HostOS   ${stateText(host)}\nGuestOS  ${stateText(await actions.showAlternative())}`;
    }
    case "alternative show":
      return stateText(await actions.showAlternative());
    case "alternative swap": {
      const target = slotOf(rest);
      await confirmed(
        `Stop GuestOS and start it from ${target === undefined ? "the other slot" : `slot ${target}`}?`,
        values.yes,
        modules,
      );
      return `GuestOS starts from slot ${await actions.swapAlternative(target, actionOptions(modules))}.`;
    }
    case "recover": {
      const request = await recoveryRequest(values, modules);
      await confirmed(`Replace GuestOS by version ${request.version}?`, values.yes, modules);
      await actions.recover(request, actionOptions(modules));
      return "Recovery is done: GuestOS starts in the version that was asked for.";
    }
    case "diagnostics":
      return `The bundle is at ${await actions.diagnostics(actionOptions(modules))}.`;
    default:
      throw usage();
  }
}

function parseArguments(args: readonly string[]) {
  const { values, positionals } = parsed(args);
  const [verb = "", ...more] = positionals;
  const name = verb === "alternative" ? `${verb} ${more[0] ?? ""}` : verb;
  const rest = verb === "alternative" ? more.slice(1) : more;
  const allowed: readonly string[] = ALLOWED[name] ?? [];
  const wrong = !Object.hasOwn(ALLOWED, name) || Object.keys(values).some((option) => !allowed.includes(option));
  if (wrong || rest.length > (name === "alternative swap" ? 1 : 0)) throw usage();
  return { name, rest, values };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  } catch {
    throw usage();
  }
}

async function recoveryRequest(
  values: ReturnType<typeof parsed>["values"],
  { actions, readFile }: HostosModules,
): Promise<RecoveryRequest> {
  const { usb, file, version, "version-hash": versionHash, "recovery-hash": recoveryHash } = values;
  const typed = version !== undefined || versionHash !== undefined || recoveryHash !== undefined;
  if ([usb === true, file !== undefined, typed].filter(Boolean).length !== 1) throw usage();
  if (usb === true) return actions.readRecoveryRequest();
  if (file !== undefined) return parseRecoveryFile(await readFile(file), file);
  return parseRecoveryRequest({
    version,
    "version-hash": versionHash,
    ...(recoveryHash === undefined ? {} : { "recovery-hash": recoveryHash }),
  });
}

async function confirmed(question: string, yes: boolean | undefined, { confirm }: HostosModules): Promise<void> {
  if (yes === true || (await confirm(question))) return;
  throw new IcosError("not-confirmed", "Nothing was changed.");
}

function actionOptions({ progress, signal }: HostosModules): ActionOptions {
  return { onProgress: ({ phase, text }) => progress(cleanText(`${phase}: ${text}`)), signal };
}

function slotOf([text]: readonly string[]): Slot | undefined {
  if (text === undefined) return undefined;
  const slot = text.toUpperCase();
  if (isSlot(slot)) return slot;
  throw usage();
}

function stateText(state: BootState | undefined): string {
  return state === undefined ? "no slot is set" : `slot ${state.alternative}, ${state.cycle.replace("_", " ")}`;
}

function usage(): IcosError {
  return new IcosError("usage", `Usage:\n${USAGE}`);
}
