import { toJsonSchema } from "@valibot/to-json-schema";
import { CONFIG_VERSION, OBJECT_KINDS } from "@icos/config";
import { prepPlanSchema } from "@icos/bootstrap";
import { testnetStatusSchema, topologySchema } from "@icos/testnet";
import type * as v from "valibot";
import { registryDumpSchema } from "@icos/nns";
import {
  adminCallSchema,
  adminDumpSchema,
  adminGetSchema,
  adminHistorySchema,
  adminLoadSchema,
  adminPreviewSchema,
  adminProposalReportSchema,
  adminProposalsSchema,
  adminRulesetHashSchema,
  adminTopologySchema,
} from "./admin.ts";
import { benchListSchema, benchReportSchema, benchResultSchema } from "../bench/results.ts";
import { imageBuildSchema, imageInspectSchema, imageLockSchema, imageReproduceSchema } from "./image.ts";
import { addressSchema, configCheckSchema, configGenerateSchema } from "./config.ts";
import { configDiffSchema, configExplainSchema, configMigrateSchema, configShowSchema } from "./config-objects.ts";
import { objectJsonSchema } from "./object-schema.ts";
import { prepReportSchema } from "./prep.ts";
import { testReportSchema } from "./test.ts";
import { testnetChangeSchema, testnetListSchema } from "./testnet.ts";

export interface PublishedSchema {
  readonly title: string;
  readonly schema: v.GenericSchema;
  /** Files that people write are described as input, reports as output. */
  readonly mode: "input" | "output";
}

/** By name of the file in `docs/schemas`, without its ending; beside the configuration objects. */
export const PUBLISHED_SCHEMAS: Readonly<Record<string, PublishedSchema>> = {
  topology: { title: "icos testnet up --topology FILE", schema: topologySchema, mode: "input" },
  "testnet-status": {
    title: "icos testnet status, up and resume --json",
    schema: testnetStatusSchema,
    mode: "output",
  },
  "testnet-list": { title: "icos testnet list --json", schema: testnetListSchema, mode: "output" },
  "testnet-change": { title: "icos testnet stop and down --json", schema: testnetChangeSchema, mode: "output" },
  "admin-get": { title: "icos admin get KIND --json", schema: adminGetSchema, mode: "output" },
  "admin-topology": { title: "icos admin get topology --json", schema: adminTopologySchema, mode: "output" },
  "admin-ruleset-hash": {
    title: "icos admin get firewall-ruleset-hash --json",
    schema: adminRulesetHashSchema,
    mode: "output",
  },
  "admin-history": { title: "icos admin history KEY --json", schema: adminHistorySchema, mode: "output" },
  "admin-preview": {
    title: "icos admin propose|call METHOD --dry-run --json",
    schema: adminPreviewSchema,
    mode: "output",
  },
  "admin-proposal": {
    title: "icos admin propose METHOD, proposals ID, adopt, reject, withdraw and execute --json",
    schema: adminProposalReportSchema,
    mode: "output",
  },
  "admin-proposals": { title: "icos admin proposals --json", schema: adminProposalsSchema, mode: "output" },
  "admin-call": { title: "icos admin call METHOD --json", schema: adminCallSchema, mode: "output" },
  "admin-dump": { title: "icos admin dump --out FILE --json", schema: adminDumpSchema, mode: "output" },
  "admin-load": { title: "icos admin load FILE --json", schema: adminLoadSchema, mode: "output" },
  "registry-dump": { title: "icos admin dump", schema: registryDumpSchema, mode: "output" },
  "image-build": { title: "icos image build OS --json", schema: imageBuildSchema, mode: "output" },
  "image-lock": { title: "icos image lock --json", schema: imageLockSchema, mode: "output" },
  "image-reproduce": { title: "icos image reproduce OS --json", schema: imageReproduceSchema, mode: "output" },
  "image-inspect": { title: "icos image inspect FILE --json", schema: imageInspectSchema, mode: "output" },
  "config-check": { title: "icos config check DIR --json", schema: configCheckSchema, mode: "output" },
  "config-generate": { title: "icos config generate [DIR] --json", schema: configGenerateSchema, mode: "output" },
  "config-show": { title: "icos config show PATH --json", schema: configShowSchema, mode: "output" },
  "config-explain": { title: "icos config explain FIELD --json", schema: configExplainSchema, mode: "output" },
  "config-diff": { title: "icos config diff A B --json", schema: configDiffSchema, mode: "output" },
  "config-migrate": { title: "icos config migrate FILE --json", schema: configMigrateSchema, mode: "output" },
  address: { title: "icos address --json", schema: addressSchema, mode: "output" },
  "prep-plan": { title: "icos prep --topology FILE", schema: prepPlanSchema, mode: "input" },
  prep: { title: "icos prep --json", schema: prepReportSchema, mode: "output" },
  test: { title: "icos test --json", schema: testReportSchema, mode: "output" },
  bench: { title: "icos bench --json", schema: benchReportSchema, mode: "output" },
  "bench-list": { title: "icos bench --list --json", schema: benchListSchema, mode: "output" },
  "bench-result": { title: "bench/results/NAME.json", schema: benchResultSchema, mode: "output" },
};

const DIALECT = "http://json-schema.org/draft-07/schema#";

/** Name of the file in `docs/schemas` to its content. */
export function jsonSchemaFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [name, { title, schema, mode }] of Object.entries(PUBLISHED_SCHEMAS)) {
    // Checks across fields have no form in JSON Schema; the commands still make them.
    const { $schema, ...rest } = toJsonSchema(schema, { typeMode: mode, errorMode: "ignore" });
    files.set(`${name}.schema.json`, `${JSON.stringify({ $schema, title, ...rest }, undefined, 2)}\n`);
  }
  for (const kind of OBJECT_KINDS) {
    const title = `config.json of a ${kind}, version ${CONFIG_VERSION}`;
    const schema = { $schema: DIALECT, title, ...objectJsonSchema(kind) };
    files.set(`${kind.toLowerCase()}-config.schema.json`, `${JSON.stringify(schema, undefined, 2)}\n`);
  }
  return files;
}
