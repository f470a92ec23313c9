import assert from "node:assert/strict";
import { test } from "node:test";
import type { Logger } from "@icos/system";
import { serveText } from "@icos/system/text-server";
import { VirtualClock } from "@icos/system/virtual-clock";
import { runGuestMetrics } from "./run-guest-metrics.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

void test("ports that cannot be had are asked for again, which is said once, and are given back at the end", async () => {
  const listen = { host: "127.0.0.1", port: 0 };
  const other = await serveText(listen, "text/plain", () => "");
  const listenOwn = { host: "127.0.0.1", port: other.port };
  const logged: string[] = [];
  const logger: Logger = { log: (_severity, message) => logged.push(message) };
  const clock = new VirtualClock();
  const stop = new AbortController();
  const run = runGuestMetrics({ routes: [], listen, listenOwn }, { clock, logger }, stop.signal);
  for (let times = 0; times < 2; times += 1) {
    while (clock.sleeping === 0) await turn();
    if (times === 1) await other.close();
    clock.advance(10_000);
  }
  let page: string | undefined;
  while (page === undefined)
    page = await fetch(`http://127.0.0.1:${other.port}/`).then(
      (answer) => answer.text(),
      () => undefined,
    );
  assert.match(page, /^http_server_active_requests 0$/m);
  assert.deepEqual(logged, ["Metrics for the host cannot be served."]);
  stop.abort();
  await run;
  await assert.rejects(fetch(`http://127.0.0.1:${other.port}/`));
});
