import { generateKeyPairSync } from "node:crypto";
import { Principal, ThresholdKey, type RequestSigner, selfAuthenticating } from "@icos/certification";
import { silentLogger, systemClock } from "@icos/system";
import { createIcServer, nodeKeyFrom, type IcServerOptions, type StateSigner } from "../src/index.ts";
import { CounterCanister } from "./counter-canister.ts";

export const CANISTER = Principal.fromText("rwlgt-iiaaa-aaaaa-aaaaa-cai");
export const KEY = ThresholdKey.fromSeed(Buffer.alloc(32, 5));
export const OTHER_KEY = ThresholdKey.fromSeed(Buffer.alloc(32, 6));
export const SUBNET = selfAuthenticating(KEY.publicKey.der);

/** A running server with one counter canister, closed at the end of the scope (`await using`). */
export async function startServer(more: Partial<IcServerOptions> = {}) {
  const canister = new CounterCanister();
  const signatures = { count: 0 };
  const key: StateSigner = {
    publicKey: KEY.publicKey,
    sign: (message) => {
      signatures.count += 1;
      return KEY.sign(message);
    },
  };
  const server = createIcServer({
    key,
    nodeKey: nodeKeyFrom(generateKeyPairSync("ed25519").privateKey),
    canisters: new Map([[CANISTER.toText(), canister]]),
    clock: systemClock,
    logger: silentLogger,
    health: () => "healthy",
    version: "1.2.3",
    ...more,
  });
  const { url } = await server.listen({ host: "127.0.0.1", port: 0 });
  return { canister, signatures, server, url, [Symbol.asyncDispose]: () => server.close() };
}

export function newSigner(): RequestSigner {
  const { privateKey } = generateKeyPairSync("ed25519");
  return nodeKeyFrom(privateKey);
}
