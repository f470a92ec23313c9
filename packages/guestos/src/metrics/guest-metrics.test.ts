import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { silentLogger, systemClock } from "@icos/system";
import { request } from "node:https";
import { openClockStatus } from "./clock-status.ts";
import { guestRoutes } from "./guest-routes.ts";
import { startMetricsProxy } from "@icos/metrics";

const LOOPBACK = { host: "127.0.0.1", port: 0 };

function get(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path, agent: false, rejectUnauthorized: false };
    request(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      response.once("end", () => resolve(text));
    })
      .once("error", reject)
      .end();
  });
}

void test("a host sees of its guest how consensus goes, the version and whether the clock is kept", async () => {
  const replica = createServer((_, response) =>
    response.end(
      'artifact_pool_consensus_height_stat{type="finalization",stat="max"} 7\nmr_blocks_proposed_total 3\n' +
        "mr_blocks_not_proposed_total 1\nmr_blocks_proposed_total_by_user 4\nreplica_http_requests_total 9\n",
    ),
  );
  await new Promise<void>((resolve) => replica.listen(0, "127.0.0.1", resolve));
  const address = replica.address();
  assert.ok(typeof address === "object" && address);
  let kept = false;
  const routes = guestRoutes({ replica: `127.0.0.1:${address.port}`, version: "abc" }, () => kept);
  const modules = { clock: systemClock, logger: silentLogger };
  const proxy = await startMetricsProxy({ routes, listen: LOOPBACK, listenOwn: LOOPBACK }, modules);
  try {
    assert.equal(
      await get(proxy.port, "/metrics/guestos_replica"),
      'artifact_pool_consensus_height_stat{type="finalization",stat="max"} 7\nmr_blocks_proposed_total 3\nmr_blocks_not_proposed_total 1\n',
    );
    const machine = await get(proxy.port, "/metrics/guestos_node_exporter");
    assert.match(machine, /^guestos_version\{version="abc"\} 1$/m);
    assert.match(machine, /^node_timex_sync_status 0$/m);
    kept = true;
    const again = guestRoutes({ replica: "", version: "abc" }, () => kept)[1]?.source;
    assert.match(again?.kind === "own" ? await again.page() : "", /^node_timex_sync_status 1$/m);
  } finally {
    await proxy.close();
    await new Promise<void>((resolve) => {
      replica.close(() => resolve());
      replica.closeAllConnections();
    });
  }
});

void test("the kernel says whether the clock is kept", async () => {
  assert.equal(typeof (await openClockStatus())(), "boolean");
});
