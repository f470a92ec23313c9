import { create, type MessageInitShape } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import {
  CanisterCyclesCostSchedule,
  EcdsaCurve,
  KeyConfigSchema,
  registryKey,
  SubnetRecordSchema,
  SubnetType,
} from "../../src/index.ts";
import { idOf, listOf, node, rarely, raw, ROOT, set, someNodes, subnet, usually, version } from "./values.ts";

export const chainKeyName = fc.constantFrom("a", "b");
const keyConfig: fc.Arbitrary<MessageInitShape<typeof KeyConfigSchema>> = fc
  .record({
    name: chainKeyName,
    curve: usually<0 | 1>(1, 0),
    queue: usually(1, undefined),
    pre: usually(1, 0, undefined),
    vetkd: fc.boolean(),
  })
  .map(({ name, curve, queue, pre, vetkd }) => ({
    keyId: {
      keyId: vetkd
        ? { case: "vetkd" as const, value: { name, curve } }
        : { case: "ecdsa" as const, value: { name, curve } },
    },
    maxQueueSize: queue,
    preSignaturesToCreateInAdvance: pre,
  }));

const goodKeyConfig: typeof keyConfig = fc.constant({
  keyId: { keyId: { case: "ecdsa" as const, value: { name: "a", curve: EcdsaCurve.SECP256K1 } } },
  maxQueueSize: 1,
  preSignaturesToCreateInAdvance: 1,
});

export const subnetRecord = fc
  .record({
    id: subnet,
    members: rarely(someNodes, fc.array(node, { maxLength: 2 })),
    type: usually<SubnetType>(
      SubnetType.APPLICATION,
      SubnetType.SYSTEM,
      SubnetType.CLOUD_ENGINE,
      SubnetType.UNSPECIFIED,
    ),
    schedule: usually<CanisterCyclesCostSchedule>(CanisterCyclesCostSchedule.NORMAL, CanisterCyclesCostSchedule.FREE),
    engine: usually(false, true),
    version: rarely(version, fc.constantFrom("", "v9")),
    sev: usually(false, true),
    admins: usually(0, 1),
    keys: usually(0, 51),
    chainKeys: rarely(fc.array(goodKeyConfig, { maxLength: 1 }), fc.array(keyConfig, { maxLength: 2 })),
  })
  .map((choice) =>
    set(registryKey.subnetRecord(choice.id), SubnetRecordSchema, {
      membership: choice.id === ROOT ? [] : choice.members.map((index) => raw(idOf(index))),
      subnetType: choice.id === ROOT ? SubnetType.SYSTEM : choice.engine ? SubnetType.CLOUD_ENGINE : choice.type,
      canisterCyclesCostSchedule: choice.engine ? CanisterCyclesCostSchedule.FREE : choice.schedule,
      replicaVersionId: choice.version,
      features: { sevEnabled: choice.sev },
      subnetAdmins: Array.from({ length: choice.admins }, () => ({ raw: raw(ROOT) })),
      sshReadonlyAccess: listOf(choice.keys),
      chainKeyConfig: { keyConfigs: choice.chainKeys.map((config) => create(KeyConfigSchema, config)) },
    }),
  );
