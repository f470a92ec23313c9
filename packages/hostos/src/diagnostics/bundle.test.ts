import assert from "node:assert/strict";
import { mkdtempDisposable, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readTar, type TarSource } from "@icos/slots";
import { zstdDecompressSync } from "node:zlib";
import { collectBundle, writeBundle } from "./bundle.ts";
import { keysIn, linesOfKey, redactText } from "./redact.ts";
import type { DiagnosticsSource } from "./source.ts";

const KEY_LINES = [
  "MHQCAQEEICJxApEbuZznKFpV+VKACRK30i6+7u5Z13/DOl18cIC+oAcGBSuBBAAK",
  "oUQDQgAEPas6Iag4TUx+Uop+3NhE6s3FlayFtbwdhRVjvOar0kPTfE/N8N6btRnd",
];
const PEM = `-----BEGIN EC PRIVATE KEY-----\n${KEY_LINES.join("\n")}\n-----END EC PRIVATE KEY-----\n`;

const source = (name: string, content: string): DiagnosticsSource => ({ name, collect: async () => content });

async function collect(sources: readonly DiagnosticsSource[]) {
  const { signal } = new AbortController();
  return collectBundle({
    sources,
    secretLines: linesOfKey(PEM),
    time: "2027-01-15T08:00:00Z",
    version: "1.2.3",
    report: () => undefined,
    signal,
  });
}

const contentOf = (members: readonly TarSource[]): string =>
  members.map((member) => (member.kind === "bytes" ? Buffer.from(member.bytes).toString() : "")).join("\n");

void test("whatever form a private key has, it is not in the bundle", async () => {
  const { manifest, members } = await collect([
    source("journal.txt", `before ${PEM} after`),
    source("config.json", JSON.stringify({ icos_settings: { node_operator_private_key: PEM } }, null, 2)),
    source("nested.json", JSON.stringify({ log: JSON.stringify({ node_operator_private_key: PEM }) })),
    source("torn.txt", PEM.slice(0, 90)),
    source("bare.txt", `a key without its marks: ${KEY_LINES[0]}`),
    source("pin.json", '{"pin": "358138", "password": "hunter2 \\" and more"}'),
    source("good.txt", '{"node_operator_private_key": null} a public key: -----BEGIN PUBLIC KEY-----'),
  ]);
  const all = contentOf(members);
  for (const secret of [...KEY_LINES, "358138", "hunter2", "and more", "BEGIN EC PRIVATE"])
    assert.ok(!all.includes(secret), secret);
  assert.match(all, /before \[secret\]\n after/);
  assert.ok(all.includes('{"node_operator_private_key": null} a public key: -----BEGIN PUBLIC KEY-----'));
  assert.deepEqual(manifest.missing, [{ name: "bare.txt", reason: "a secret of this machine is in it" }]);
});

void test("what cannot be collected is named, and the rest is there", async () => {
  const broken: DiagnosticsSource = {
    name: "broken.txt",
    collect: async () => {
      throw new Error("no such file");
    },
  };
  const { manifest, members } = await collect([broken, source("a.txt", "a")]);
  assert.deepEqual(manifest.missing, [{ name: "broken.txt", reason: "no such file" }]);
  assert.deepEqual(
    members.map(({ name }) => name),
    ["manifest.json", "a.txt"],
  );
  assert.equal(manifest.files[0]?.sha256, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
});

void test("the bundle is a tar in zstd, there whole or not at all", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "bundle-"));
  const file = join(directory.path, "bundle.tar.zst");
  const { members } = await collect([source("a/b.txt", "x".repeat(100_000))]);
  await writeBundle(members, file, new AbortController().signal);
  const archive = zstdDecompressSync(await readFile(file));
  const names: string[] = [];
  async function* bytes(): AsyncGenerator<Buffer> {
    yield archive;
  }
  for await (const member of readTar(bytes())) names.push(member.name);
  assert.deepEqual(names, ["a/b.txt", "manifest.json"]);
  await assert.rejects(writeBundle(members, join(directory.path, "other"), AbortSignal.abort()));
  assert.deepEqual(await readdir(directory.path), ["bundle.tar.zst"]);
});

void test("a key inside the configuration object is known, too", () => {
  const object = JSON.stringify({ icos_settings: { node_operator_private_key: PEM, node_reward_type: "type3.1" } });
  for (const text of [object, JSON.stringify(JSON.parse(object), null, 2), `${object.slice(0, -1)},`])
    assert.deepEqual(keysIn(text).flatMap(linesOfKey), linesOfKey(PEM));
  assert.deepEqual(keysIn('{"icos_settings": {"node_operator_private_key": null}}'), []);
});

void test("text without secrets stays as it is", () => {
  const text = 'a "pin" is needed; "secret": null, "password": ""\n-----BEGIN CERTIFICATE-----';
  assert.equal(redactText(text), text);
});
