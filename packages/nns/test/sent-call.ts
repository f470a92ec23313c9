import assert from "node:assert/strict";
import { HttpAgent } from "@icp-sdk/core/agent";
import { REGISTRY_CANISTER_ID } from "@icos/registry";
import { encodeArgument, METHOD_CODECS } from "../src/index.ts";
import { governance, operator, principalOf, type TestNns } from "./nns-fixture.ts";

/** A signed call as it goes over the wire. */
export interface SentCall {
  readonly path: string;
  readonly body: Uint8Array;
}

/** A change of the operator's allowance to 9, kept instead of sent. */
export async function recordCall(test: TestNns, identity = governance): Promise<SentCall> {
  const sent: SentCall[] = [];
  const keep: typeof fetch = async (input, init) => {
    const { body } = init ?? {};
    const url = typeof input === "string" ? input : input instanceof URL ? input.href : input.url;
    if (body instanceof Uint8Array) sent.push({ path: new URL(url).pathname, body });
    return new Response("kept", { status: 400 });
  };
  const agent = HttpAgent.createSync({
    host: test.url,
    rootKey: test.nns.rootKey,
    identity,
    retryTimes: 0,
    fetch: keep,
  });
  const { payload } = METHOD_CODECS.update_node_operator_config;
  const change = { node_operator_id: principalOf(operator), node_allowance: 9n, rewardable_nodes: [] };
  const arg = encodeArgument(payload, change);
  const call = agent.call(REGISTRY_CANISTER_ID.toText(), { methodName: "update_node_operator_config", arg });
  await assert.rejects(call);
  const [first] = sent;
  assert.ok(first);
  return first;
}

/** The status of the answer. */
export async function sendCall({ url }: { readonly url: string }, { path, body }: SentCall): Promise<number> {
  const headers = { "content-type": "application/cbor" };
  const response = await fetch(new URL(path, url), { method: "POST", headers, body: Buffer.from(body) });
  await response.arrayBuffer();
  return response.status;
}
