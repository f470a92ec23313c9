import { IcosError } from "@icos/system";
import type { ConfigIniKey } from "../inputs/config-ini-keys.ts";
import { MAINNET_NNS_URLS } from "../inputs/deployment-json.ts";
import { shown } from "../inputs/shown.ts";
import type { StickAccount } from "./stick-inputs.ts";

/** What a person answers to make a stick, as text: whether it is right is judged when the files are made of it. */
export interface StickAnswers {
  /** Of `config.ini`; one that is not given is left out. */
  readonly config: Readonly<Partial<Record<ConfigIniKey, string>>>;
  /** `mainnet` or `testnet`. */
  readonly environment: string;
  readonly mgmtMac: string | undefined;
  /** Those of the main network when none is given and it is for that. */
  readonly nnsUrls: readonly string[];
}

/** Files that somebody has, to be put on the stick. */
export interface StickMaterial {
  /** PEM. */
  readonly operatorKey: Uint8Array | undefined;
  /** What files with public keys hold, by account. */
  readonly sshKeys: Readonly<Partial<Record<StickAccount, string>>>;
}

/** In the order in which people think of them. */
const GROUPS: readonly (readonly [heading: string, keys: readonly ConfigIniKey[]])[] = [
  ["IPv6: the first groups of the /64, and its gateway", ["ipv6_prefix", "ipv6_gateway"]],
  ["IPv4: all or none", ["ipv4_address", "ipv4_prefix_length", "ipv4_gateway"]],
  ["Needed with IPv4", ["domain"]],
  ["As the node operator's record allows", ["node_reward_type"]],
  ["Experimental; true or false", ["enable_trusted_execution_environment"]],
  ["The node's console on the host's screen; true or false", ["verbose"]],
];

/** `config.ini`, with a comment on each group of keys. */
export function formatConfigIni({ config }: Pick<StickAnswers, "config">): string {
  const groups = GROUPS.flatMap(([heading, keys]) => {
    const lines = keys.flatMap((key) => (config[key] === undefined ? [] : [`${key}=${oneLine(key, config[key])}`]));
    return lines.length === 0 ? [] : [[`# ${heading}`, ...lines].join("\n")];
  });
  return `${groups.join("\n\n")}\n`;
}

/** `deployment.json`, with what upstream's own has. */
export function formatDeploymentJson({ environment, mgmtMac, nnsUrls }: Omit<StickAnswers, "config">): string {
  const isMainnet = environment.toLowerCase() === "mainnet";
  const deployment = {
    deployment: { deployment_environment: environment, mgmt_mac: mgmtMac ?? null },
    nns: { urls: nnsUrls.length === 0 && isMainnet ? MAINNET_NNS_URLS : nnsUrls },
    dev_vm_resources: { memory: "16", cpu: "kvm", nr_of_vcpus: 16 },
  };
  return `${JSON.stringify(deployment, undefined, 2)}\n`;
}

/** A value that would become two lines would say something else than what was asked for. */
function oneLine(key: ConfigIniKey, value: string): string {
  if (!/[\r\n]/.test(value)) return value;
  throw new IcosError("usage", `The value ${shown(value)} of ${key} is not one line.`);
}
