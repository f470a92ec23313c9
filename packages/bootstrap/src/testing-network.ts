import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parsePrepPlan, type PrepPlanInput } from "./plan.ts";
import { prepareNetwork } from "./prepare.ts";
import { writeNetwork } from "./write-network.ts";

export const TIME = Date.parse("2026-03-01T12:00:00Z");
export const SEED = Buffer.from("a seed of a test");
export const node = (idx: number, more: object = {}) => ({
  idx,
  xnet_api: `[2001:db8::${idx + 1}]:2497`,
  public_api: `[2001:db8::${idx + 1}]:8080`,
  ...more,
});
export const PLAN: PrepPlanInput = {
  replica_version: "v1",
  release_package_download_url: "http://files.example/update-img.tar.zst",
  release_package_sha256_hex: "ab".repeat(32),
  nodes: [
    node(0, { subnet_idx: 1 }),
    node(1, { subnet_idx: 1, node_reward_type: "type3.1" }),
    node(2, { subnet_idx: 0 }),
    node(3),
    node(4, { api_boundary_node: true, domain: "api.example.org" }),
  ],
  data_centers: [{ id: "DC1", region: "Europe,CH,Zurich", owner: "nobody" }],
  ssh_readonly_access: ["ssh-ed25519 reader"],
  ssh_backup_access: ["ssh-ed25519 backup"],
  provisional_whitelist: ["*"],
  whitelisted_prefixes: ["2001:db8::/32"],
  whitelisted_ports: [22, 9090],
  dkg_interval_length: -1,
};

/** Writes the network of {@link PLAN} to a temporary directory. */
export async function prepare(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "icos-prep-"));
  await writeNetwork(made, prepareNetwork({ plan: parsePrepPlan(PLAN), seed: SEED, time: TIME }));
  return made;
}
