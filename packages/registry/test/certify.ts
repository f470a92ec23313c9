import {
  buildHashTree,
  encodeCertificate,
  encodeUnsignedLeb128,
  stateRootMessage,
  ThresholdKey,
} from "@icos/certification";
import { REGISTRY_CANISTER_ID } from "../src/index.ts";

export const ROOT = ThresholdKey.fromSeed(Buffer.alloc(32, 7));

/** A certificate of the root subnet for the canister's certified data. */
export function certify(certifiedData: Uint8Array, time = 5n, canister = REGISTRY_CANISTER_ID, key = ROOT): Uint8Array {
  const tree = buildHashTree(
    new Map([
      [
        "canister",
        buildHashTree(
          new Map([[canister.toUint8Array(), buildHashTree(new Map([["certified_data", certifiedData]]))]]),
        ),
      ],
      ["time", buildHashTree(encodeUnsignedLeb128(time))],
    ]),
  );
  return encodeCertificate({ tree, signature: key.sign(stateRootMessage(tree.digest)) });
}
