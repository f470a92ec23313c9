import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "dns-packet";
import * as fc from "fast-check";
import { answerDns } from "./dns-answer.ts";
import { createDnsZone } from "./dns-zone.ts";

const zone = createDnsZone({ testnet: "alpha", hosts: { nns: "fd00:1::10" }, ntp: "fd00:1::123" });

const queries = fc
  .record({
    id: fc.integer({ min: 0, max: 0xffff }),
    type: fc.constantFrom("A", "AAAA", "PTR", "TXT", "SOA", "MX"),
    name: fc.oneof(fc.domain(), fc.constant("nns.alpha.testnet")),
  })
  .map(({ id, type, name }) => encode({ type: "query", id, questions: [{ type, name }] }));

const decodable = (answer: Buffer | undefined, query: Buffer): void => {
  if (!answer) return;
  const { id, type } = decode(answer);
  assert.equal(type, "response");
  assert.equal(id, query.readUInt16BE(0));
};

void test("Whatever arrives, the answer is none or a DNS answer with the same id.", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
      decodable(answerDns(zone, Buffer.from(input)), Buffer.from(input));
    }),
    { seed: 1, numRuns: 1_000 },
  );
});

void test("A query damaged in a few bytes never leads to an answer that cannot be read.", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
  fc.assert(
    fc.property(queries, damage, fc.nat(), (query, changes, length) => {
      for (const [at, value] of changes) query.writeUInt8(value, at % query.length);
      const message = changes.length > 0 ? query.subarray(0, 1 + (length % query.length)) : query;
      decodable(answerDns(zone, message), query);
    }),
    { seed: 1, numRuns: 1_000 },
  );
});
