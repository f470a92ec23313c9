import type { Json } from "@icos/registry";
import * as v from "valibot";

const json = v.custom<Json>(() => true);
const record = v.record(v.string(), json);

const adminChangeSchema = v.strictObject({
  key: v.string(),
  kind: v.picklist(["added", "changed", "removed"]),
  before: v.nullable(record),
  after: v.nullable(record),
  /** What differs; null where there is nothing. `list[]` is what enters or leaves a list. */
  fields: v.array(v.strictObject({ field: v.string(), before: json, after: json })),
});

const certified = {
  /** Verified under the root key. */
  certified: v.literal(true),
  registryVersion: v.number(),
};

/** `icos admin get KIND --json`. */
export const adminGetSchema = v.strictObject({
  ...certified,
  records: v.array(
    v.strictObject({
      key: v.string(),
      /** That changed it last. */
      version: v.number(),
      time: v.string(),
      /** The exact bytes, hex. */
      value: v.string(),
      /** Null when it is of no known kind. */
      record: v.nullable(record),
    }),
  ),
});

const node = v.strictObject({ id: v.string(), address: v.nullable(v.string()), operator: v.nullable(v.string()) });

/** `icos admin get topology --json`. */
export const adminTopologySchema = v.strictObject({
  ...certified,
  subnets: v.array(
    v.strictObject({
      id: v.string(),
      type: v.string(),
      version: v.string(),
      halted: v.boolean(),
      nodes: v.array(node),
    }),
  ),
  apiBoundaryNodes: v.array(node),
  unassigned: v.array(node),
});

/** `icos admin get firewall-ruleset-hash --json`. */
export const adminRulesetHashSchema = v.strictObject({
  ...certified,
  scope: v.string(),
  rules: v.number(),
  /** Upper-case hex. */
  hash: v.string(),
});

/** `icos admin history KEY --json`. */
export const adminHistorySchema = v.strictObject({
  ...certified,
  key: v.string(),
  versions: v.array(v.strictObject({ version: v.number(), time: v.string(), ...adminChangeSchema.entries })),
});

/** `icos admin propose|call METHOD --dry-run --json`. */
export const adminPreviewSchema = v.strictObject({
  method: v.string(),
  /** That the change would follow on. */
  registryVersion: v.number(),
  refused: v.boolean(),
  refusals: v.array(v.strictObject({ code: v.string(), message: v.string() })),
  violations: v.array(v.strictObject({ invariant: v.string(), message: v.string() })),
  changes: v.array(adminChangeSchema),
});

export const adminProposalSchema = v.strictObject({
  id: v.number(),
  state: v.picklist(["open", "adopted", "executed", "failed", "rejected", "withdrawn"]),
  method: v.string(),
  nnsFunction: v.number(),
  topic: v.string(),
  title: v.string(),
  summary: v.string(),
  url: v.string(),
  proposer: v.string(),
  submitted: v.string(),
  decided: v.nullable(v.string()),
  /** When it was executed, or failed. */
  ended: v.nullable(v.string()),
  /** Of the registry, that its execution made. */
  version: v.nullable(v.number()),
  failure: v.nullable(v.strictObject({ code: v.string(), reason: v.string() })),
  payload: json,
  reply: json,
});

/** `icos admin propose METHOD`, `proposals ID`, `adopt`, … `--json`. */
export const adminProposalReportSchema = v.strictObject({
  proposal: adminProposalSchema,
  /** Of the version that its execution made. */
  changes: v.array(adminChangeSchema),
});

/** `icos admin proposals --json`. */
export const adminProposalsSchema = v.strictObject({ proposals: v.array(adminProposalSchema) });

/** `icos admin call METHOD --json`. */
export const adminCallSchema = v.strictObject({ method: v.string(), reply: json });

/** `icos admin dump --out FILE --json`. */
export const adminDumpSchema = v.strictObject({
  file: v.string(),
  version: v.number(),
  /** Root of the hash tree over all versions, hex. */
  certifiedData: v.string(),
});

/** `icos admin load FILE --json`. */
export const adminLoadSchema = v.strictObject({
  directory: v.string(),
  version: v.number(),
  certifiedData: v.string(),
  /** The registry that was there before. */
  backup: v.nullable(v.string()),
  violations: v.array(v.strictObject({ invariant: v.string(), message: v.string() })),
});

export type AdminChange = v.InferOutput<typeof adminChangeSchema>;
export type AdminRecord = v.InferOutput<typeof adminGetSchema>["records"][number];
export type AdminTopology = v.InferOutput<typeof adminTopologySchema>;
export type AdminHistory = v.InferOutput<typeof adminHistorySchema>;
export type AdminPreview = v.InferOutput<typeof adminPreviewSchema>;
export type AdminProposal = v.InferOutput<typeof adminProposalSchema>;
