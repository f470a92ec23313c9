import assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { connect } from "node:net";
import { test, type TestContext } from "node:test";
import { decode, streamEncode } from "dns-packet";
import { answerDns } from "./dns-answer.ts";
import { startDnsServer } from "./dns-server.ts";
import { createDnsZone } from "./dns-zone.ts";

const zone = createDnsZone({
  testnet: "alpha",
  hosts: { "node-0": "fd00:1::5", nns: "fd00:1::10", ntp: "fd00:1::123" },
  ntp: "fd00:1::123",
});

async function start(context: TestContext): Promise<{ resolver: Resolver; port: number }> {
  const server = await startDnsServer({ address: "127.0.0.1", port: 0, zone });
  context.after(() => server.close());
  const resolver = new Resolver({ timeout: 5_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${server.port}`]);
  return { resolver, port: server.port };
}

void test("Nodes and services have addresses, whatever the case of the name.", async (context) => {
  const { resolver } = await start(context);
  assert.deepEqual(await resolver.resolve6("node-0.alpha.testnet"), ["fd00:1::5"]);
  assert.deepEqual(await resolver.resolve6("NNS.Alpha.Testnet"), ["fd00:1::10"]);
});

void test("Names of public time servers lead to the testnet's own.", async (context) => {
  const { resolver } = await start(context);
  for (const name of ["2.debian.pool.ntp.org", "pool.ntp.org", "time.cloudflare.com", "time1.google.com"]) {
    assert.deepEqual(await resolver.resolve6(name), ["fd00:1::123"], name);
  }
});

void test("A name without an address of the wanted kind is not the same as a name that does not exist.", async (context) => {
  const { resolver } = await start(context);
  await assert.rejects(resolver.resolve4("nns.alpha.testnet"), { code: "ENODATA" });
  await assert.rejects(resolver.resolve6("example.com"), { code: "ENOTFOUND" });
  await assert.rejects(resolver.resolve6("nns.beta.testnet"), { code: "ENOTFOUND" });
  await assert.rejects(resolver.resolve6("notpool.ntp.org.example"), { code: "ENOTFOUND" });
});

void test("Several queries in one TCP stream are answered in order, however they are cut into segments.", async (context) => {
  const { port } = await start(context);
  const socket = connect(port, "127.0.0.1");
  context.after(() => socket.destroy());
  const query = (id: number, name: string): Buffer =>
    streamEncode({ type: "query", id, questions: [{ type: "AAAA", name }] });
  const both = Buffer.concat([query(1, "nns.alpha.testnet"), query(2, "example.com")]);
  socket.setNoDelay(true);
  socket.write(both.subarray(0, 7));
  await new Promise((resolve) => setImmediate(resolve));
  socket.write(both.subarray(7));
  let received = Buffer.alloc(0);
  const answers = [];
  while (answers.length < 2) {
    const chunk: unknown = (await once(socket, "data"))[0];
    assert.ok(chunk instanceof Buffer);
    received = Buffer.concat([received, chunk]);
    while (received.length > 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      answers.push(decode(received.subarray(2, end)));
      received = received.subarray(end);
    }
  }
  assert.deepEqual(
    answers.map(({ id, answers }) => [id, answers?.length]),
    [
      [1, 1],
      [2, 0],
    ],
  );
});

void test("Malformed and unsupported queries get an error code, answers get none.", () => {
  const query = streamEncode({ type: "query", id: 7, questions: [{ type: "AAAA", name: "nns.alpha.testnet" }] });
  const message = query.subarray(2);
  const changed = (at: number, value: number): Buffer => {
    const copy = Buffer.from(message);
    copy.writeUInt8(value, at);
    return copy;
  };
  const code = (answer: Buffer | undefined): number | undefined => answer && answer.readUInt8(3) & 0x0f;
  assert.equal(code(answerDns(zone, message)), 0);
  assert.equal(code(answerDns(zone, message.subarray(0, 20))), 1, "cut");
  assert.equal(code(answerDns(zone, changed(5, 2))), 1, "two questions announced");
  assert.equal(code(answerDns(zone, changed(12, 0xc0))), 1, "a name that points at itself");
  assert.equal(code(answerDns(zone, changed(2, 0x28))), 4, "an update");
  assert.equal(code(answerDns(zone, changed(message.length - 1, 3))), 5, "class CH");
  assert.equal(answerDns(zone, changed(2, 0x80)), undefined, "an answer");
  assert.equal(answerDns(zone, message.subarray(0, 11)), undefined, "less than a header");
});
