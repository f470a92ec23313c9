import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { makeDirectory, readFileIfExists, writeFileDurably } from "@icos/system";
import { encodeOpensshKeyPair } from "./openssh-key.ts";

/** Files of mode 0600 below the testnet's `keys` directory; made once, then read. */
export interface TestnetKeys {
  /** secp256k1, PKCS#8 PEM: what the operator of this name signs `add_node` with. */
  operator(name: string): Promise<KeyObject>;
  /** secp256k1: stands in for the governance canister. */
  governance(): Promise<KeyObject>;
  /** secp256k1: the node provider that all operators work for. */
  provider(): Promise<KeyObject>;
  /** Ed25519 in OpenSSH's form, for the `admin` account of the nodes. */
  admin(): Promise<AdminKey>;
}

export interface AdminKey {
  readonly privateKeyFile: string;
  /** One line for `authorized_keys`. */
  readonly publicKey: string;
}

export function openKeys(directory: string): TestnetKeys {
  async function secp256k1(file: string): Promise<KeyObject> {
    const path = join(directory, file);
    const existing = await readFileIfExists(path);
    if (existing) return createPrivateKey(existing);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
    await makeDirectory(directory, 0o700);
    await writeFileDurably(path, privateKey.export({ type: "pkcs8", format: "pem" }), 0o600);
    return privateKey;
  }
  return {
    operator: (name) => secp256k1(`operator-${name}.pem`),
    governance: () => secp256k1("governance.pem"),
    provider: () => secp256k1("provider.pem"),
    async admin() {
      const privateKeyFile = join(directory, "admin");
      const publicKeyFile = `${privateKeyFile}.pub`;
      const existing = await readFileIfExists(publicKeyFile);
      if (existing) return { privateKeyFile, publicKey: existing.toString().trim() };
      const { privateKey, publicKey } = encodeOpensshKeyPair(generateKeyPairSync("ed25519").privateKey, "admin@icos");
      await makeDirectory(directory, 0o700);
      await writeFileDurably(privateKeyFile, privateKey, 0o600);
      // Last: its presence says that both are there.
      await writeFileDurably(publicKeyFile, `${publicKey}\n`, 0o644);
      return { privateKeyFile, publicKey };
    },
  };
}

/** PKCS #8. */
export function privateKeyPem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" });
}
