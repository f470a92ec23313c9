import { Command, InvalidArgumentError } from "commander";
import type { CliContext } from "../context.ts";
import { examples } from "../output/examples.ts";
import { wholeNumber } from "./whole-number.ts";

/** `icos testnet …`. */
export function registerTestnet(parent: Command, context: CliContext): void {
  const testnet = parent.command("testnet").description("testnets of real virtual machines on this machine");
  testnet
    .command("up [name]")
    .description("bring a testnet up: build what is missing, start it or start it again, wait until it is healthy")
    .option("--nodes <count>", "number of nodes, all in one subnet (4 unless told)", wholeNumber(1, 64))
    .option("--topology <file>", "JSON file that says which nodes and subnets there are")
    .option("--nested", "every node is HostOS running GuestOS, as on a real machine")
    .option("--timeout <seconds>", "give up when it is not running after this time", wholeNumber(1, 86_400))
    .option("--json", "print the testnet's status as JSON")
    .addHelpText(
      "after",
      examples(
        "icos testnet up",
        "icos testnet up small --nodes 1",
        "icos testnet up real --nodes 1 --nested",
        "icos testnet up --topology t.json",
      ),
    )
    .action(async (name: string | undefined, options: UpOptions) => {
      const { testnetUp } = await import("./testnet-up.ts");
      await testnetUp(context, name, options);
    });
  testnet
    .command("list")
    .description("all testnets of this user")
    .option("--json", "print JSON")
    .addHelpText("after", examples("icos testnet list"))
    .action(async (options: JsonOption) => {
      const { testnetList } = await import("./testnet-list.ts");
      await testnetList(context, options);
    });
  testnet
    .command("status [name]")
    .description("where a testnet and its nodes stand")
    .option("--json", "print JSON; with --watch one line for every change")
    .option("--watch", "show again whenever something changes, until Ctrl-C")
    .addHelpText("after", examples("icos testnet status", "icos testnet status --json | jq .nodes[0].statusUrl"))
    .action(async (name: string | undefined, options: JsonOption & { watch?: true }) => {
      const { testnetStatus } = await import("./testnet-status.ts");
      await testnetStatus(context, name, options);
    });
  registerNodeCommands(testnet, context);
  testnet
    .command("upgrade [name]")
    .description(
      "have nested nodes run another version of HostOS, by the registry: elects it, assigns it, waits for it",
    )
    .option("--hostos [file]", "an update image of HostOS; built from this checkout unless a file is given")
    .option("--version <version>", "what an image that is built says it is (derived from its inputs unless told)")
    .option("--nodes <names>", "these nodes, with commas; all nested ones unless told")
    .option("--no-wait", "return once the registry has it")
    .option("--timeout <seconds>", "give up when it does not run everywhere after this time", wholeNumber(1, 86_400))
    .option("--json", "print the testnet's status as JSON")
    .addHelpText(
      "after",
      examples("icos testnet upgrade --hostos", "icos testnet upgrade real --hostos update-img.tar.zst --nodes node-0"),
    )
    .action(async (name: string | undefined, options: UpgradeOptions) => {
      const { testnetUpgrade } = await import("./testnet-upgrade.ts");
      await testnetUpgrade(context, name, options);
    });
  testnet
    .command("stop [name]")
    .description("shut the nodes down and end everything that runs; disks, keys and registry stay")
    .option("--json", "print JSON")
    .addHelpText("after", examples("icos testnet stop"))
    .action(async (name: string | undefined, options: JsonOption) => {
      const { testnetStop } = await import("./testnet-stop.ts");
      await testnetStop(context, name, options);
    });
  testnet
    .command("resume [name]")
    .description("start a stopped or crashed testnet again: same nodes, same registry")
    .option("--timeout <seconds>", "give up when it is not running after this time", wholeNumber(1, 86_400))
    .option("--json", "print the testnet's status as JSON")
    .addHelpText("after", examples("icos testnet resume"))
    .action(async (name: string | undefined, options: JsonOption & { timeout?: number }) => {
      const { testnetResume } = await import("./testnet-up.ts");
      await testnetResume(context, name, options);
    });
  testnet
    .command("down [name]")
    .description("end a testnet and remove all it has: disks, keys, registry")
    .option("--json", "print JSON")
    .addHelpText("after", examples("icos testnet down", "icos testnet down small --yes"))
    .action(async (name: string | undefined, options: JsonOption & { yes?: true }) => {
      const { testnetDown } = await import("./testnet-stop.ts");
      await testnetDown(context, name, options);
    });
  registerFaults(testnet, context);
}

export interface JsonOption {
  readonly json?: true;
}

export interface UpOptions extends JsonOption {
  readonly nodes?: number;
  readonly topology?: string;
  readonly nested?: true;
  readonly timeout?: number;
}

export interface UpgradeOptions extends JsonOption {
  /** A file, or true for what is built. */
  readonly hostos?: string | true;
  readonly version?: string;
  readonly nodes?: string;
  readonly wait: boolean;
  readonly timeout?: number;
}

export interface LogsOptions {
  readonly guest?: true;
  readonly follow?: true;
  readonly lines?: number;
}

const NODE = "[TESTNET/]NODE";

function registerNodeCommands(testnet: Command, context: CliContext): void {
  testnet
    .command("logs")
    .argument("<node>", NODE)
    .description("what a node's machine has written to its console, across restarts")
    .option("--guest", "of a nested node: GuestOS's console, which HostOS keeps, instead of HostOS's")
    .option("-f, --follow", "go on as the node writes, until Ctrl-C")
    .option("-n, --lines <count>", "begin with the last lines (everything unless told)", wholeNumber(0, 1_000_000))
    .addHelpText(
      "after",
      examples("icos testnet logs node-0", "icos testnet logs small/node-0 -f", "icos testnet logs node-0 --guest"),
    )
    .action(async (node: string, options: LogsOptions) => {
      const { testnetLogs } = await import("./testnet-logs.ts");
      await testnetLogs(context, node, options);
    });
  testnet
    .command("console")
    .argument("<node>", NODE)
    .description("the serial console of the node's machine (HostOS's, if nested) on this terminal; Ctrl-] leaves it")
    .addHelpText("after", examples("icos testnet console node-0"))
    .action(async (node: string) => {
      const { testnetConsole } = await import("./testnet-logs.ts");
      await testnetConsole(context, node);
    });
  testnet
    .command("ssh")
    .argument("<node>", `${NODE}; root@ in front logs in as root`)
    .argument("[command...]", "what to run there; a shell unless told")
    .description("log in to a node as admin, over the testnet's network")
    .option("--host", "to a nested node's HostOS instead of its GuestOS")
    .passThroughOptions()
    .addHelpText(
      "after",
      examples(
        "icos testnet ssh node-0",
        "icos testnet ssh root@node-0 -- journalctl -b",
        "icos testnet ssh --host node-0",
      ),
    )
    .action(async (node: string, command: string[], { host }: { host?: true }) => {
      const { testnetSsh } = await import("./testnet-ssh.ts");
      await testnetSsh(context, node, command, host ? "host" : "guest");
    });
  testnet
    .command("power")
    .argument("<action>", "start, stop, kill or reset")
    .argument("<node>", NODE)
    .description("switch one node on or off, cut its power, or press its reset button")
    .addHelpText("after", examples("icos testnet power kill node-2", "icos testnet power start node-2"))
    .action(async (action: string, node: string) => {
      const { testnetPower } = await import("./testnet-fault.ts");
      await testnetPower(context, action, node);
    });
}

function registerFaults(testnet: Command, context: CliContext): void {
  const fault = testnet
    .command("fault")
    .description("faults of the network between the nodes, until healed or stopped");
  fault
    .command("link")
    .argument("<node>", NODE)
    .description("shape a node's cable, each way; replaces what was set before")
    .option("--delay <ms>", "milliseconds that every frame takes", atLeastZero(60_000))
    .option("--jitter <ms>", "up to so much more, at random", atLeastZero(60_000))
    .option("--loss <percent>", "frames that are lost, at random", atLeastZero(100))
    .option("--bandwidth <bits>", "bits a second, at least 1000", wholeNumber(1_000, Number.MAX_SAFE_INTEGER))
    .addHelpText("after", examples("icos testnet fault link node-0 --delay 100 --jitter 20 --loss 2"))
    .action(async (node: string, options: LinkOptions) => {
      const { faultLink } = await import("./testnet-fault.ts");
      await faultLink(context, node, options);
    });
  fault
    .command("cut")
    .argument("<node>", NODE)
    .description("pull a node's cable")
    .addHelpText("after", examples("icos testnet fault cut node-0"))
    .action(async (node: string) => {
      const { faultCut } = await import("./testnet-fault.ts");
      await faultCut(context, node);
    });
  fault
    .command("partition")
    .argument("<group...>", "names of nodes, with commas; nodes in no group form one more")
    .option("--testnet <name>", "the testnet, when there are several")
    .description("let only nodes of the same group reach each other; all still reach the registry")
    .addHelpText("after", examples("icos testnet fault partition node-0,node-1 node-2,node-3"))
    .action(async (groups: string[], options: { testnet?: string }) => {
      const { faultPartition } = await import("./testnet-fault.ts");
      await faultPartition(context, groups, options.testnet);
    });
  fault
    .command("heal")
    .argument("[node...]", "nodes whose cables to repair; everything, partitions too, unless told")
    .option("--testnet <name>", "the testnet, when there are several")
    .description("end faults")
    .addHelpText("after", examples("icos testnet fault heal", "icos testnet fault heal node-0"))
    .action(async (nodes: string[], options: { testnet?: string }) => {
      const { faultHeal } = await import("./testnet-fault.ts");
      await faultHeal(context, nodes, options.testnet);
    });
}

export interface LinkOptions {
  readonly delay?: number;
  readonly jitter?: number;
  readonly loss?: number;
  readonly bandwidth?: number;
}

function atLeastZero(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= 0 && value <= most))
      throw new InvalidArgumentError(`It must be a number from 0 to ${most}.`);
    return value;
  };
}
