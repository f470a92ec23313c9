import { test } from "node:test";
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ExitWith } from "../exit-with.ts";
import { createProgram } from "../program.ts";
import { configCheckSchema, configGenerateSchema } from "../schemas/config.ts";
import { askQuestions, type Prompter } from "./config-generate-questions.ts";
import { testContext } from "../../test/icos.ts";
import { parsePrinted } from "../../test/published-schema.ts";

const NETWORK = ["--ipv6-prefix", "2a00:1:2:3", "--ipv6-gateway", "2a00:1:2:3::1"];
const SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKlTCWgZ3k7iNyTlVNpCwxjsCk0cTn7YQPbFGrWMWg";
const PEM = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey.export({ type: "pkcs8", format: "pem" });

interface Outcome {
  readonly out: string;
  readonly error: unknown;
}

/** Runs the command in this process, without a terminal. */
async function icos(...args: readonly string[]): Promise<Outcome> {
  const said: string[] = [];
  const context = testContext({ out: (text) => void said.push(text) });
  const error: unknown = await createProgram(context)
    .parseAsync([...args], { from: "user" })
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  return { out: said.join(""), error };
}

async function withFiles(work: (at: (name: string) => string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-generate-"));
  const at = (name: string): string => join(directory, name);
  try {
    await writeFile(at("operator.pem"), PEM);
    await writeFile(at("id.pub"), SSH_KEY);
    await writeFile(at("image"), Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]));
    await work(at);
  } finally {
    await rm(directory, { recursive: true });
  }
}

void test("a stick from options passes the check; the key is its owner's only, images are copies", async () => {
  await withFiles(async (at) => {
    const ipv4 = ["--ipv4-address", "8.8.8.8", "--ipv4-gateway", "8.8.8.1", "--ipv4-prefix-length", "24"];
    const keys = [
      "--operator-key",
      at("operator.pem"),
      "--ssh-key",
      `admin=${at("id.pub")}`,
      "--ssh-key",
      `admin=${at("id.pub")}`,
    ];
    const images = ["--host-image", at("image"), "--guest-image", at("image")];
    const more = ["--domain", "node.example.com", "--node-reward-type", "type3.1", "--mgmt-mac", "00:11:22:33:44:55"];
    const { out, error } = await icos(
      "config",
      "generate",
      at("stick"),
      ...NETWORK,
      ...ipv4,
      ...keys,
      ...images,
      ...more,
    );
    assert.equal(error, undefined);
    assert.match(out, new RegExp(`^wrote ${at("stick/config.ini")}$`, "m"));
    assert.match(out, /The installer would take this\.\n$/);
    const check = await icos("config", "check", at("stick"), "--json");
    assert.deepEqual(parsePrinted(configCheckSchema, check.out), { ok: true, problems: [] });
    assert.equal((await stat(at("stick/node_operator_private_key.pem"))).mode & 0o777, 0o600);
    assert.equal(await readFile(at("stick/ssh_authorized_keys/admin"), "utf8"), `${SSH_KEY}\n${SSH_KEY}\n`);
    assert.deepEqual(await readFile(at("stick/host-os.img.tar.zst")), await readFile(at("image")));
    assert.doesNotMatch(out, /PRIVATE KEY/);
    const left = await readdir(at("stick"), { recursive: true });
    assert.deepEqual(
      left.filter((name) => name.endsWith(".tmp")),
      [],
    );
  });
});

void test("what is still missing is said, and is no failure; files that are there are not replaced unless forced", async () => {
  await withFiles(async (at) => {
    const args = ["config", "generate", at("stick"), ...NETWORK, "--node-reward-type", "type3.1"];
    const first = await icos(...args, "--json");
    assert.equal(first.error, undefined);
    const result = parsePrinted(configGenerateSchema, first.out);
    assert.deepEqual([result.written, result.ok], [["config.ini", "deployment.json"], false]);
    assert.deepEqual(
      result.problems.map(({ file, code }) => `${file} ${code}`),
      [
        "node_operator_private_key.pem no-operator-key",
        "host-os.img.tar.zst file-missing",
        "guest-os.img.tar.zst file-missing",
      ],
    );
    await writeFile(at("stick/config.ini"), "mine");
    const second = await icos(...args);
    assert.match(String(second.error), /There already is config\.ini, deployment\.json in/);
    assert.equal(await readFile(at("stick/config.ini"), "utf8"), "mine");
    assert.equal((await icos(...args, "--force")).error, undefined);
    assert.match(await readFile(at("stick/config.ini"), "utf8"), /^ipv6_prefix=2a00:1:2:3$/m);
  });
});

void test("nothing is written when the check would find an error, and all errors are said", async () => {
  await withFiles(async (at) => {
    const network = ["--ipv6-prefix", "2a00::", "--ipv6-gateway", "x", "--nns-url", "ftp://x"];
    const keys = ["--operator-key", at("id.pub"), "--ssh-key", `backup=${at("operator.pem")}`];
    const { out, error } = await icos("config", "generate", at("stick"), ...network, ...keys);
    assert.ok(error instanceof ExitWith);
    for (const code of [
      "invalid-ipv6-prefix",
      "invalid-ipv6-address",
      "missing-node-reward-type",
      "invalid-nns-urls",
      "key-in-wrong-file",
      "invalid-operator-key",
    ])
      assert.ok(out.includes(`(${code})`), code);
    assert.match(out, /Nothing is written\.\n$/);
    await assert.rejects(stat(at("stick")));
  });
});

void test("without a terminal, what is missing or is no option's value is wrong usage", async () => {
  await withFiles(async (at) => {
    const usage = async (...args: string[]): Promise<string> => {
      const { error } = await icos("config", "generate", at("stick"), ...args);
      assert.equal((error as { code?: unknown }).code, "usage");
      return String(error);
    };
    assert.match(await usage("--environment", "testnet"), /Missing: --ipv6-prefix, --ipv6-gateway, --nns-url\./);
    assert.match(await usage(...NETWORK, "--ssh-key", "root=x"), /is not ACCOUNT=FILE/);
    assert.match(await usage(...NETWORK, "--domain", "a.b\nverbose=true"), /is not one line/);
    const { error } = await icos("config", "generate", at("stick"), ...NETWORK, "--operator-key", at("nothing"));
    assert.match(String(error), /nothing does not exist/);
    await assert.rejects(stat(at("stick")));
  });
});

/** Answers by the beginning of the question; wrong answers must be refused on the way to the right one. */
function scripted(answers: Readonly<Record<string, readonly string[]>>): Prompter & { readonly asked: string[] } {
  const asked: string[] = [];
  const answersTo = (question: string): readonly string[] => {
    asked.push(question);
    return Object.entries(answers).find(([start]) => question.startsWith(start))?.[1] ?? [];
  };
  return {
    asked,
    async text(question, refuse) {
      const tried = answersTo(question);
      for (const wrong of tried.slice(0, -1)) assert.ok(refuse(wrong), `${question} ${wrong}`);
      assert.equal(refuse(tried.at(-1)), undefined);
      return Promise.resolve(tried.at(-1));
    },
    choose: (question, choices) =>
      Promise.resolve(choices.find((choice) => answersTo(question).includes(choice)) ?? assert.fail(question)),
    confirm: (question) => Promise.resolve(answersTo(question).includes("yes")),
  };
}

void test("only what the options leave open is asked, and wrong answers are refused at once", async () => {
  const prompter = scripted({
    "Which network": ["mainnet"],
    "IPv6 prefix": ["", "2a00::", "2a00:1:2:3"],
    "Node reward type": ["big", "type5", "type3.1"],
    "Does the node have an IPv4": ["yes"],
    "IPv4 address": ["1.2.3", "8.8.8.8"],
    "IPv4 prefix": ["/24", "24"],
    "IPv4 gateway": ["8.8.8.1"],
    Domain: ["example", "node.example.com"],
    "File of SSH": ["id.pub"],
  });
  assert.deepEqual(await askQuestions({ ipv6Gateway: "2a00:1:2:3::1", hostImage: "h" }, prompter), {
    environment: "mainnet",
    ipv6Prefix: "2a00:1:2:3",
    ipv6Gateway: "2a00:1:2:3::1",
    nodeRewardType: "type3.1",
    ipv4Address: "8.8.8.8",
    ipv4PrefixLength: "24",
    ipv4Gateway: "8.8.8.1",
    domain: "node.example.com",
    sshKey: ["admin=id.pub"],
    hostImage: "h",
  });
  assert.ok(!prompter.asked.some((question) => /IPv6 gateway|HostOS image|NNS/.test(question)));
  const testnet = scripted({
    "IPv6 prefix": ["2a00:1"],
    "IPv6 gateway": ["2a00:1::1"],
    URL: ["x", "http://[2a00:1::2]"],
  });
  const options = await askQuestions({ environment: "testnet" }, testnet);
  assert.deepEqual(options.nnsUrl, ["http://[2a00:1::2]"]);
  assert.ok(!testnet.asked.some((question) => question.startsWith("Node reward type")));
});
