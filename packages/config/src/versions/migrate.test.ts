import { readdirSync, readFileSync } from "node:fs";
import { inspect } from "node:util";
import { test } from "node:test";
import assert from "node:assert/strict";
import { IcosError } from "@icos/system";
import { CONFIG_VERSION } from "../objects/config-objects.ts";
import { valueAt, withoutPath, withPath } from "../objects/json-path.ts";
import { OPERATOR_KEY_PATH } from "../objects/read-object.ts";
import { SHAPE_VERSIONS } from "../objects/version-order.ts";
import { pruneTo } from "./field-set.ts";
import { migrateDocument, versionsBetween, type Migration } from "./migrate.ts";
import { kindOfDocument } from "./object-kind.ts";

const DIRECTORY = new URL("../fixtures/", import.meta.url);
const fixture = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, DIRECTORY), "utf8"));
const names = readdirSync(DIRECTORY)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -".json".length));

const migrate = (document: unknown, to: string, operatorKeyBeside = false): Migration =>
  migrateDocument(document, { to, file: "config.json", operatorKeyBeside });

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof IcosError, String(error));
    return error.code;
  }
  return assert.fail("nothing was refused");
}

void test("every fixture can be had in every version, with only the fields that the version has", () => {
  for (const name of names) {
    const document = fixture(name);
    const kind = kindOfDocument(document);
    assert.ok(kind);
    for (const to of [...SHAPE_VERSIONS, "1.12.0"]) {
      const migrated = migrate(document, to);
      assert.equal(migrated.document["config_version"], to);
      assert.deepEqual(pruneTo(migrated.document, kind, to).dropped, [], `${name} to ${to}`);
    }
  }
});

void test("the fixture of an older version, brought to the current one, has the fields of the current fixture", () => {
  const pathsOf = (document: unknown): string[] => {
    const paths: string[] = [];
    JSON.stringify(document, (key, value: unknown) => (paths.push(key), value));
    return paths.filter((key) => key !== "Fixed" && key !== "RouterAdvertisement").sort();
  };
  const current = pathsOf(withoutPath(fixture("hostos_v1.17.0"), OPERATOR_KEY_PATH));
  for (const name of names.filter((each) => each.startsWith("hostos")))
    assert.deepEqual(pathsOf(migrate(fixture(name), CONFIG_VERSION).document), current, name);
});

void test("a host of version 1.1.0 is brought forward: what moved has moved, what is gone is named", () => {
  const { from, kind, document, dropped, operatorKey } = migrate(fixture("hostos_v1.1.0"), "1.17.0", true);
  assert.deepEqual([from, kind, operatorKey], ["1.1.0", "HostOS", undefined]);
  assert.deepEqual(document["hostos_settings"], {
    verbose: true,
    hostos_dev_settings: { vm_memory: 24, vm_cpu: "qemu", vm_nr_of_vcpus: 8 },
  });
  assert.equal(valueAt(document, "icos_settings.enable_trusted_execution_environment"), false);
  assert.equal(valueAt(document, "icos_settings.use_node_operator_private_key"), undefined);
  assert.deepEqual(dropped, ["icos_settings.logging.elasticsearch_hosts"]);
});

void test("a flag that says more than the file and its neighbours show is named when it goes", () => {
  assert.ok(
    migrate(fixture("hostos_v1.9.0"), "1.17.0").dropped.includes("icos_settings.use_node_operator_private_key"),
  );
  assert.deepEqual(migrate(fixture("hostos_v1.9.0"), "1.17.0", true).dropped, []);
});

void test("a host of version 1.17.0 is brought back to 1.9.0: what its readers need is there again", () => {
  const { document, dropped, operatorKey, keyHasField } = migrate(fixture("hostos_v1.17.0"), "1.9.0");
  assert.deepEqual(document["hostos_settings"], {
    hostos_dev_settings: { vm_memory: 24, vm_cpu: "qemu", vm_nr_of_vcpus: 8 },
    verbose: true,
    vm_memory: 24,
    vm_cpu: "qemu",
    vm_nr_of_vcpus: 8,
  });
  assert.equal(valueAt(document, "icos_settings.use_node_operator_private_key"), true);
  assert.equal(valueAt(document, "icos_settings.use_nns_public_key"), false);
  assert.equal(valueAt(document, "guestos_settings.inject_ic_state"), false);
  assert.deepEqual(dropped, []);
  assert.ok(operatorKey && !keyHasField);
});

void test("a guest brought back says what it lost", () => {
  const { document, dropped } = migrate(fixture("guestos_v1.17.0"), "1.4.0");
  assert.deepEqual(dropped, ["recovery_config.recovery_hash"]);
  assert.equal(valueAt(document, "icos_settings.use_node_operator_private_key"), false);
  assert.deepEqual(valueAt(document, "icos_settings.logging"), { elasticsearch_hosts: null, elasticsearch_tags: null });
  const canister = withPath(fixture("guestos_v1.17.0"), "guestos_settings.engine_management_canister_id", "aaaaa-aa");
  assert.ok(migrate(canister, "1.16.0").dropped.includes("guestos_settings.engine_management_canister_id"));
});

void test("fields of nobody stay on the way forward, and go by name on the way back", () => {
  const odd = withPath(fixture("hostos_v1.9.0"), "icos_settings.from_the_future", { a: 1 });
  assert.deepEqual(valueAt(migrate(odd, "1.17.0", true).document, "icos_settings.from_the_future"), { a: 1 });
  const back = migrate(odd, "1.8.0", true);
  assert.equal(valueAt(back.document, "icos_settings.from_the_future"), undefined);
  assert.deepEqual(back.dropped, ["icos_settings.from_the_future"]);
});

void test("an object of a newer version comes back without what is not known, unless an enum has an unknown variant", () => {
  const newer = withPath(withPath(fixture("hostos_v1.17.0"), "config_version", "1.21.0"), "new_settings.a", 1);
  const { from, document, dropped } = migrate(newer, "1.17.0");
  assert.deepEqual([from, dropped, document["new_settings"]], ["1.21.0", ["new_settings"], undefined]);
  const variant = withPath(newer, "network_settings.ipv6_config", { Delegated: {} });
  assert.equal(
    codeOf(() => migrate(variant, "1.17.0")),
    "cannot-migrate",
  );
});

void test("what is no object, not valid, or of a version that never was is refused", () => {
  const host = fixture("hostos_v1.17.0");
  for (const nothing of [null, [], 5, "x", {}, { hostos_settings: {} }])
    assert.equal(
      codeOf(() => migrate(nothing, "1.17.0")),
      "not-a-config-object",
    );
  assert.equal(
    codeOf(() => migrate(withPath(host, "icos_settings.mgmt_mac", 1), "1.9.0")),
    "invalid-hostos-config",
  );
  assert.equal(
    codeOf(() => migrate(withPath(host, "config_version", "1"), "1.9.0")),
    "invalid-hostos-config",
  );
  assert.equal(
    codeOf(() => migrate(withPath(host, "config_version", "1.0.0"), "1.9.0")),
    "unknown-config-version",
  );
  for (const to of ["1.18.0", "1.0.0", "latest", ""])
    assert.equal(
      codeOf(() => migrate(host, to)),
      "unknown-config-version",
    );
});

void test("a migration does not change what it is given, and shows no secret", () => {
  const document = fixture("hostos_v1.17.0");
  const before = JSON.stringify(document);
  const shown = inspect(migrate(document, "1.1.0"), { depth: 20 });
  assert.equal(JSON.stringify(document), before);
  assert.ok(!shown.includes("this is no key") && shown.includes("[secret]"));
});

void test("the chain has a step for each version, in the order of travel", () => {
  assert.deepEqual(versionsBetween("1.12.0", "1.15.0"), ["1.12.1", "1.13.0", "1.14.0", "1.15.0"]);
  assert.deepEqual(versionsBetween("1.13.0", "1.11.0"), ["1.13.0", "1.12.1"]);
  assert.deepEqual(versionsBetween("1.13.0", "1.13.0"), []);
});
