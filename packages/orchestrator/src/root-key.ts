import { thresholdKeyFromPem } from "@icos/certification";
import { readFileIfExists, IcosError } from "@icos/system";

/** The network's root key in DER, from its PEM file. */
export async function readRootKey(path: string): Promise<Uint8Array> {
  const pem = await readFileIfExists(path);
  if (pem !== undefined) return thresholdKeyFromPem(pem.toString("latin1"));
  throw new IcosError(
    "root-key-missing",
    `The network's public key ${path} is missing; no answer of the registry could be verified.`,
    {
      next: "Restore the file from the image or the configuration medium.",
      place: { file: path },
    },
  );
}
