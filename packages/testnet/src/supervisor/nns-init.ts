import type { NnsInitInput } from "@icos/nns";
import { TESTNET_NODE_KEYS } from "@icos/registry";
import type { HostImage, TestnetImage } from "../state/testnet-file.ts";
import type { Topology } from "../topology/topology.ts";

export interface NnsInitOptions {
  readonly topology: Topology;
  readonly image: TestnetImage;
  /** Where nodes fetch the image of that version. */
  readonly updateImageUrl: string;
  /** Of nested nodes. */
  readonly host: { readonly image: HostImage; readonly updateImageUrl: string } | undefined;
  /** Principals in textual form. */
  readonly governance: string;
  readonly provider: string;
  readonly operators: ReadonlyMap<string, string>;
}

const DATA_CENTER = "local";

/** What the testnet's registry begins with: the operators with room for their nodes, and the versions that nodes and hosts run. */
export function nnsInit(options: NnsInitOptions): NnsInitInput {
  const { topology, image, host, operators } = options;
  return {
    governance: options.governance,
    requiredNodeKeys: [...TESTNET_NODE_KEYS],
    rateLimits: false,
    dataCenters: [{ id: DATA_CENTER, region: "Local,Local,Local", owner: "icos testnet" }],
    operators: [...operators].map(([name, principal]) => ({
      principal,
      provider: options.provider,
      dataCenter: DATA_CENTER,
      allowance: topology.nodes.reduce((sum, { operator, guests }) => sum + (operator === name ? guests : 0), 0),
    })),
    replicaVersion: { id: image.version, sha256: image.updateImage.sha256, urls: [options.updateImageUrl] },
    ...(host && {
      hostosVersion: { id: host.image.version, sha256: host.image.updateImage.sha256, urls: [host.updateImageUrl] },
    }),
    unassignedNodes: { replicaVersion: image.version },
  };
}
