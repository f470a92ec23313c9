import { parseArgs } from "node:util";
import { IcosError, systemErrorCode } from "@icos/system";
import { LAST_GUEST_SLOT, type GuestVmRole } from "./identity.ts";

export type GuestVmCommand =
  | { readonly kind: "run"; readonly role: GuestVmRole }
  | { readonly kind: "reserve-hugepages" };

const USAGE = "Use: run --type default|upgrade, run --slot 0…255, or reserve-hugepages.";

/** Upstream's `guest_vm_runner`. Throws `usage`. */
export function parseGuestVmCommand(args: readonly string[]): GuestVmCommand {
  const { positionals, values } = parse(args);
  const [command, ...more] = positionals;
  if (more.length > 0) throw usage(`${JSON.stringify(more[0])} is one word too many`);
  if (command === "reserve-hugepages") {
    if (Object.keys(values).length > 0) throw usage("reserve-hugepages takes no option");
    return { kind: "reserve-hugepages" };
  }
  if (command !== "run") throw usage(`${JSON.stringify(command ?? "")} is no command`);
  const { type, slot } = values;
  if ((type === undefined) === (slot === undefined)) throw usage("run takes either --type or --slot");
  if (slot !== undefined) return { kind: "run", role: { type: "default", slot: parseSlot(slot) } };
  if (type === "default") return { kind: "run", role: { type, slot: 0 } };
  if (type === "upgrade") return { kind: "run", role: { type } };
  throw usage(`${JSON.stringify(type)} is no type`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { type: { type: "string" }, slot: { type: "string" } },
    });
  } catch (error) {
    if (systemErrorCode(error)?.startsWith("ERR_PARSE_ARGS") === true && error instanceof Error)
      throw usage(error.message);
    throw error;
  }
}

function parseSlot(text: string): number {
  const slot = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (slot <= LAST_GUEST_SLOT) return slot;
  throw usage(`${JSON.stringify(text)} is no slot`);
}

function usage(problem: string): IcosError {
  return new IcosError("usage", `The command line is wrong: ${problem}.`, { next: USAGE });
}
