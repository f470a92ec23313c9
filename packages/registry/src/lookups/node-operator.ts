import type { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { NodeOperatorRecordSchema, type NodeOperatorRecord } from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { recordAt } from "./record-at.ts";

export function getNodeOperatorRecord(
  registry: RegistryReader,
  operator: Principal,
  version: number,
): NodeOperatorRecord | undefined {
  return recordAt(registry, NodeOperatorRecordSchema, registryKey.nodeOperatorRecord(operator), version);
}
