import { parseArgs } from "node:util";
import { IcosError } from "@icos/system";
import { commandFromWire, HOSTOS_PORT, type Command, type Payload } from "@icos/vsock";

const U32_MAX = 0xffff_ffff;
const LAST_PORT = U32_MAX - 1;

export const USAGE = `vsock_guest COMMAND [--port N]   asks the host of this guest (port ${HOSTOS_PORT})
  --attach-hsm                   lend this guest the host's HSM
  --detach-hsm                   give it back
  --get-hostos-version           print the version of HostOS
  --upgrade URL --hash SHA256    install this version of HostOS and restart the host
  --start-upgrade-guest-vm       start a machine with this guest's other slot beside this one
  --notify TEXT [--count N]      show a text on the host's screen, N times (once)
`;

const OPTIONS = {
  "attach-hsm": { type: "boolean" },
  "detach-hsm": { type: "boolean" },
  "get-hostos-version": { type: "boolean" },
  "start-upgrade-guest-vm": { type: "boolean" },
  upgrade: { type: "string" },
  hash: { type: "string" },
  notify: { type: "string" },
  count: { type: "string" },
  port: { type: "string" },
} as const;

export interface GuestCommandLine {
  readonly command: Command;
  readonly port: number;
}

/** Upstream's flags, and one for the command that upstream's program lacks: exactly one command. Throws `usage`, or `vsock-request-invalid` with what is wrong about a value. */
export function parseGuestCommandLine(args: readonly string[]): GuestCommandLine {
  const { upgrade, hash, notify, count, port, ...plain } = parse(args);
  const commands: Command[] = [];
  if (plain["attach-hsm"] === true) commands.push({ kind: "attach-hsm" });
  if (plain["detach-hsm"] === true) commands.push({ kind: "detach-hsm" });
  if (plain["get-hostos-version"] === true) commands.push({ kind: "GetHostOSVersion" });
  if (plain["start-upgrade-guest-vm"] === true) commands.push({ kind: "start-upgrade-guest-vm" });
  if (upgrade !== undefined) commands.push(commandFromWire({ upgrade: { url: upgrade, "target-hash": hash } }));
  if (notify !== undefined) {
    commands.push({
      kind: "notify",
      arguments: { count: count === undefined ? 1 : number(count, U32_MAX), message: notify },
    });
  }
  const [command, ...more] = commands;
  const misplaced = (hash !== undefined && upgrade === undefined) || (count !== undefined && notify === undefined);
  if (command === undefined || more.length > 0 || misplaced) throw usage();
  return { command, port: port === undefined ? HOSTOS_PORT : number(port, LAST_PORT) };
}

/** What the program prints. */
export function payloadText(payload: Payload): string {
  if (payload.kind === "NoPayload") return "";
  if (payload.kind === "HostOSVersion") return `${payload.version}\n`;
  const { major, minor, patch } = payload.version;
  return `${major}.${minor}.${patch}\n`;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: false }).values;
  } catch {
    throw usage();
  }
}

function number(text: string, most: number): number {
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Infinity;
  if (value <= most) return value;
  throw new IcosError("usage", `'${text}' is not a number from 0 to ${most}.`);
}

function usage(): IcosError {
  return new IcosError("usage", `Usage:\n${USAGE.trimEnd()}`);
}
