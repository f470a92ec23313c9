import { test } from "node:test";
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addressSchema, configCheckSchema } from "./schemas/config.ts";
import { icos } from "../test/icos.ts";
import { parsePrinted } from "../test/published-schema.ts";

async function withDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-config-"));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

void test("config check says what is wrong, for people and for machines, and exits with 1 on an error", async () => {
  await withDirectory(async (directory) => {
    await writeFile(
      join(directory, "config.ini"),
      "ipv6_prefix=2a00:1\nipv6_gateway=2a00:1::1\nverbse=true\nverbose=yes\n",
    );
    await writeFile(join(directory, "deployment.json"), "{");
    for (const image of ["host-os.img.tar.zst", "guest-os.img.tar.zst"])
      await writeFile(join(directory, image), Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
    const wrong = await icos("config", "check", directory);
    assert.equal(wrong.code, 1);
    assert.match(wrong.out, /^config\.ini:3: warning: .* Did you mean verbose\? \(unknown-key\)$/m);
    assert.match(wrong.out, /^config\.ini:4: error: .* \(invalid-boolean\)$/m);
    assert.match(wrong.out, /^2 errors, 1 warning, 2 notices\. The installer would stop\.\n$/m);
    const json = parsePrinted(configCheckSchema, (await icos("config", "check", directory, "--json")).out);
    assert.equal(json.ok, false);
    assert.deepEqual(
      json.problems.filter(({ severity }) => severity === "error").map(({ file, line, code }) => [file, line, code]),
      [
        ["config.ini", 4, "invalid-boolean"],
        ["deployment.json", 1, "invalid-json"],
      ],
    );
    await writeFile(join(directory, "config.ini"), "ipv6_prefix=2a00:1\nipv6_gateway=2a00:1::1\nverbse=true\n");
    const deployment = { deployment: { deployment_environment: "testnet" }, nns: { urls: ["http://[2a00:1::9]"] } };
    await writeFile(join(directory, "deployment.json"), JSON.stringify(deployment));
    const right = await icos("config", "check", directory, "--json");
    assert.equal(right.code, 0, "warnings and notices are no errors");
    assert.equal(parsePrinted(configCheckSchema, right.out).ok, true);
  });
});

void test("config check of no directory fails; without one it is wrong usage", async () => {
  const missing = await icos("config", "check", "/nonexistent/stick", "--json");
  assert.deepEqual([missing.code, missing.out], [1, ""]);
  assert.match(missing.err, /does not exist[^]*code: {2}no-stick-directory\n$/);
  assert.equal((await icos("config", "check")).code, 2);
});

void test("address prints the network's vectors", async () => {
  const machine = ["address", "--mgmt-mac", "00-11-22-33-44-55", "--environment", "TestNet", "--prefix", "2001:db8"];
  const text = await icos(...machine, "--type", "guest-os");
  assert.equal(text.out, "MAC   6a:01:ae:1a:09:bb\nIPv6  2001:db8::6801:aeff:fe1a:9bb/64\n");
  const { out } = await icos(...machine, "--type", "UPGRADE_guestos", "--slot", "16", "--json");
  assert.deepEqual(parsePrinted(addressSchema, out), {
    mgmtMac: "00:11:22:33:44:55",
    environment: "testnet",
    type: "UpgradeGuestOS",
    slot: 16,
    mac: "7a:02:10:ae:1a:09",
    ipv6: "2001:db8::7802:10ff:feae:1a09",
    ipv6Cidr: "2001:db8::7802:10ff:feae:1a09/64",
  });
});

void test("address refuses every wrong value as wrong usage", async () => {
  const good = {
    "--mgmt-mac": "00:11:22:33:44:55",
    "--environment": "mainnet",
    "--prefix": "2001:db8::",
    "--type": "hostos",
  };
  const wrong = {
    "--mgmt-mac": "00:11:22",
    "--environment": "devnet",
    "--prefix": "1234:::",
    "--type": "boundary",
    "--slot": "256",
  };
  const refused = async ([option, value]: [string, string]): Promise<void> => {
    const { code, out, err } = await icos("address", ...Object.entries({ ...good, [option]: value }).flat());
    assert.deepEqual([code, out], [2, ""], option);
    assert.ok(err.includes(value) || err.includes("It must be"), err);
  };
  await Promise.all(Object.entries(wrong).map(refused));
});
