import assert from "node:assert/strict";
import { test } from "node:test";
import { parseWith } from "@icos/system";
import { servicesConfigSchema } from "./services-config.ts";
import { planServices, type ServicesPlanOptions } from "./services-plan.ts";

const options: ServicesPlanOptions = {
  name: "alpha",
  directory: "/state/services",
  switchSocket: "/state/services.sock",
  prefixes: ["fd00:0:0:1::/64", "fd00:0:0:2::/64"],
  nodes: { "node-0": "fd00:0:0:1:6801:ff:fe00:1" },
  filesDirectory: "/state/files",
  nns: { directory: "/state/nns", init: "/state/init.json" },
  programs: "/state/programs",
};

void test("The plan of a testnet is a valid configuration of the services.", () => {
  const plan = planServices(options);
  const what = { code: "invalid", name: "The plan" };
  assert.deepEqual(parseWith(servicesConfigSchema, JSON.parse(JSON.stringify(plan)), what), plan);
  const { command } = plan.nns;
  assert.deepEqual(command.slice(command.indexOf("/state/programs/nns.mjs") + 1), [
    "--dir",
    "/state/nns",
    "--init",
    "/state/init.json",
    "--listen-host",
    "fd00:0:0:1::10",
    "--listen-port",
    "8080",
  ]);
});

void test("The namespace has the router in each prefix, every service once and the usual resolvers.", () => {
  const added = planServices({ ...options, resolvers: ["2606:4700:4700::1111"] })
    .setup.flatMap((step) => (step.kind === "run" ? (step.input ?? "").split("\n") : []))
    .flatMap((line) => /^address add (\S+) dev svc0 nodad$/.exec(line)?.[1] ?? []);
  assert.deepEqual(added, [
    "fe80::1/64",
    "fd00:0:0:1::1/64",
    "fd00:0:0:1::10/64",
    "fd00:0:0:1::53/64",
    "fd00:0:0:1::123/64",
    "fd00:0:0:1::80/64",
    "fd00:0:0:2::1/64",
    "2606:4700:4700::1111/128",
  ]);
});

void test("A prefix that is no /64 network is refused.", () => {
  for (const prefix of ["fd00::/48", "fd00::1/64", "fd00::", "10.0.0.0/64", "fd00::/640"]) {
    assert.throws(() => planServices({ ...options, prefixes: [prefix] }), { code: "prefix-invalid" }, prefix);
  }
});

void test("A configuration with a wrong field is refused with the field's name.", () => {
  const plan = { ...planServices(options), testnet: "Not A Label" };
  assert.throws(() => parseWith(servicesConfigSchema, plan, { code: "invalid", name: "The plan" }), /testnet/);
});
