import * as v from "valibot";
import { cutText, IcosError, parseWith } from "@icos/system";
import { guestHealthSchema } from "./guest-health.ts";

const U32_MAX = 0xffff_ffff;
export const u32 = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(0),
  v.maxValue(U32_MAX),
  v.transform((value) => value + 0), // JSON has a -0
);

const LONGEST_URL = 2048;
const LONGEST_NAME = 64;

const webUrl = v.pipe(
  v.string(),
  v.maxLength(LONGEST_URL, `is longer than ${LONGEST_URL} characters`),
  v.url("is not a URL"),
  v.check((text) => /^https?:/i.test(text), "is not a URL of http or https"),
);
const sha256 = v.pipe(
  v.string(),
  v.regex(/^[0-9a-fA-F]{64}$/, "is not a SHA-256 hash in hexadecimal"),
  v.toLowerCase(),
);

/** Commands without arguments; on the wire each is its name as a string. */
const PLAIN = ["attach-hsm", "detach-hsm", "GetVsockProtocol", "GetHostOSVersion", "start-upgrade-guest-vm"] as const;

/** Commands with arguments; on the wire `{NAME: ARGUMENTS}`. Fields that are not known are passed over, as serde does. */
const WITH_ARGUMENTS = {
  /** Download the HostOS update image, check its hash, install it, restart. */
  upgrade: v.object({ url: webUrl, "target-hash": sha256 }),
  /** Show a message on the host's consoles, `count` times. */
  notify: v.object({ count: u32, message: v.string() }),
  /** How the guest is; an extension of icos. A host that does not know it answers with `Err`. */
  "guest-health": guestHealthSchema,
} as const;

type PlainName = (typeof PLAIN)[number];
type ArgumentName = keyof typeof WITH_ARGUMENTS;

/** What a guest may ask of its host, under upstream's names. */
export type Command =
  | { readonly [Name in PlainName]: { readonly kind: Name } }[PlainName]
  | {
      readonly [Name in ArgumentName]: {
        readonly kind: Name;
        readonly arguments: Readonly<v.InferOutput<(typeof WITH_ARGUMENTS)[Name]>>;
      };
    }[ArgumentName];

export type CommandKind = Command["kind"];
export type CommandOf<Kind extends CommandKind> = Extract<Command, { readonly kind: Kind }>;

/**
 * Commands whose work may take longer than a connection is allowed to last. It goes on when the client is gone, and a
 * second request for the same work waits for the first.
 */
export const LONG_COMMANDS: ReadonlySet<CommandKind> = new Set<CommandKind>(["upgrade", "start-upgrade-guest-vm"]);

/** Commands that wait for another program of the host, so that many may add up. The others are done in a moment. */
export const SLOW_COMMANDS: ReadonlySet<CommandKind> = new Set<CommandKind>(["attach-hsm", "detach-hsm"]);

/** The value that stands for the command in a request's JSON: serde's externally tagged enum. */
export function commandToWire(command: Command): unknown {
  return "arguments" in command ? { [command.kind]: command.arguments } : command.kind;
}

/** Throws `vsock-command-unknown` or `vsock-request-invalid`. */
export function commandFromWire(value: unknown): Command {
  const { name, args } = tagOf(value);
  const plain = PLAIN.find((known) => known === name);
  if (plain !== undefined && args === undefined) return { kind: plain };
  switch (name) {
    case "upgrade":
      return { kind: name, arguments: parseArguments(name, args) };
    case "notify":
      return { kind: name, arguments: parseArguments(name, args) };
    case "guest-health":
      return { kind: name, arguments: parseArguments(name, args) };
    default:
      throw unknownCommand(cutText(name, LONGEST_NAME));
  }
}

const unknownCommand = (name: string): IcosError =>
  new IcosError("vsock-command-unknown", `The command ${JSON.stringify(name)} is not known here.`, {
    details: { command: name },
  });

function parseArguments<Name extends ArgumentName>(
  name: Name,
  value: unknown,
): v.InferOutput<(typeof WITH_ARGUMENTS)[Name]> {
  const what = { code: "vsock-request-invalid", name: `The command ${name}`, hideValues: true };
  return parseWith(WITH_ARGUMENTS[name], value, what);
}

/** The name, and the arguments if the value is an object. */
function tagOf(value: unknown): { readonly name: string; readonly args: unknown } {
  if (typeof value === "string") return { name: value, args: undefined };
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const [entry, ...more] = Object.entries(value);
    if (entry !== undefined && more.length === 0) return { name: entry[0], args: entry[1] };
  }
  throw new IcosError("vsock-request-invalid", "The message is neither a command's name nor an object with one.", {
    place: { key: "message" },
  });
}
