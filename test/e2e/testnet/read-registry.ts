import { hash } from "node:crypto";
import { HttpAgent, QueryResponseStatus } from "@icp-sdk/core/agent";
import { createCertificateVerifier } from "@icos/certification";
import { encodeChangesSinceRequest, REGISTRY_CANISTER_ID, verifyCertifiedDelta } from "@icos/registry";

export interface RegistryReading {
  readonly version: number;
  /** Of every key and value of every version, in order. */
  readonly digest: string;
  readonly keys: readonly string[];
}

/** The whole registry up to `upTo`, read by an unmodified agent and verified under the root key. */
export async function readRegistry(
  url: string,
  rootKey: Uint8Array,
  upTo = Number.MAX_SAFE_INTEGER,
): Promise<RegistryReading> {
  const agent = await HttpAgent.create({ host: url, rootKey, verifyQuerySignatures: true });
  const verifier = createCertificateVerifier({ rootKey });
  const text: string[] = [];
  const keys = new Set<string>();
  let version = 0;
  for (;;) {
    const answer = await agent.query(REGISTRY_CANISTER_ID.toText(), {
      methodName: "get_certified_changes_since",
      arg: encodeChangesSinceRequest(version),
    });
    if (answer.status !== QueryResponseStatus.Replied)
      throw new Error(`The registry rejected the query: ${answer.reject_message}`);
    const delta = verifyCertifiedDelta(answer.reply.arg, verifier, version);
    for (const { version: number, changes } of delta.versions) {
      version = number;
      if (number > upTo) continue;
      for (const change of changes) {
        keys.add(change.key);
        text.push(
          JSON.stringify([number, change], (_, value: unknown) =>
            value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
          ),
        );
      }
    }
    if (version >= delta.currentVersion)
      return { version, digest: hash("sha256", text.join("\n")), keys: [...keys].sort() };
  }
}
