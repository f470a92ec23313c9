import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Principal, thresholdKeyFromPem, thresholdKeyToDer } from "@icos/certification";
import { fetchRootKey, identityFromPem, NnsClient } from "@icos/nns";
import { describeError, IcosError, readFileIfExists } from "@icos/system";
import { findTestnet, noSuchTestnet, type TestnetDirectories, type TestnetStatus } from "@icos/testnet";
import type { CliContext } from "../../context.ts";
import type { SignerOptions, TargetOptions } from "./options.ts";
import { chooseTestnet } from "../find-testnet.ts";

/** A registry to read or change. */
export interface Target {
  readonly url: string;
  /** DER. */
  readonly rootKey: Uint8Array;
  /** Reads. */
  readonly client: NnsClient;
  /** The testnet, when it is one of this machine. */
  readonly testnet: { readonly directories: TestnetDirectories; readonly status: TestnetStatus } | undefined;
  /** A node or subnet of the testnet by its name. */
  named(name: string): Principal | undefined;
}

/** @throws IcosError `testnet-not-running`, `no-such-testnet`, `root-key-invalid` */
export async function openTarget(context: CliContext, options: TargetOptions): Promise<Target> {
  const { nnsUrl } = options;
  if (nnsUrl !== undefined) {
    if (!URL.canParse(nnsUrl)) throw new IcosError("usage", `--nns-url: "${nnsUrl}" is not a URL.`);
    const rootKey = await rootKeyOf(context, nnsUrl, options.rootKey);
    return make(nnsUrl, rootKey, undefined);
  }
  const directories = await chooseTestnet(context, options.testnet);
  const present = await findTestnet(directories);
  if (present.kind === "absent") throw noSuchTestnet(directories.name);
  const nns = present.kind === "running" ? present.status.nns : undefined;
  if (present.kind !== "running" || !nns?.url || !nns.rootKey)
    throw new IcosError("testnet-not-running", `The registry of testnet "${directories.name}" is not running.`, {
      next: `\`icos testnet resume ${directories.name}\` starts it again.`,
    });
  const rootKey = options.rootKey === undefined ? Buffer.from(nns.rootKey, "hex") : await readRootKey(options.rootKey);
  return make(nns.url, rootKey, { directories, status: present.status });
}

/** The registry with calls signed by `--key`, or by a key of the testnet. */
export async function signingClient(target: Target, options: SignerOptions, keyFile: string): Promise<NnsClient> {
  const file = options.key ?? (target.testnet && join(target.testnet.directories.keys, keyFile));
  if (file === undefined)
    throw new IcosError("usage", "With --nns-url it takes --key: the PEM file of the private key that signs.");
  const pem = await readFileIfExists(file);
  if (!pem) throw new IcosError("key-missing", "There is no such key file.", { place: { file } });
  const { url, rootKey } = target;
  return new NnsClient({ url, rootKey, identity: identityFromPem(pem.toString("utf8")) });
}

function make(url: string, rootKey: Uint8Array, testnet: Target["testnet"]): Target {
  const names = new Map<string, string>();
  for (const { name, nodeId } of testnet?.status.nodes ?? []) if (nodeId !== null) names.set(name, nodeId);
  for (const { name, subnetId } of testnet?.status.subnets ?? [])
    if (subnetId !== null && !names.has(name)) names.set(name, subnetId);
  return {
    url,
    rootKey,
    client: new NnsClient({ url, rootKey }),
    testnet,
    named(name) {
      const id = names.get(name);
      return id === undefined ? undefined : Principal.fromText(id);
    },
  };
}

async function rootKeyOf(context: CliContext, url: string, given: string | undefined): Promise<Uint8Array> {
  if (given !== undefined) return readRootKey(given);
  const rootKey = await fetchRootKey(url);
  context.err("Note: without --root-key the registry's own word is taken for its root key.\n");
  return rootKey;
}

/** DER in hex, or a file of DER or PEM. */
async function readRootKey(text: string): Promise<Uint8Array> {
  if (/^[0-9a-f]{266}$/i.test(text)) return Buffer.from(text, "hex");
  try {
    const bytes = await readFile(text);
    if (bytes.includes("-----BEGIN")) return thresholdKeyToDer(thresholdKeyFromPem(bytes.toString("utf8")));
    const asText = bytes.toString("utf8").trim();
    return /^[0-9a-f]{266}$/i.test(asText) ? Buffer.from(asText, "hex") : bytes;
  } catch (cause) {
    throw new IcosError(
      "root-key-invalid",
      `--root-key is neither 133 bytes in hex nor a file with a key: ${describeError(cause)}.`,
      {
        cause,
      },
    );
  }
}
