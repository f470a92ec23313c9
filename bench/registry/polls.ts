import { Agent, request } from "node:http";
import { decodeCbor, encodeCbor, Principal, ThresholdKey } from "@icos/certification";
import { CertifiedDeltas, encodeChangesSinceRequest, REGISTRY_CANISTER_ID, type RegistryHistory } from "@icos/registry";
import { IcosError } from "@icos/system";
import { type Measurement, measurement } from "../../packages/cli/src/bench/bench.ts";
import { certify } from "../../packages/registry/test/certify.ts";
import type { RegistryService } from "./service.ts";

export const POLLERS = 2_000;
const NAIVE_TIMES = 3;
const ROUNDS = 3;
const CONNECTIONS = 50;
const PEER = "in one process, the hash tree rebuilt and the answer signed anew for each poll";

/**
 * What a poll costs the service, as processor time of its process over many polls through HTTP: when nothing is new,
 * and when everyone asks for one new version.
 */
export async function benchPolls(service: RegistryService, history: RegistryHistory): Promise<Measurement[]> {
  const latest = history.latestVersion;
  await pollAll(service, latest); // so that the program is compiled
  const measure = async (name: string, since: number, limit: number | undefined): Promise<Measurement> => {
    const samples: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = await service.processorTime();
      await pollAll(service, since);
      samples.push(((await service.processorTime()) - before) / POLLERS);
    }
    const naive = Array.from({ length: NAIVE_TIMES }, () => naivePoll(history, since));
    return measurement({
      name,
      unit: "ms",
      samples,
      peer: { name: PEER, samples: naive },
      ...(limit === undefined ? {} : { aim: { of: "value", is: "below", limit } as const }),
    });
  };
  return [
    await measure(`a poll when nothing is new (of ${POLLERS})`, latest, 1),
    await measure(`a poll for one new version (of ${POLLERS})`, latest - 1, undefined),
  ];
}

function naivePoll(history: RegistryHistory, since: number): number {
  const start = performance.now();
  const deltas = new CertifiedDeltas(history);
  const answer = deltas.changesSince(since, certify(deltas.certifiedData, 5n, REGISTRY_CANISTER_ID, KEY));
  if (answer.length === 0) throw new IcosError("bench-registry-silent", "There is no answer.");
  return performance.now() - start;
}

const KEY = ThresholdKey.fromSeed(Buffer.alloc(32, 7));

async function pollAll({ url }: RegistryService, since: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const path = new URL(`/api/v3/canister/${REGISTRY_CANISTER_ID.toText()}/query`, url);
  let left = POLLERS;
  const poller = async (): Promise<void> => {
    while (left-- > 0) await post(path, agent, since);
  };
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, poller));
  } finally {
    agent.destroy();
  }
}

function post(url: URL, agent: Agent, since: number): Promise<void> {
  const body = encodeCbor({
    content: {
      request_type: "query",
      canister_id: REGISTRY_CANISTER_ID.toUint8Array(),
      method_name: "get_certified_changes_since",
      arg: encodeChangesSinceRequest(since),
      sender: Principal.anonymous().toUint8Array(),
      ingress_expiry: BigInt(Date.now() + 240_000) * 1_000_000n,
    },
  });
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: "POST", agent, headers: { "content-type": "application/cbor" } },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => {
          const answer = decodeCbor(Buffer.concat(parts), { code: "bench-registry-silent", name: "The answer" });
          const replied =
            typeof answer === "object" && answer !== null && "status" in answer && answer.status === "replied";
          if (replied) resolve();
          else reject(new IcosError("bench-registry-silent", "The registry refuses a poll."));
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
