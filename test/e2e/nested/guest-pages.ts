import assert from "node:assert/strict";
import { eventually, type NestedNode } from "./nested-node.ts";

/** Nothing else of a guest may be seen by the public. */
const SHOWN =
  /^(?:artifact_pool_consensus_height_stat|mr_blocks_(?:not_)?proposed_total|guestos_version|node_timex_sync_status)$/;

/** Asks the host's public proxy, as the host itself, for a page of the guest. */
async function guestPage(node: NestedNode, page: string): Promise<string> {
  const script = `
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    const answer = await fetch("https://[::1]:42372/metrics/${page}");
    process.stdout.write(answer.status + "\\n" + await answer.text());`;
  const text = await node.must("host", `/opt/ic/bin/node --no-warnings --input-type=module -e '${script}'`);
  const [status, ...lines] = text.split("\n");
  assert.equal(status, "200", text);
  for (const line of lines) {
    const name = /^(?:# (?:HELP|TYPE) )?(\w+)/.exec(line)?.[1];
    if (name !== undefined) assert.match(name, SHOWN);
  }
  return text;
}

/** The public sees of the guest, through its host, the two pages that it may see, and of them what it may. */
export async function publicSeesTheGuest(node: NestedNode): Promise<void> {
  const version = await node.must("guest", "cat /opt/ic/share/version.txt");
  const machine = await eventually("the guest's page", 60, () => guestPage(node, "guestos_node_exporter"));
  assert.ok(machine.split("\n").includes(`guestos_version{version="${version}"} 1`), machine);
  assert.match(machine, /^node_timex_sync_status [01]$/m);
  await guestPage(node, "guestos_replica");
}
