import { type Command, InvalidArgumentError } from "commander";
import { IcosError } from "@icos/system";
import type { CliContext } from "../context.ts";
import { examples } from "../output/examples.ts";
import type { Address } from "../schemas/config.ts";
import { wholeNumber } from "./whole-number.ts";

interface AddressOptions {
  readonly mgmtMac: string;
  readonly environment: Address["environment"];
  readonly prefix: string;
  readonly type: string;
  readonly slot: number;
  readonly json?: true;
}

/** `icos address`. */
export function registerAddress(parent: Command, context: CliContext): void {
  parent
    .command("address")
    .description("the MAC and IPv6 address that a node has on a machine, on every installation")
    .requiredOption("--mgmt-mac <mac>", "MAC address of the machine's management controller")
    .requiredOption("--environment <network>", "mainnet or testnet", networkName)
    .requiredOption("--prefix <prefix>", "first groups of the machine's network, such as 2001:db8:0:1")
    .requiredOption("--type <type>", "HostOS, GuestOS, UpgradeGuestOS or SetupOS")
    .option("--slot <number>", "which of several nodes on one machine", wholeNumber(0, 255), 0)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "icos address --mgmt-mac 00:11:22:33:44:55 --environment mainnet --prefix 2001:db8:0:1 --type GuestOS",
        "icos address --mgmt-mac 00:11:22:33:44:55 --environment testnet --prefix 2001:db8:: --type hostos --json",
      ),
    )
    .action((options: AddressOptions) => address(context, options));
}

async function address(context: CliContext, options: AddressOptions): Promise<void> {
  const report = await addressOf(options);
  if (options.json) context.out(`${JSON.stringify(report, undefined, 2)}\n`);
  else context.out(`MAC   ${report.mac}\nIPv6  ${report.ipv6Cidr}\n`);
}

/** What is wrong here is wrong usage: every value comes from the command line. */
async function addressOf({ mgmtMac, environment, prefix, type: typeName, slot }: AddressOptions): Promise<Address> {
  const { deterministicMac, formatMac, parseMac, parseNodeType, slaacAddress } = await import("@icos/config");
  try {
    const type = parseNodeType(typeName);
    const mac = deterministicMac({ mgmtMac, environment, type, slot });
    const ipv6 = slaacAddress(prefix, mac);
    const normalMac = formatMac(parseMac(mgmtMac) ?? new Uint8Array());
    return { mgmtMac: normalMac, environment, type, slot, mac, ipv6, ipv6Cidr: `${ipv6}/64` };
  } catch (error) {
    if (!(error instanceof IcosError)) throw error;
    throw new IcosError("usage", error.message, { next: error.next });
  }
}

function networkName(text: string): Address["environment"] {
  const name = text.toLowerCase();
  if (name === "mainnet" || name === "testnet") return name;
  throw new InvalidArgumentError("It must be mainnet or testnet.");
}
