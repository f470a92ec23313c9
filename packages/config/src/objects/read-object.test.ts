import { inspect } from "node:util";
import { test } from "node:test";
import assert from "node:assert/strict";
import { IcosError } from "@icos/system";
import { CONFIG_OBJECTS, configObject, OBJECT_KINDS } from "./config-objects.ts";
import { fieldRows } from "./field-table.ts";
import type { HostosConfigInput } from "./host-objects.ts";
import { withPath } from "./json-path.ts";
import { formatObject, makeObject, readObject } from "./read-object.ts";
import { REDACTED, redact } from "./secret-fields.ts";

const host: HostosConfigInput = {
  config_version: "1.17.0",
  network_settings: {
    ipv6_config: { Deterministic: { prefix: "2001:db8:0:1", prefix_length: 64, gateway: "2001:db8:0:1::1" } },
  },
  icos_settings: {
    mgmt_mac: "B0-7B-25-C8-F6-C0",
    deployment_environment: "mainnet",
    nns_urls: ["https://icp-api.io"],
  },
};
const documents = {
  SetupOS: { ...host, setupos_settings: null },
  HostOS: host,
  GuestOS: { ...host, network_settings: { ipv6_config: "RouterAdvertisement" } },
};

function errorOf(run: () => unknown): IcosError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof IcosError);
    return error;
  }
  return assert.fail("it was accepted");
}

void test("a HostOS object gets its defaults and upstream's forms, and is written as indented JSON", () => {
  const { config } = readObject(CONFIG_OBJECTS.HostOS, JSON.stringify(host), "config.json");
  assert.equal(config.icos_settings.mgmt_mac, "b0:7b:25:c8:f6:c0");
  assert.deepEqual(config.icos_settings.nns_urls, ["https://icp-api.io/"]);
  assert.deepEqual(config.hostos_settings, {
    hostos_dev_settings: { vm_memory: 16, vm_cpu: "kvm", vm_nr_of_vcpus: 16 },
    verbose: false,
  });
  const text = formatObject(config);
  assert.ok(text.startsWith('{\n  "config_version": "1.17.0",\n') && text.endsWith("\n}\n"));
  assert.deepEqual(readObject(CONFIG_OBJECTS.HostOS, text, "config.json").config, config);
});

void test("the SetupOS object is the HostOS object with settings that hold nothing", () => {
  const setupos = makeObject(CONFIG_OBJECTS.SetupOS, host);
  const { setupos_settings, ...rest } = setupos;
  assert.equal(setupos_settings, null);
  assert.deepEqual(rest, makeObject(CONFIG_OBJECTS.HostOS, host));
  assert.deepEqual(Object.keys(setupos), [
    "config_version",
    "network_settings",
    "icos_settings",
    "setupos_settings",
    "hostos_settings",
    "guestos_settings",
  ]);
});

void test("a host's network has upstream's four forms, and a variant of a newer release is tolerated", () => {
  const read = (form: unknown) =>
    readObject(
      CONFIG_OBJECTS.HostOS,
      JSON.stringify(withPath(host, "network_settings.ipv6_config", form)),
      "config.json",
    ).config.network_settings.ipv6_config;
  const fixed = { Fixed: { address: "2001:db8::1/64", gateway: "fe80::1" } };
  assert.deepEqual(read(fixed), fixed);
  assert.equal(read("RouterAdvertisement"), "RouterAdvertisement");
  assert.equal(read({ Delegated: {} }), "Unknown");
  for (const form of [
    { Deterministic: { prefix: "1:2:3:4:5", prefix_length: 64, gateway: "fe80::1" } },
    { Deterministic: { prefix: "2001:db8::", prefix_length: 48, gateway: "fe80::1" } },
    { Fixed: {} },
    7,
    {},
  ])
    assert.match(errorOf(() => read(form)).message, /network_settings\.ipv6_config/);
});

void test("every wrong field of a host's object is named, all at once", () => {
  const text = JSON.stringify({
    ...withPath(withPath(host, "icos_settings.nns_urls", ["x"]), "hostos_settings", { verbose: "yes" }),
    setupos_settings: 1,
  });
  const error = errorOf(() => readObject(CONFIG_OBJECTS.SetupOS, text, "config.json"));
  assert.equal(error.code, "invalid-setupos-config");
  const { problems } = error.details;
  assert.ok(Array.isArray(problems));
  assert.deepEqual(
    problems.map(({ key }: { key: string }) => key),
    ["icos_settings.nns_urls.0", "setupos_settings", "hostos_settings.verbose"],
  );
});

const MARK = "MHQCAQEE-mark";
const UNUSUAL: readonly unknown[] = [
  MARK,
  `-----BEGIN EC PRIVATE KEY-----\n${MARK}\r\n"\\\u0000`,
  [MARK],
  { [MARK]: MARK },
  { pem: { deep: [{ MARK }] } },
];

const hidden = OBJECT_KINDS.flatMap((kind) =>
  fieldRows(CONFIG_OBJECTS[kind].fields)
    .filter(({ sensitivity }) => sensitivity !== undefined)
    .map(({ path, sensitivity }) => ({ kind, path, sensitivity })),
);

void test("whatever stands in a sensitive or secret field, no print, error or redacted copy shows it", () => {
  assert.ok(hidden.some(({ path }) => path.endsWith("node_operator_private_key")));
  for (const { kind, path, sensitivity } of hidden)
    for (const value of UNUSUAL) {
      const object = configObject(kind);
      const document = withPath(documents[kind], path, value);
      const shown = [JSON.stringify(redact(object.fields, document))];
      try {
        const read = readObject(object, JSON.stringify(document), "config.json");
        shown.push(JSON.stringify(redact(object.fields, read.config)));
        if (sensitivity === "secret") {
          assert.ok(read.operatorKey);
          shown.push(inspect(read, { depth: 20 }), JSON.stringify(read), formatObject(read.config));
        }
      } catch (error) {
        shown.push(inspect(error, { depth: 20 }), JSON.stringify(error));
      }
      for (const text of shown) assert.ok(!text.includes(MARK), `${kind} ${path}: ${text}`);
    }
});

void test("a key in the wrong place, or in a file that is no JSON, is in no error", () => {
  for (const kind of OBJECT_KINDS) {
    const object = configObject(kind);
    for (const { path } of fieldRows(object.fields)) {
      const text = JSON.stringify(withPath(documents[kind], path, `-----${MARK}`));
      try {
        readObject(object, text, "config.json");
      } catch (error) {
        assert.ok(error instanceof IcosError);
        assert.ok(!inspect(error, { depth: 20 }).includes(MARK), path);
      }
    }
    for (const text of [`{"a": "${MARK}`, MARK, `{"a": ${MARK}}`, `["${MARK}"] x`]) {
      const error = errorOf(() => readObject(object, text, "config.json"));
      assert.ok(!inspect(error, { depth: 20 }).includes(MARK), text);
    }
  }
});

void test("a redacted copy says where something is hidden, and hides passwords in URLs", () => {
  const document = {
    icos_settings: { node_operator_private_key: "x", nns_urls: ["https://user:pw@ic0.app/?a=@", "https://ic0.app/"] },
    guestos_settings: { guestos_dev_settings: { socks_proxy: null, ic_boundary_tls_cert: { key: 1 } } },
  };
  assert.deepEqual(redact(CONFIG_OBJECTS.HostOS.fields, document), {
    icos_settings: {
      node_operator_private_key: REDACTED,
      nns_urls: [`https://${REDACTED}@ic0.app/?a=@`, "https://ic0.app/"],
    },
    guestos_settings: { guestos_dev_settings: { socks_proxy: null, ic_boundary_tls_cert: REDACTED } },
  });
});
