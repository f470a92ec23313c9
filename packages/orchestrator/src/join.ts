import { readFile } from "node:fs/promises";
import type { CertificateVerifier } from "@icos/certification";
import { nnsUrls, type IcConfig } from "@icos/config";
import { REGISTRY_CANISTER_ID } from "@icos/registry";
import { IcosError, systemErrorCode, type Clock } from "@icos/system";
import { postCbor } from "./http-post.ts";
import type { NodePublicKeys } from "./node-keys.ts";
import type { RegistrationModules } from "./registration.ts";

export interface JoinModules {
  readonly config: IcConfig;
  readonly keys: NodePublicKeys;
  readonly verifier: CertificateVerifier;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * How a join request is made and sent. What only this needs (candid, the operator's key) is loaded and read when it is
 * used: once in a node's life. Requests are signed here rather than by the agent library, whose import takes 0.2 s and
 * 21 MB on a fast machine (candid alone: 0.03 s and 4 MB); the rest of it is part of `certification` anyway.
 */
export function createJoinRequest(modules: JoinModules): Pick<RegistrationModules, "assemble" | "send"> {
  const { config, keys, verifier, clock, signal } = modules;
  return {
    async assemble() {
      const { encodeAddNodePayload } = await import("./add-node-payload.ts");
      return encodeAddNodePayload(keys, config);
    },
    async send(arg) {
      const { operatorSigner } = await import("./operator-key.ts");
      const { updateCall } = await import("./update-call.ts");
      const file = config.registration.node_operator_pem;
      const signer = operatorSigner(await readOperatorKey(file), file);
      const request = { url: chooseUrl(config), canisterId: REGISTRY_CANISTER_ID, method: "add_node", arg };
      await updateCall(request, { post: postCbor, signer, verifier, clock }, signal);
    },
  };
}

async function readOperatorKey(file: string): Promise<string> {
  try {
    return await readFile(file, "latin1");
  } catch (cause) {
    const why = systemErrorCode(cause) === "ENOENT" ? "is missing" : "cannot be read";
    throw new IcosError("operator-key-missing", `The node operator's key ${file} ${why}, so the node cannot join.`, {
      next: "Put node_operator_private_key.pem on the configuration medium and restart the node.",
      place: { file },
      cause,
    });
  }
}

function chooseUrl(config: IcConfig): URL {
  const urls = nnsUrls(config);
  const url = urls[Math.floor(Math.random() * urls.length)];
  if (url !== undefined) return url;
  throw new IcosError("nns-url-missing", "The configuration has no usable URL of the NNS.", {
    place: { key: "registration.nns_url" },
  });
}
