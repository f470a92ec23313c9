import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { selfAuthenticating } from "@icos/certification";
import { IcosError } from "@icos/system";
import { readDataCenters } from "./data-center-directory.ts";

const der = (): Buffer => generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" });
const principal = (key: Buffer): string => selfAuthenticating(key).toText();
const [one, two, provider] = [der(), der(), der()];

async function withDirectory(
  files: Readonly<Record<string, Buffer | object>>,
  work: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-dc-"));
  try {
    await mkdir(join(directory, "provider_keys"));
    for (const [name, content] of Object.entries(files))
      await writeFile(join(directory, name), Buffer.isBuffer(content) ? content : JSON.stringify(content));
    await work(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

void test("a directory of upstream's form is read: keys, allowances, providers, places", async () => {
  const meta = {
    dc_A: {
      node_allowance: 3,
      node_provider: "provider_keys/np.der",
      region: "us-west-1",
      owner: "example_owner",
      gps: [37.5, -122.25],
    },
    dc_B: { node_allowance: 42 },
  };
  const files = { "meta.json": meta, "dc_A.der": one, "dc_B.der": two, "provider_keys/np.der": provider };
  await withDirectory(files, async (directory) => {
    const parts = await readDataCenters(directory, { requireNodeProviderKey: false });
    assert.deepEqual(parts, {
      data_centers: [
        { id: "dc_A", region: "us-west-1", owner: "example_owner", gps: { latitude: 37.5, longitude: -122.25 } },
        { id: "dc_B", region: "", owner: "" },
      ],
      node_operators: [
        { principal: principal(one), provider: principal(provider), data_center: "dc_A", node_allowance: 3 },
        { principal: principal(two), data_center: "dc_B", node_allowance: 42 },
      ],
    });
    await assert.rejects(readDataCenters(directory, { requireNodeProviderKey: true }), {
      code: "prep-data-centers-invalid",
      message: /: dc_B has no node_provider\.$/,
    });
  });
});

void test("all that is wrong is said at once", async () => {
  const meta = {
    a: { node_allowance: 1, node_provider: "provider_keys/none.der" },
    b: { node_allowance: 1 },
    c: { node_allowance: 1 },
  };
  const files = { "meta.json": meta, "a.der": one, "b.der": Buffer.from("no key"), "d.der": two };
  await withDirectory(files, async (directory) => {
    const error: unknown = await readDataCenters(directory, { requireNodeProviderKey: false }).catch((e: unknown) => e);
    assert.ok(error instanceof IcosError);
    for (const part of ["meta.json has no d", "none.der cannot be read", "b.der: ", "there is no c.der"])
      assert.ok(error.message.includes(part), part);
    await writeFile(join(directory, "b.der"), Buffer.concat([two, Buffer.alloc(1)]));
    await assert.rejects(readDataCenters(directory, { requireNodeProviderKey: false }), { message: /b\.der: / });
  });
  const wrong = { a: { node_allowance: "3", gps: [1] }, b: {}, c: { node_allowance: -1, colour: "red" } };
  await withDirectory({ "meta.json": wrong }, async (directory) => {
    await assert.rejects(readDataCenters(directory, { requireNodeProviderKey: false }), {
      code: "prep-data-centers-invalid",
      message: /a\.node_allowance.*a\.gps.*b\.node_allowance.*c\.node_allowance.*colour/,
    });
  });
  await assert.rejects(readDataCenters("/nonexistent", { requireNodeProviderKey: false }), { code: "file-unreadable" });
});
