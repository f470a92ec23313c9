import type { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import {
  type DataCenterRecord,
  DataCenterRecordSchema,
  type NodeOperatorRecord,
  NodeOperatorRecordSchema,
} from "../records.ts";
import type { RegistryReader } from "../replicate/client.ts";
import { recordAt } from "./record-at.ts";

/** Upstream: `get_node_operator_record`. */
export function getNodeOperatorRecord(
  registry: RegistryReader,
  operator: Principal,
  version: number,
): NodeOperatorRecord | undefined {
  return recordAt(registry, NodeOperatorRecordSchema, registryKey.nodeOperatorRecord(operator), version);
}

/** By its id, in either case. */
export function getDataCenterRecord(
  registry: RegistryReader,
  id: string,
  version: number,
): DataCenterRecord | undefined {
  return recordAt(registry, DataCenterRecordSchema, registryKey.dataCenterRecord(id), version);
}
