import assert from "node:assert/strict";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import * as v from "valibot";
import { bundleProgram } from "../../../../packages/image/src/rootfs/bundle.ts";
import type { NestedNode } from "../nested-node.ts";
import { findingsSchema, type Finding } from "./findings.ts";

const REPOSITORY = join(import.meta.dirname, "../../../..");
const PROGRAM = "/run/attacks.mjs";
/** The issue's: how far the server's memory may grow above what it takes when idle, and how soon it answers afterwards. */
const BUDGET_KB = 40 * 1024;
const ANSWER_MS = 1_000;
/** A processor that is emulated in software is many times slower, and the guest, which attacks, shares it with its host. */
const EMULATED = 25;

/** What each attack must be answered with, every time; those that are not here are not listened to. */
export const ANSWERS: Readonly<Record<string, RegExp>> = {
  commands:
    /^\{"Ok":(\{"HostOSVsockVersion":\{"major":1,"minor":0,"patch":0\}\}|\{"HostOSVersion":"[^"]+"\}|"NoPayload")\}$/,
  "no security module": /^\{"Err":"(No|The guest has no) security module \(Nitrokey HSM\) /,
  "no JSON": /^\{"Err":"The request is not JSON: /,
  "no commands": /^\{"Err":"The (command|message) /,
  "no request": /^\{"Err":"The request is not valid: /,
  "closed before its end": /^\{"Err":"The request is not JSON: /,
  "another guest's name": /^\{"Err":"The request is from [24], but the connection from 3\."\}$/,
  "closed after its end": /^\{"Ok":\{"HostOSVersion":/,
  "never closed": /^\{"Ok":\{"HostOSVersion":/,
  oversized: /^\{"Err":"The message is longer than 65536 bytes\."\}$/,
  "deeply nested": /^\{"Err":"The (request is not valid|message is neither)/,
  "a byte a while": /^\{"Err":"The request was not complete after 5 s\."\}$/,
  "200 good ones at once": /^\{"Ok":\{"HostOSVersion":/,
  "200 texts for the screen": /^\{("Ok":"NoPayload"|"Err":"16 texts are being shown already\. .*")\}$/,
};

/**
 * The guest's root, who may say what he likes on the channel to the host, does all he can. The host's server stays the same
 * process, answers the next good request in time, and keeps to its memory. Returns what was measured, for the log.
 */
export async function abuseTheChannel(node: NestedNode): Promise<string> {
  const version = await node.must("host", "cat /opt/ic/share/version.txt");
  const pid = await node.must("host", "systemctl show --property=MainPID --value host-agent.service");
  const idle = await memoryOf(node, pid, "VmRSS");
  await node.must("host", `echo 5 > /proc/${pid}/clear_refs`); // the peak counts from here
  const findings = await attack(node);
  const grown = (await memoryOf(node, pid, "VmHWM")) - idle;
  const most = ANSWER_MS * ((await node.testnet()).accelerator === "kvm" ? 1 : EMULATED);
  const slowest = Math.max(...findings.map(({ milliseconds }) => milliseconds));
  const measured = `${grown} KB above ${idle} KB, ${slowest} ms: ${JSON.stringify(findings)}`;

  for (const { attack: name, answers, good, milliseconds } of findings) {
    for (const answer of Object.keys(answers)) assert.match(answer, ANSWERS[name] ?? /^$/, `${name}: ${measured}`);
    assert.equal(good, `{"Ok":{"HostOSVersion":"${version}"}}`, `${name}: ${measured}`);
    assert.ok(milliseconds <= most, `after ${name}: ${measured}`);
  }
  assert.equal(await node.must("host", "systemctl show --property=MainPID --value host-agent.service"), pid);
  assert.ok(grown <= BUDGET_KB, measured);
  return measured;
}

async function attack(node: NestedNode): Promise<readonly Finding[]> {
  const { code } = await bundleProgram(REPOSITORY, "test/e2e/nested/vsock/run-attacks.ts");
  const packed = brotliCompressSync(code).toString("base64");
  const unpack = `require("fs").writeFileSync("${PROGRAM}",require("zlib").brotliDecompressSync(Buffer.from("${packed}","base64")))`;
  await node.must("guest", `/opt/ic/bin/node -e '${unpack}'`);
  const text = await node.must("guest", `/opt/ic/bin/node --disable-warning=ExperimentalWarning ${PROGRAM}`);
  return v.parse(findingsSchema, JSON.parse(text));
}

async function memoryOf(node: NestedNode, pid: string, field: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await node.must("host", `cat /proc/${pid}/status`);
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]);
}
