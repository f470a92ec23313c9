import * as v from "valibot";
import { deploymentEnvironment, httpUrl, macAddress, nodeRewardType, optionalField } from "../field-forms.ts";
import { objectSchema, type FieldTable } from "./field-table.ts";

const icosDevSettings = {} as const satisfies FieldTable;

/** `icos_settings`: what all operating systems of a machine share. */
export const icosSettings = {
  node_reward_type: {
    schema: optionalField(nodeRewardType),
    form: "`typeN` or `typeN.M`, or null",
    since: "1.1.0",
    source: "config.ini `node_reward_type`",
    meaning: "is what the node registers as; it also decides the hardware that SetupOS expects",
  },
  mgmt_mac: {
    schema: macAddress,
    form: "MAC address",
    since: "1.1.0",
    source: "deployment.json `deployment.mgmt_mac`, or read from the management controller by SetupOS",
    meaning: "is what every MAC and IPv6 address of the machine is derived from",
  },
  deployment_environment: {
    schema: deploymentEnvironment,
    form: "`mainnet` or `testnet`",
    since: "1.1.0",
    source: "deployment.json `deployment.deployment_environment`",
    meaning: "is part of what addresses are derived from",
  },
  nns_urls: {
    schema: v.array(httpUrl),
    form: "list of http or https URLs",
    since: "1.1.0",
    source: "deployment.json `nns.urls`",
    meaning: "are the addresses at which the registry is asked",
  },
  node_operator_private_key: {
    schema: optionalField(v.string()),
    form: "PEM text or null",
    since: "1.12.1",
    source: "node_operator_private_key.pem beside config.ini",
    meaning: "signs the node's registration; upstream writes it into the object, here it stays a file beside it",
    sensitivity: "secret",
  },
  enable_trusted_execution_environment: {
    schema: v.optional(v.boolean(), false),
    form: "true or false",
    since: "1.2.0",
    source: "config.ini `enable_trusted_execution_environment`",
    meaning: "asks for a guest under SEV-SNP; a guest believes its CPU and not this field",
  },
  use_ssh_authorized_keys: {
    schema: v.optional(v.boolean(), false),
    form: "true or false",
    since: "1.1.0",
    source: "derived: the directory ssh_authorized_keys exists beside config.ini",
    meaning: "says that keys for SSH come with the configuration",
  },
  icos_dev_settings: {
    schema: v.optional(objectSchema(icosDevSettings), {}),
    form: "object",
    since: "1.1.0",
    source: "fixed",
    meaning: "has no fields yet",
    fields: icosDevSettings,
  },
} as const satisfies FieldTable;
