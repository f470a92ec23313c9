import { HttpAgent } from "@icp-sdk/core/agent";
import { describeError, IcosError } from "@icos/system";

/** The root key (DER) that a network says it has: its own word, for networks that one has no other word of. */
export async function fetchRootKey(url: string): Promise<Uint8Array> {
  try {
    return await HttpAgent.createSync({ host: url, retryTimes: 0 }).fetchRootKey();
  } catch (cause) {
    throw new IcosError("registry-unreachable", `${url} does not say its root key: ${describeError(cause)}`, { cause });
  }
}
