import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { answerNtp, NTP_OFFSET, ntpTime, ntpTimestamp } from "./ntp-packet.ts";
import { startNtpServer } from "./ntp-server.ts";

function request(changes: { first?: number; length?: number } = {}): Buffer {
  const packet = Buffer.alloc(changes.length ?? 48);
  if (packet.length > 0) packet.writeUInt8(changes.first ?? (4 << 3) | 3, 0);
  if (packet.length >= 48) packet.writeBigUInt64BE(0x0123_4567_89ab_cdefn, NTP_OFFSET.transmit);
  return packet;
}

void test("A client learns the server's time over UDP, with its own timestamp returned.", async (context) => {
  const time = Date.UTC(2026, 8, 1, 12, 0, 0, 250);
  const server = await startNtpServer({ address: "127.0.0.1", port: 0, clock: { now: () => time } });
  context.after(() => server.close());
  const client = createSocket("udp4");
  context.after(() => void client.close());
  client.send(request({ first: 0 }), server.port, "127.0.0.1"); // no request: must not disturb
  client.send(request(), server.port, "127.0.0.1");
  const answer: unknown = (await once(client, "message"))[0];
  assert.ok(answer instanceof Buffer);
  assert.equal(answer.length, 48);
  assert.equal(answer.readUInt8(0), (4 << 3) | 4);
  assert.ok(answer.readUInt8(1) > 0 && answer.readUInt8(1) < 16, "stratum");
  assert.equal(answer.readBigUInt64BE(NTP_OFFSET.origin), 0x0123_4567_89ab_cdefn);
  assert.equal(ntpTime(answer.readBigUInt64BE(NTP_OFFSET.receive), Date.now()), time);
  assert.equal(ntpTime(answer.readBigUInt64BE(NTP_OFFSET.transmit), Date.now()), time);
});

void test("Timestamps are the published ones and pass the end of the era in 2036.", () => {
  assert.equal(ntpTimestamp(0), 2_208_988_800n << 32n);
  assert.equal(ntpTimestamp(Date.UTC(2000, 0, 1)), 3_155_673_600n << 32n);
  assert.equal(ntpTimestamp(500) & 0xffff_ffffn, 0x8000_0000n);
  const eraEnd = Date.UTC(2036, 1, 7, 6, 28, 16);
  assert.equal(ntpTimestamp(eraEnd), 0n);
  assert.equal(ntpTime(ntpTimestamp(eraEnd + 5_000), eraEnd - 60_000), eraEnd + 5_000);
});

void test("The answer has the version of the request, up to 4, and the later transmit time.", () => {
  for (const version of [1, 2, 3, 4]) {
    const answer = answerNtp(request({ first: (version << 3) | 3 }), 1_000, () => 1_250);
    assert.equal(answer?.readUInt8(0), (version << 3) | 4);
    assert.equal(
      (answer?.readBigUInt64BE(NTP_OFFSET.transmit) ?? 0n) - (answer?.readBigUInt64BE(NTP_OFFSET.receive) ?? 0n),
      1n << 30n,
    );
  }
});

void test("What is not a client's request is not answered.", () => {
  const now = (): number => 0;
  for (const mode of [0, 1, 2, 4, 5, 6, 7])
    assert.equal(answerNtp(request({ first: (4 << 3) | mode }), 0, now), undefined);
  for (const version of [0, 5, 7]) assert.equal(answerNtp(request({ first: (version << 3) | 3 }), 0, now), undefined);
  for (const length of [0, 1, 47]) assert.equal(answerNtp(request({ length }), 0, now), undefined);
});
