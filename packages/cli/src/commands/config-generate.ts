import { join } from "node:path";
import type { StickFiles } from "@icos/config";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { ExitWith } from "../exit-with.ts";
import { examples } from "../output/examples.ts";
import type { ConfigGenerate } from "../schemas/config.ts";

/** What the command line says; values are as they were given. */
export interface GenerateOptions {
  readonly ipv6Prefix?: string;
  readonly ipv6Gateway?: string;
  readonly ipv4Address?: string;
  readonly ipv4Gateway?: string;
  readonly ipv4PrefixLength?: string;
  readonly domain?: string;
  readonly nodeRewardType?: string;
  readonly enableTrustedExecutionEnvironment?: true;
  readonly verbose?: true;
  readonly environment?: string;
  readonly mgmtMac?: string;
  readonly nnsUrl?: readonly string[];
  readonly operatorKey?: string;
  /** `ACCOUNT=FILE`. */
  readonly sshKey?: readonly string[];
  readonly hostImage?: string;
  readonly guestImage?: string;
  readonly force?: true;
  readonly json?: true;
  readonly yes?: true;
}

/** `icos config generate [DIR]`. */
export function registerConfigGenerate(parent: Command, context: CliContext): void {
  parent
    .command("generate")
    .argument("[dir]", "where to write the files", "stick")
    .description("write the files of a SetupOS stick; asks on a terminal for what the options do not say")
    .option("--ipv6-prefix <prefix>", "first groups of the machine's /64, such as 2001:db8:0:1")
    .option("--ipv6-gateway <address>", "gateway of that network")
    .option("--ipv4-address <address>", "the node's IPv4 address; with gateway, prefix length and domain")
    .option("--ipv4-gateway <address>", "gateway of that network")
    .option("--ipv4-prefix-length <length>", "its prefix length, 0 to 32")
    .option("--domain <name>", "the node's domain name")
    .option("--node-reward-type <type>", "such as type3.1; the installer needs it on mainnet")
    .option("--enable-trusted-execution-environment", "experimental")
    .option("--verbose", "show the node's console on the host's screen")
    .option("--environment <network>", "mainnet (unless told) or testnet")
    .option("--mgmt-mac <mac>", "in place of the address that the management controller says")
    .option("--nns-url <url>", "where the registry is asked; needed for a testnet; may be repeated", collect)
    .option("--operator-key <file>", "the node operator's private key, PEM; without one a hardware module is needed")
    .option("--ssh-key <account=file>", "public keys for admin, backup or readonly; may be repeated", collect)
    .option("--host-image <file>", "host-os.img.tar.zst, to be copied")
    .option("--guest-image <file>", "guest-os.img.tar.zst, to be copied")
    .option("--force", "replace files that are there")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(
        "icos config generate",
        "icos config generate stick --ipv6-prefix 2001:db8:0:1 --ipv6-gateway 2001:db8:0:1::1 --node-reward-type type3.1",
        "icos config generate --operator-key operator.pem --ssh-key admin=id_ed25519.pub",
      ),
    )
    .action((directory: string, options: GenerateOptions) => configGenerate(context, directory, options));
}

/**
 * Makes the files in memory, judges them as `config check` does, and writes them only if the check finds no error but
 * that images are missing; then checks the whole directory.
 */
async function configGenerate(context: CliContext, directory: string, options: GenerateOptions): Promise<void> {
  const { checkStick, judgeStick, planStick, writeStick } = await import("@icos/config");
  const { problemReport } = await import("../output/problem-report.ts");
  const { answersOf, readImages, readMaterial } = await import("./config-generate-options.ts");
  const asked = await askForTheRest(context, options);
  const answers = answersOf(asked);
  const plan = planStick(answers, await readMaterial(asked));
  const { paths, heads } = await readImages(asked);
  const planned = judgeStick(withImages(plan, heads)).problems.filter(({ code }) => code !== "file-missing");
  if (planned.some(({ severity }) => severity === "error")) {
    if (options.json) report(context, { directory, written: [], ok: false, problems: [...planned] });
    else context.out(`${problemReport(context, planned)}Nothing is written.\n`);
    throw new ExitWith(1);
  }
  const written = await writeStick(plan, { directory, images: paths, force: options.force ?? false });
  const { problems } = await checkStick(directory);
  const errors = problems.filter(({ severity }) => severity === "error");
  if (options.json) report(context, { directory, written, ok: errors.length === 0, problems: [...problems] });
  else {
    const lines = written.map((name) => `wrote ${join(directory, name)}\n`).join("");
    context.out(`${lines}${problemReport(context, problems)}`);
  }
  if (errors.some(({ code }) => code !== "file-missing")) throw new ExitWith(1);
}

async function askForTheRest(context: CliContext, options: GenerateOptions): Promise<GenerateOptions> {
  if (!context.interactive || options.yes || options.json) return options;
  const { askQuestions, terminalPrompter } = await import("./config-generate-questions.ts");
  return askQuestions(options, await terminalPrompter(context.signal));
}

function withImages(files: StickFiles, heads: ReadonlyMap<string, Uint8Array>): StickFiles {
  return { ...files, contents: new Map([...files.contents, ...heads]) };
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

function report(context: CliContext, result: ConfigGenerate): void {
  context.out(`${JSON.stringify(result, undefined, 2)}\n`);
}
