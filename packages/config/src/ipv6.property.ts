import { isIPv6, SocketAddress } from "node:net";
import { test } from "node:test";
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { formatIpv6, ipv6Prefix64, parseIpv6 } from "./ipv6.ts";

const address = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 });
const bytesOf = (hextets: number[]): Uint8Array =>
  Uint8Array.from(hextets.flatMap((group) => [group >> 8, group & 0xff]));

void test("an address is the same after printing and reading", () => {
  fc.assert(
    fc.property(address, (hextets) => {
      const bytes = bytesOf(hextets);
      assert.deepEqual(parseIpv6(formatIpv6(bytes)), bytes);
    }),
    { seed: 1 },
  );
});

void test("the printed form is the one that the system's resolver prints", () => {
  fc.assert(
    fc.property(address, (hextets) => {
      // The C library prints embedded IPv4 addresses with dots; RFC 5952 leaves that open.
      if (hextets.slice(0, 5).every((group) => group === 0)) return;
      const long = hextets.map((group) => group.toString(16).padStart(4, "0")).join(":");
      assert.equal(formatIpv6(bytesOf(hextets)), new SocketAddress({ address: long, family: "ipv6" }).address);
    }),
    { seed: 1 },
  );
});

void test("whatever is read as an address is one, and its network keeps the first 64 bits", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV6(), fc.string()), (text) => {
      const bytes = parseIpv6(text);
      assert.equal(bytes !== undefined, isIPv6(text) && !text.includes("%"));
      if (bytes === undefined) return;
      const network = parseIpv6(ipv6Prefix64(text)?.replace("/64", "") ?? "");
      assert.deepEqual(network, Uint8Array.from([...bytes.subarray(0, 8), 0, 0, 0, 0, 0, 0, 0, 0]));
    }),
    { seed: 1 },
  );
});
