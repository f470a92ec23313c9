import { test } from "node:test";
import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  configDiffSchema,
  configExplainSchema,
  configMigrateSchema,
  configShowSchema,
} from "./schemas/config-objects.ts";
import { icos } from "../test/icos.ts";
import { parsePrinted } from "../test/published-schema.ts";

const FIXTURES = join(import.meta.dirname, "../../config/src/fixtures");
const KEY_TEXT = "this is no key";

async function withDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-config-objects-"));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function writeStick(directory: string, ini = ""): Promise<string> {
  const stick = join(directory, "stick");
  await mkdir(stick);
  await writeFile(join(stick, "config.ini"), `ipv6_prefix=2a00:1\nipv6_gateway=2a00:1::1\n${ini}`);
  const deployment = { deployment: { deployment_environment: "testnet" }, nns: { urls: ["http://[2a00:1::9]"] } };
  await writeFile(join(stick, "deployment.json"), JSON.stringify(deployment));
  for (const image of ["host-os.img.tar.zst", "guest-os.img.tar.zst"])
    await writeFile(join(stick, image), Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
  return stick;
}

void test("config show prints every field of an object and no secret", async () => {
  const file = join(FIXTURES, "hostos_v1.17.0.json");
  const text = await icos("config", "show", file);
  assert.equal(text.code, 0, text.err);
  assert.match(text.out, /^HostOS object\nconfig_version = "1\.17\.0"\n/);
  assert.match(text.out, /^icos_settings\.node_operator_private_key = "<redacted>"$/m);
  const json = await icos("config", "show", file, "--json");
  const { kind, config } = parsePrinted(configShowSchema, json.out);
  assert.deepEqual([kind, config["config_version"]], ["HostOS", "1.17.0"]);
  for (const { out, err } of [text, json]) assert.ok(!`${out}${err}`.includes(KEY_TEXT));
});

void test("config show tells what a node would be told from a stick", async () => {
  await withDirectory(async (directory) => {
    const stick = await writeStick(directory);
    const missing = await icos("config", "show", stick);
    assert.deepEqual([missing.code, missing.out], [1, ""]);
    assert.match(missing.err, /code: {2}no-management-mac/);
    const machine = ["config", "show", stick, "--mgmt-mac", "00:00:00:00:00:00"];
    assert.match((await icos(...machine)).out, /^SetupOS object\n[^]*^setupos_settings = null$/m);
    assert.match((await icos(...machine, "--as", "hostos")).out, /^HostOS object\n[^]*\.prefix = "2a00:1"$/m);
    const guest = (await icos(...machine, "--as", "guestos")).out;
    assert.match(guest, /\.Fixed\.address = "2a00:1::6801:94ff:feef:2978\/64"$/m);
    const upgrade = (await icos(...machine, "--as", "guestos-upgrade", "--slot", "1")).out;
    assert.match(upgrade, /\.Fixed\.address = "2a00:1::6812:94ff:feef:2978\/64"$/m);
    assert.match(upgrade, /^upgrade_config\.peer_guest_vm_address = "2a00:1::6811:94ff:feef:2978"$/m);
    assert.equal((await icos(...machine, "--as", "guestos", "--slot", "256")).code, 2);
  });
});

void test("config show refuses a wrong stick with all its errors, an object that is not made of another, and no file", async () => {
  await withDirectory(async (directory) => {
    const stick = await writeStick(directory, "verbose=yes\nipv4_address=1\n");
    const wrong = await icos("config", "show", stick);
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /verbose[^]*ipv4_address[^]*code: {2}invalid-stick/);
    const guest = join(FIXTURES, "guestos_v1.17.0.json");
    assert.match((await icos("config", "show", guest, "--as", "hostos")).err, /code: {2}cannot-derive/);
    assert.match((await icos("config", "show", join(directory, "none"))).err, /code: {2}no-such-file/);
    await writeFile(join(directory, "x"), "{}");
    assert.match((await icos("config", "show", join(directory, "x"))).err, /code: {2}not-a-config-object/);
  });
});

void test("config explain tells a field of the tables, suggests one for a wrong name, and tells of removed ones", async () => {
  const { out } = await icos("config", "explain", "vm_memory");
  assert.match(out, /^hostos_settings\.hostos_dev_settings\.vm_memory\n[^]*default {5}16\n/);
  assert.match(out, /^hostos_settings\.vm_memory\n[^]*removed in {2}1\.11\.0; ignored now\n$/m);
  const { fields } = parsePrinted(
    configExplainSchema,
    (await icos("config", "explain", "node_operator_private_key", "--json")).out,
  );
  assert.deepEqual(
    fields.map(({ objects, since, sensitivity }) => ({ objects, since, sensitivity })),
    [{ objects: ["SetupOS", "HostOS", "GuestOS"], since: "1.12.1", sensitivity: "secret" }],
  );
  const wrong = await icos("config", "explain", "nns_url");
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /Did you mean nns_urls\?[^]*code: {2}no-such-field/);
});

void test("config diff names each field that differs, hides what is hidden, and exits with 1", async () => {
  await withDirectory(async (directory) => {
    const file = join(FIXTURES, "hostos_v1.17.0.json");
    assert.deepEqual(await icos("config", "diff", file, file), { code: 0, out: "no difference\n", err: "" });
    const other = join(directory, "config.json");
    const text = await readFile(file, "utf8");
    await writeFile(other, text.replace(KEY_TEXT, "another").replace('"verbose": true', '"verbose": false'));
    const different = await icos("config", "diff", file, other);
    assert.equal(different.code, 1);
    assert.equal(
      different.out,
      'hostos_settings.verbose: true -> false\nicos_settings.node_operator_private_key: "<redacted>" -> "<redacted>"\n',
    );
    const json = await icos("config", "diff", file, other, "--json");
    assert.equal(parsePrinted(configDiffSchema, json.out).differences.length, 2);
  });
});

void test("config migrate writes the new version and keeps the old file; a dry run writes nothing", async () => {
  await withDirectory(async (directory) => {
    const file = join(directory, "config.json");
    await copyFile(join(FIXTURES, "hostos_v1.17.0.json"), file);
    const before = await readFile(file, "utf8");
    const dry = await icos("config", "migrate", file, "--to", "1.9.0", "--dry-run", "--json");
    const report = parsePrinted(configMigrateSchema, dry.out);
    assert.deepEqual([report.from, report.written, report.previous], ["1.17.0", false, null]);
    assert.equal(await readFile(file, "utf8"), before);
    const done = await icos("config", "migrate", file, "--to", "1.9.0");
    assert.match(
      done.out,
      /version 1\.17\.0 -> 1\.9\.0\n[^]*operator's key: .*node_operator_private_key\.pem\nold file: /,
    );
    assert.equal(await readFile(`${file}.previous`, "utf8"), before);
    assert.match(await readFile(join(directory, "node_operator_private_key.pem"), "utf8"), new RegExp(KEY_TEXT));
    assert.ok(!`${dry.out}${done.out}`.includes(KEY_TEXT));
    assert.match((await icos("config", "migrate", file, "--to", "1.9.0")).out, /already\.\n$/);
    assert.match((await icos("config", "migrate", file, "--to", "9.0.0")).err, /code: {2}unknown-config-version/);
    assert.equal((await icos("config", "migrate", file)).code, 2);
  });
});
