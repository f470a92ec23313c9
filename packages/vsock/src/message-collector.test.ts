import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageCollector } from "./message-collector.ts";

const add = (collector: MessageCollector, text: string): string | undefined =>
  collector.add(Buffer.from(text))?.toString();

void test("A message is complete with the last byte of its value.", () => {
  const collector = new MessageCollector();
  assert.equal(add(collector, '\n {"a":"}'), undefined);
  assert.equal(add(collector, '\\"'), undefined);
  assert.equal(add(collector, '"}'), '\n {"a":"}\\""}');
});

void test("What comes behind the value is passed over.", () => {
  assert.equal(add(new MessageCollector(), '"a" "b"'), '"a"');
  assert.equal(add(new MessageCollector(), "[1]]"), "[1]");
  assert.equal(add(new MessageCollector(), "12 "), "12");
});

void test("A number has no end of its own; it is what has arrived when the other side has sent all.", () => {
  const collector = new MessageCollector();
  assert.equal(add(collector, "1"), undefined);
  assert.equal(add(collector, "2"), undefined);
  assert.equal(collector.all().toString(), "12");
});

void test("What cannot become JSON is complete with the byte that says so, in whatever pieces it comes.", () => {
  assert.equal(add(new MessageCollector(), " GET / HTTP/1.1\r\n"), " G");
});

void test("A message may be as long as the limit, and no longer.", () => {
  const exact = `"${"a".repeat(62)}"`;
  assert.equal(add(new MessageCollector(64), exact), exact);
  assert.equal(add(new MessageCollector(64), `${exact}${" ".repeat(100)}`), exact);
  assert.throws(() => add(new MessageCollector(64), `"${"a".repeat(64)}`), { code: "vsock-message-too-long" });
});

void test("A message of single bytes takes no more memory than one that comes whole.", () => {
  const collector = new MessageCollector();
  for (let count = 0; count < 1000; count += 1) add(collector, "[");
  assert.ok(collector.capacity <= 2048);
});
