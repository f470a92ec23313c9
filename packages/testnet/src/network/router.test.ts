import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeIcmpv6Frame, decodeIcmpv6Frame, macBytes } from "./ethernet.ts";
import { ipv6Bytes, prefixBytes } from "./ipv6-address.ts";
import { decodeRouterAdvertisement, type RouterAdvertisement } from "./router-advertisement.ts";
import { startRouter } from "./router.ts";

/** Made by an independent encoder, checksum included. */
const GOLDEN =
  "333300000001021c0500000186dd6000000000583afffe800000000000000000000000000001ff0200000000000000000000000000018600b5a34000070800000000000000000101021c0500000105010000000005dc030440c0000007080000070800000000fd0000010002000300000000000000001903000000000708fd000001000200030000000000000053";

const advertisement: RouterAdvertisement = {
  hopLimit: 64,
  routerLifetime: 1_800,
  sourceMac: macBytes("02:1c:05:00:00:01"),
  mtu: 1_500,
  prefixes: [{ network: prefixBytes("fd00:1:2:3::/64"), length: 64, validLifetime: 1_800, preferredLifetime: 1_800 }],
  resolvers: { lifetime: 1_800, addresses: [ipv6Bytes("fd00:1:2:3::53")] },
};

function start(context: { after(stop: () => void): void }, intervalMs = 60_000) {
  const sent: Buffer[] = [];
  const router = startRouter({
    send: (frame) => sent.push(frame),
    address: ipv6Bytes("fe80::1"),
    advertisement,
    intervalMs,
  });
  context.after(() => router.stop());
  return { sent, router };
}

function solicitation(changes: { source?: string; hopLimit?: number; type?: number } = {}): Buffer {
  return encodeIcmpv6Frame({
    sourceMac: macBytes("6a:01:02:03:04:05"),
    destinationMac: macBytes("33:33:00:00:00:02"),
    source: ipv6Bytes(changes.source ?? "fe80::6801:2ff:fe03:405"),
    destination: ipv6Bytes("ff02::2"),
    hopLimit: changes.hopLimit ?? 255,
    message: Buffer.from([changes.type ?? 133, 0, 0, 0, 0, 0, 0, 0]),
  });
}

void test("The first advertisement goes to all nodes and is the expected frame to the byte.", (context) => {
  const { sent } = start(context);
  assert.deepEqual(
    sent.map((frame) => frame.toString("hex")),
    [GOLDEN],
  );
});

void test("Advertisements are repeated at the interval until the router stops.", (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const { sent, router } = start(context, 10_000);
  context.mock.timers.tick(30_000);
  assert.equal(sent.length, 4);
  router.stop();
  context.mock.timers.tick(30_000);
  assert.equal(sent.length, 4);
});

void test("A solicitation is answered at once, to the node that asked.", (context) => {
  const { sent, router } = start(context);
  router.frame(solicitation());
  const answer = decodeIcmpv6Frame(sent[1] ?? Buffer.alloc(0));
  assert.deepEqual(Buffer.from(answer?.destinationMac ?? []), macBytes("6a:01:02:03:04:05"));
  assert.deepEqual(Uint8Array.from(answer?.destination ?? []), ipv6Bytes("fe80::6801:2ff:fe03:405"));
  assert.equal(decodeRouterAdvertisement(answer?.message ?? Buffer.alloc(0))?.mtu, 1_500);
});

void test("A solicitation without a source address is answered to all nodes.", (context) => {
  const { sent, router } = start(context);
  router.frame(solicitation({ source: "::" }));
  assert.equal(sent[1]?.toString("hex"), GOLDEN);
});

void test("What was forwarded, is damaged or is no solicitation is not answered.", (context) => {
  const { sent, router } = start(context);
  const damaged = solicitation();
  damaged.writeUInt8(damaged.readUInt8(60) ^ 1, 60);
  router.frame(solicitation({ hopLimit: 64 }));
  router.frame(solicitation({ type: 135 }));
  router.frame(damaged);
  router.frame(Buffer.alloc(10));
  router.frame(Buffer.alloc(1_500, 0x60));
  assert.equal(sent.length, 1);
});
