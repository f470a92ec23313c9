import assert from "node:assert/strict";
import { test } from "node:test";
import type { Logger } from "@icos/system";
import { VirtualClock } from "@icos/system/virtual-clock";
import { Pages, PAGES_LIMITS } from "./pages.ts";
import { ProxyAnswers } from "./proxy-answers.ts";
import type { ProxyRoute } from "./proxy-route.ts";

void test("a page that cannot be made is logged once, however often somebody asks", async () => {
  const route: ProxyRoute = { path: "/metrics/nobody", source: { kind: "passed-on", url: "https://127.0.0.1:1/" } };
  const logged: string[] = [];
  const logger: Logger = { log: (severity, message) => logged.push(`${severity}: ${message}`) };
  const pages = new Pages([route], PAGES_LIMITS, { clock: new VirtualClock(), random: () => 0 });
  const answers = new ProxyAnswers([route], { pages, logger });
  assert.equal(answers.routeOf("/metrics/nobody?a=b?c"), route);
  for (const target of [undefined, "", "/metrics/nobody/", "/metrics"])
    assert.equal(answers.routeOf(target), undefined);
  for (let time = 0; time < 3; time += 1) assert.equal((await answers.to("GET", route)).status, 502);
  assert.deepEqual(logged, ["warning: A page of metrics cannot be made."]);
});
