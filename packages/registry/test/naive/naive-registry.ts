import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { Principal } from "@icos/certification";
import {
  NodeRecordSchema,
  type RegistryRules,
  ReplicaVersionRecordSchema,
  SubnetListRecordSchema,
  SubnetRecordSchema,
} from "../../src/index.ts";

export const textOf = (bytes: Uint8Array | undefined): string =>
  Principal.fromUint8Array(bytes ?? new Uint8Array()).toText();
export const unique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

export class Naive {
  readonly records: ReadonlyMap<string, Uint8Array>;
  readonly rules: RegistryRules;

  constructor(records: ReadonlyMap<string, Uint8Array>, rules: RegistryRules) {
    this.records = records;
    this.rules = rules;
  }

  has(key: string): boolean {
    return this.records.has(key);
  }

  get<S extends DescMessage>(schema: S, key: string): MessageShape<S> | undefined {
    const value = this.records.get(key);
    return value && fromBinary(schema, value);
  }

  /** Records of a family by what follows its prefix. */
  all<S extends DescMessage>(schema: S, prefix: string): [string, MessageShape<S>][] {
    return [...this.records].flatMap(([key, value]) =>
      key.startsWith(prefix)
        ? [[key.slice(prefix.length), fromBinary(schema, value)] as [string, MessageShape<S>]]
        : [],
    );
  }

  get nodes() {
    return this.all(NodeRecordSchema, "node_record_");
  }

  get listed(): string[] {
    return (this.get(SubnetListRecordSchema, "subnet_list")?.subnets ?? []).map(textOf);
  }

  get subnets() {
    const listed = new Set(this.listed);
    return this.all(SubnetRecordSchema, "subnet_record_").filter(([id]) => listed.has(id));
  }

  measured(version: string): boolean {
    const record = this.get(ReplicaVersionRecordSchema, `replica_version_${version}`);
    return (record?.guestLaunchMeasurements?.guestLaunchMeasurements.length ?? 0) > 0;
  }
}

/** Whether the registry holds to a rule, by name of the invariant. */
export type NaiveRules = Readonly<Record<string, (registry: Naive) => boolean>>;
