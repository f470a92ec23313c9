import { open, readFile, stat } from "node:fs/promises";
import {
  type ConfigIniKey,
  MAX_INPUT_BYTES,
  shown,
  STICK_ACCOUNTS,
  STICK_FILES,
  type StickAccount,
  type StickAnswers,
  type StickImages,
  type StickMaterial,
} from "@icos/config";
import { IcosError, systemErrorCode } from "@icos/system";
import type { GenerateOptions } from "./config-generate.ts";

/** The answers that options give. What cannot be left out is named, all of it at once. */
export function answersOf(options: GenerateOptions): StickAnswers {
  const environment = options.environment ?? "mainnet";
  const nnsUrls = options.nnsUrl ?? [];
  const missing = [
    ...(options.ipv6Prefix === undefined ? ["--ipv6-prefix"] : []),
    ...(options.ipv6Gateway === undefined ? ["--ipv6-gateway"] : []),
    ...(environment.toLowerCase() === "testnet" && nnsUrls.length === 0 ? ["--nns-url"] : []),
  ];
  if (missing.length > 0)
    throw new IcosError("usage", `Missing: ${missing.join(", ")}.`, { next: "Give them, or answer on a terminal." });
  const config: Partial<Record<ConfigIniKey, string>> = {};
  const set = (key: ConfigIniKey, value: string | undefined): void => {
    if (value !== undefined) config[key] = value;
  };
  set("ipv6_prefix", options.ipv6Prefix);
  set("ipv6_gateway", options.ipv6Gateway);
  set("ipv4_address", options.ipv4Address);
  set("ipv4_gateway", options.ipv4Gateway);
  set("ipv4_prefix_length", options.ipv4PrefixLength);
  set("domain", options.domain);
  set("node_reward_type", options.nodeRewardType);
  set("enable_trusted_execution_environment", options.enableTrustedExecutionEnvironment && "true");
  set("verbose", options.verbose && "true");
  return { config, environment, mgmtMac: options.mgmtMac, nnsUrls };
}

/** Reads the key files that options name. */
export async function readMaterial({ operatorKey, sshKey = [] }: GenerateOptions): Promise<StickMaterial> {
  const sshKeys: Partial<Record<StickAccount, string>> = {};
  for (const option of sshKey) {
    const { account, file } = sshKeyOption(option);
    const text = (await readSmallFile(file)).toString().trimEnd();
    sshKeys[account] = `${sshKeys[account] ?? ""}${text}\n`;
  }
  return { operatorKey: operatorKey === undefined ? undefined : await readSmallFile(operatorKey), sshKeys };
}

/** The images that options name: where they are, and their first bytes. */
export async function readImages({ hostImage, guestImage }: GenerateOptions): Promise<{
  readonly paths: StickImages;
  readonly heads: ReadonlyMap<string, Uint8Array>;
}> {
  const paths = new Map<typeof STICK_FILES.hostImage | typeof STICK_FILES.guestImage, string>();
  if (hostImage !== undefined) paths.set(STICK_FILES.hostImage, hostImage);
  if (guestImage !== undefined) paths.set(STICK_FILES.guestImage, guestImage);
  const heads = new Map<string, Uint8Array>();
  for (const [name, path] of paths) heads.set(name, await readHead(path, 4));
  return { paths, heads };
}

function sshKeyOption(option: string): { readonly account: StickAccount; readonly file: string } {
  const equals = option.indexOf("=");
  const account = STICK_ACCOUNTS.find((name) => name === option.slice(0, Math.max(equals, 0)));
  const file = option.slice(equals + 1);
  if (account !== undefined && file !== "") return { account, file };
  throw new IcosError("usage", `--ssh-key ${shown(option)} is not ACCOUNT=FILE.`, {
    next: `Write one of ${STICK_ACCOUNTS.join(", ")}, an equals sign and a file of public keys.`,
  });
}

async function readSmallFile(path: string): Promise<Buffer> {
  return reading(path, async () => {
    const { size } = await stat(path);
    if (size <= MAX_INPUT_BYTES) return readFile(path);
    throw new IcosError("file-too-large", `${path} is too large for a file of keys.`, { place: { file: path } });
  });
}

async function readHead(path: string, length: number): Promise<Uint8Array> {
  return reading(path, async () => {
    const file = await open(path, "r");
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });
}

async function reading<Result>(path: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof IcosError) throw cause;
    const why = systemErrorCode(cause) === "ENOENT" ? "does not exist" : "cannot be read";
    throw new IcosError("file-unreadable", `${path} ${why}.`, {
      place: { file: path },
      ...(why === "cannot be read" ? { cause } : {}),
    });
  }
}
