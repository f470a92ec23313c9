import { readFileIfExists, IcosError } from "@icos/system";

/** The network's root key in DER, from a PEM file with a `PUBLIC KEY` block. Whether it is a key is checked by its user. */
export async function readRootKey(path: string): Promise<Uint8Array> {
  const pem = (await readFileIfExists(path))?.toString("latin1");
  const block = /-----BEGIN PUBLIC KEY-----\s+(?<base64>[A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/.exec(pem ?? "");
  if (block?.groups?.["base64"] !== undefined) return Buffer.from(block.groups["base64"], "base64");
  const what = pem === undefined ? "is missing" : "does not hold a PUBLIC KEY in PEM form";
  throw new IcosError(
    "root-key-missing",
    `The network's public key ${path} ${what}; no answer of the registry could be verified.`,
    {
      next: "Restore the file from the image or the configuration medium.",
      place: { file: path },
    },
  );
}
