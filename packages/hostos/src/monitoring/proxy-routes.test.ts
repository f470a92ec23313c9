import assert from "node:assert/strict";
import { test } from "node:test";
import { hostAddressOf } from "@icos/config";
import { testingHostConfig } from "../testing-host-config.ts";
import { HOSTOS_RULES } from "./host-filter.ts";
import { proxyRoutesOf } from "./proxy-routes.ts";

void test("a host with one guest serves upstream's three paths", () => {
  const config = testingHostConfig();
  const guest = `https://[${hostAddressOf(config, "GuestOS").ipv6}]:42372/metrics`;
  assert.deepEqual(proxyRoutesOf(config), [
    {
      path: "/metrics/hostos_node_exporter",
      source: { kind: "filtered", url: "https://127.0.0.1:9100/metrics", rules: HOSTOS_RULES },
    },
    { path: "/metrics/guestos_replica", source: { kind: "passed-on", url: `${guest}/guestos_replica` } },
    { path: "/metrics/guestos_node_exporter", source: { kind: "passed-on", url: `${guest}/guestos_node_exporter` } },
  ]);
  assert.deepEqual(proxyRoutesOf(testingHostConfig(null)), proxyRoutesOf(config));
});

void test("a host with several guests serves two paths for each, from addresses of their own", () => {
  const routes = proxyRoutesOf(testingHostConfig("type4.3"));
  assert.deepEqual(
    routes.slice(1).map(({ path }) => path),
    [0, 1, 2, 3].flatMap((slot) => [`/metrics/guestos_replica/${slot}`, `/metrics/guestos_node_exporter/${slot}`]),
  );
  assert.equal(new Set(routes.map(({ source }) => "url" in source && source.url)).size, 9);
});
