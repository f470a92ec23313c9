import {
  hardwareGeneration,
  isHttpUrl,
  readDomain,
  readIpv4Address,
  readIpv4PrefixLength,
  readIpv6Address,
  readIpv6Prefix,
  readNodeRewardType,
  type Reader,
} from "@icos/config";
import { IcosError } from "@icos/system";
import type { GenerateOptions } from "./config-generate.ts";

/** Asks one person one thing at a time. */
export interface Prompter {
  /** Asks again until `refuse` says nothing. An empty answer is `undefined`. */
  text(question: string, refuse: (answer: string | undefined) => string | undefined): Promise<string | undefined>;
  choose<Choice extends string>(question: string, choices: readonly Choice[]): Promise<Choice>;
  confirm(question: string): Promise<boolean>;
}

/** Asks for what the options leave open. Files are asked for by name; whether they are right is judged later. */
export async function askQuestions(options: GenerateOptions, prompter: Prompter): Promise<GenerateOptions> {
  const ask = async <Value>(given: string | undefined, question: string, read: Reader<Value>): Promise<string> =>
    given ?? (await prompter.text(question, needed(read))) ?? "";
  const askMaybe = (given: string | undefined, question: string): Promise<string | undefined> =>
    given === undefined ? prompter.text(question, () => undefined) : Promise.resolve(given);

  const environment = options.environment ?? (await prompter.choose("Which network?", ["mainnet", "testnet"]));
  const testnet = environment === "testnet";
  const answers = {
    environment,
    ipv6Prefix: await ask(options.ipv6Prefix, "IPv6 prefix, such as 2001:db8:0:1", readIpv6Prefix),
    ipv6Gateway: await ask(options.ipv6Gateway, "IPv6 gateway", readIpv6Address),
    nodeRewardType: testnet
      ? options.nodeRewardType
      : await ask(options.nodeRewardType, "Node reward type, such as type3.1", readKnownRewardType),
    nnsUrl: options.nnsUrl ?? (testnet ? [(await prompter.text("URL of the NNS", neededUrl)) ?? ""] : undefined),
    ...(await askIpv4(options, prompter, ask)),
    operatorKey: await askMaybe(options.operatorKey, "File of the operator's private key (none: hardware module)"),
    sshKey: options.sshKey ?? (await askSshKey(askMaybe)),
    hostImage: await askMaybe(options.hostImage, "File of the HostOS image (none: you put it there later)"),
    guestImage: await askMaybe(options.guestImage, "File of the GuestOS image (none: you put it there later)"),
  };
  return { ...options, ...given(answers) };
}

type Ask = <Value>(given: string | undefined, question: string, read: Reader<Value>) => Promise<string>;

async function askIpv4(
  { ipv4Address, ipv4Gateway, ipv4PrefixLength, domain }: GenerateOptions,
  prompter: Prompter,
  ask: Ask,
): Promise<GenerateOptions> {
  const some = [ipv4Address, ipv4Gateway, ipv4PrefixLength].some((value) => value !== undefined);
  if (!some && !(await prompter.confirm("Does the node have an IPv4 address, too?"))) return {};
  return {
    ipv4Address: await ask(ipv4Address, "IPv4 address", readIpv4Address),
    ipv4PrefixLength: await ask(ipv4PrefixLength, "IPv4 prefix length, 0 to 32", readIpv4PrefixLength),
    ipv4Gateway: await ask(ipv4Gateway, "IPv4 gateway", readIpv4Address),
    domain: await ask(domain, "Domain name of the node", readDomain),
  };
}

async function askSshKey(
  askMaybe: (given: undefined, question: string) => Promise<string | undefined>,
): Promise<readonly string[] | undefined> {
  const file = await askMaybe(undefined, "File of SSH public keys for the account admin (none: no login)");
  return file === undefined ? undefined : [`admin=${file}`];
}

function needed<Value>(read: Reader<Value>): (answer: string | undefined) => string | undefined {
  return (answer = "") => {
    const reading = read(answer.trim());
    return reading.ok ? undefined : reading.message;
  };
}

const readKnownRewardType: Reader<string> = (text) => {
  const reading = readNodeRewardType(text);
  if (!reading.ok || hardwareGeneration(text) !== undefined) return reading;
  return { ok: false, code: "unknown-node-reward-type", message: "No installer knows its hardware." };
};

function neededUrl(answer = ""): string | undefined {
  return isHttpUrl(answer.trim()) ? undefined : "It is not an http or https URL.";
}

/** Without what nobody gave. */
function given(answers: {
  readonly [Key in keyof GenerateOptions]: GenerateOptions[Key] | undefined;
}): GenerateOptions {
  return Object.fromEntries(Object.entries(answers).filter(([, value]) => value !== undefined));
}

/** Questions go to standard error, so that standard output has only the result. */
export async function terminalPrompter(signal: AbortSignal): Promise<Prompter> {
  const prompts = await import("@clack/prompts");
  const common = { output: process.stderr, signal };
  const answered = <Answer>(answer: Answer | typeof prompts.CANCEL_SYMBOL): Answer => {
    if (answer !== prompts.CANCEL_SYMBOL) return answer;
    throw new IcosError("not-answered", "A question was not answered; nothing is written.");
  };
  return {
    async text(question, refuse) {
      const answer = answered(await prompts.text({ message: question, validate: refuse, ...common }));
      return answer.trim() === "" ? undefined : answer.trim();
    },
    async choose(question, choices) {
      const options = choices.map((value) => ({ value, label: value }));
      const answer = answered(await prompts.select<string>({ message: question, options, ...common }));
      const [first] = choices;
      const chosen = choices.find((choice) => choice === answer) ?? first;
      if (chosen === undefined) throw new IcosError("not-answered", "There was nothing to choose from.");
      return chosen;
    },
    async confirm(question) {
      return answered(await prompts.confirm({ message: question, initialValue: false, ...common }));
    },
  };
}
