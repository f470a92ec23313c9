import assert from "node:assert/strict";
import {
  type CallContent,
  createCertificateVerifier,
  decodeCbor,
  Principal,
  type RequestContent,
  type RequestSigner,
  selfAuthenticating,
} from "@icos/certification";
import { systemClock } from "@icos/system";
import { CANISTER, KEY } from "./server-fixture.ts";

export const MINUTE = 60_000_000_000n;
export const now = (): bigint => BigInt(systemClock.now()) * 1_000_000n;
export const verifier = createCertificateVerifier({ rootKey: KEY.publicKey.der });

export interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
  readonly text: string;
}
export const post = async (url: string, body: Uint8Array, type = "application/cbor"): Promise<Answer> => {
  const response = await fetch(url, { method: "POST", body: Buffer.from(body), headers: { "content-type": type } });
  const answer = Buffer.from(await response.arrayBuffer());
  return { status: response.status, body: answer, text: answer.toString() };
};
export const fields = (body: Uint8Array): Record<string, unknown> => {
  const value = decodeCbor(body, { code: "test", name: "An answer" });
  assert.ok(typeof value === "object" && value !== null);
  return Object.fromEntries(Object.entries(value));
};
export const bytesOf = (value: unknown): Uint8Array => {
  assert.ok(value instanceof Uint8Array);
  return value;
};
export const call = (signer: RequestSigner | undefined, more: Partial<CallContent> = {}): CallContent => ({
  request_type: "call",
  canister_id: CANISTER,
  method_name: "increment",
  arg: new Uint8Array(),
  sender: signer ? selfAuthenticating(signer.publicKey) : Principal.anonymous(),
  ingress_expiry: now() + MINUTE,
  ...more,
});
export const readState = (signer: RequestSigner | undefined, paths: Uint8Array[][]): RequestContent => ({
  request_type: "read_state",
  paths,
  sender: signer ? selfAuthenticating(signer.publicKey) : Principal.anonymous(),
  ingress_expiry: now() + MINUTE,
});
export const canisterPath = (url: string, version: number, action: string, id = CANISTER): string =>
  `${url}/api/v${version}/canister/${id.toText()}/${action}`;
