import * as v from "valibot";
import { isSlot, type Slot } from "@icos/slots";
import { IcosError } from "@icos/system";
import { unitNameSchema } from "./unit-name.ts";

/** Everything that can be done at the limited console. */
export type ConsoleCommand =
  | { readonly kind: "status"; readonly json: boolean }
  | { readonly kind: "service-status"; readonly unit: string }
  | { readonly kind: "view-logs"; readonly unit: string }
  | { readonly kind: "config-json" }
  | { readonly kind: "network-config-settings" }
  | { readonly kind: "diagnostics" }
  | { readonly kind: "manual-recovery" }
  | { readonly kind: "guestos-alternative-show" }
  | { readonly kind: "guestos-alternative-swap"; readonly target: Slot | undefined }
  | { readonly kind: "restart-guestos" }
  | { readonly kind: "reboot" }
  | { readonly kind: "help" }
  | { readonly kind: "clear" }
  | { readonly kind: "exit" };

interface CommandEntry {
  /** After the name, as help shows it. */
  readonly usage: string;
  readonly summary: string;
  /** Whether the argument is the name of a unit, for completion. */
  readonly takesUnit?: boolean;
  /** Words that may follow, for completion. */
  readonly words?: readonly string[];
  /** Undefined when the arguments are not as `usage` says. */
  readonly parse: (args: readonly string[]) => ConsoleCommand | undefined;
}

const plain = (kind: "config-json" | "network-config-settings" | "diagnostics" | "manual-recovery" | Simple) => {
  return (args: readonly string[]): ConsoleCommand | undefined => (args.length === 0 ? { kind } : undefined);
};
type Simple = "restart-guestos" | "reboot" | "help" | "clear" | "exit";

/** The closed table: what is not in it does not exist. What upstream has goes by its names; it has a shell, too. */
export const COMMANDS: ReadonlyMap<string, CommandEntry> = new Map<string, CommandEntry>([
  [
    "status",
    {
      usage: "[--json]",
      summary: "where the node is, what it waits for, what to do",
      words: ["--json"],
      parse: (args) => {
        if (args.length === 0) return { kind: "status", json: false };
        return args.length === 1 && args[0] === "--json" ? { kind: "status", json: true } : undefined;
      },
    },
  ],
  ["system-status", { usage: "", summary: "the same, by upstream's name", parse: systemStatus }],
  [
    "service-status",
    {
      usage: "UNIT",
      summary: "state of a service",
      takesUnit: true,
      parse: withUnit((unit) => ({ kind: "service-status", unit })),
    },
  ],
  [
    "view-logs",
    {
      usage: "UNIT",
      summary: "the last 50 lines of a service's log",
      takesUnit: true,
      parse: withUnit((unit) => ({ kind: "view-logs", unit })),
    },
  ],
  ["config-json", { usage: "", summary: "the configuration, without secrets", parse: plain("config-json") }],
  [
    "network-config-settings",
    { usage: "", summary: "addresses, links and routes", parse: plain("network-config-settings") },
  ],
  ["diagnostics", { usage: "", summary: "write a bundle for support to a USB stick", parse: plain("diagnostics") }],
  [
    "manual-recovery",
    { usage: "", summary: "replace GuestOS by an announced version", parse: plain("manual-recovery") },
  ],
  [
    "guestos-alternative",
    {
      usage: "show | swap [A|B]",
      summary: "the slot that GuestOS runs from",
      words: ["show", "swap"],
      parse: alternative,
    },
  ],
  [
    "restart-guestos",
    { usage: "", summary: "stop the guest's virtual machine and start it", parse: plain("restart-guestos") },
  ],
  ["reboot", { usage: "", summary: "restart this machine", parse: plain("reboot") }],
  ["help", { usage: "", summary: "this list", parse: plain("help") }],
  ["clear", { usage: "", summary: "clear the screen", parse: plain("clear") }],
  ["exit", { usage: "", summary: "back to the status page", parse: plain("exit") }],
]);

function systemStatus(args: readonly string[]): ConsoleCommand | undefined {
  return args.length === 0 ? { kind: "status", json: false } : undefined;
}

function withUnit(make: (unit: string) => ConsoleCommand): CommandEntry["parse"] {
  return (args) => {
    const result = v.safeParse(unitNameSchema, args[0]);
    return result.success && args.length === 1 ? make(result.output) : undefined;
  };
}

function alternative([verb, slot, ...more]: readonly string[]): ConsoleCommand | undefined {
  if (verb === "show" && slot === undefined) return { kind: "guestos-alternative-show" };
  if (verb !== "swap" || more.length > 0) return undefined;
  if (slot === undefined) return { kind: "guestos-alternative-swap", target: undefined };
  const target = slot.toUpperCase();
  return isSlot(target) ? { kind: "guestos-alternative-swap", target } : undefined;
}

/**
 * A typed line to a command; undefined for an empty one. Throws `unknown-command` or `usage`. Words are separated by
 * spaces and nothing else has a meaning: there are no quotes, variables, patterns, pipes or redirections.
 */
export function parseCommand(line: string): ConsoleCommand | undefined {
  const [name, ...args] = line.split(" ").filter((word) => word !== "");
  if (name === undefined) return undefined;
  const entry = COMMANDS.get(name);
  if (entry === undefined) throw new IcosError("unknown-command", "There is no such command.", { next: "See `help`." });
  const command = entry.parse(args);
  if (command !== undefined) return command;
  throw new IcosError("usage", `Usage: ${name} ${entry.usage}`.trimEnd());
}

/** The endings by which the word at the end of `line` can be completed to something known. */
export function completions(line: string, units: readonly string[]): readonly string[] {
  const words = line.split(" ");
  const last = words.at(-1) ?? "";
  const first = words.find((word) => word !== "");
  const known = words.length === 1 ? [...COMMANDS.keys()] : knownAfter(first, units);
  return known.filter((word) => word.startsWith(last)).map((word) => word.slice(last.length));
}

function knownAfter(name: string | undefined, units: readonly string[]): readonly string[] {
  const entry = name === undefined ? undefined : COMMANDS.get(name);
  return entry?.takesUnit === true ? units : (entry?.words ?? []);
}

/** What all of the endings begin with. */
export function commonStart(endings: readonly string[]): string {
  const [first = "", ...others] = endings;
  let length = first.length;
  for (const other of others) {
    length = Math.min(length, other.length);
    while (length > 0 && !other.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, length);
}
