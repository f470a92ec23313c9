import assert from "node:assert/strict";
import { Socket } from "node:net";
import { test } from "node:test";
import { ReadTurns } from "./read-turns.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A reader that notes when it may go on, and asks again as often as it has pieces. */
function readerOf(turns: ReadTurns, noted: number[]) {
  return (number: number, pieces: number) => {
    const socket = new Socket();
    const reader = { number, socket };
    let left = pieces;
    socket.resume = () => {
      noted.push(number);
      if (left-- > 0) turns.ask(reader);
      return socket;
    };
    turns.ask(reader);
    return reader;
  };
}

void test("One reader goes on in a turn of the event loop, the oldest as long as it has something to read.", async () => {
  const turns = new ReadTurns();
  const noted: number[] = [];
  const reader = readerOf(turns, noted);
  reader(2, 0);
  reader(1, 2);
  reader(3, 1);
  assert.deepEqual(noted, []);
  for (let count = 1; count <= 6; count += 1) {
    await turn();
    assert.equal(noted.length, count);
  }
  assert.deepEqual(noted, [1, 1, 1, 2, 3, 3]);
});

void test("Newcomers go before those that wait, for sixteen turns in a row.", async () => {
  const turns = new ReadTurns();
  const noted: number[] = [];
  readerOf(turns, noted)(1, 0);
  for (let count = 0; count < 16; count += 1) {
    turns.newcomer();
    await turn();
  }
  assert.deepEqual(noted, []);
  turns.newcomer();
  await turn();
  assert.deepEqual(noted, [1]);
});

void test("Who leaves gets no turn, and who asks when all are done gets one.", async () => {
  const turns = new ReadTurns();
  const noted: number[] = [];
  const reader = readerOf(turns, noted);
  const gone = reader(1, 0);
  reader(2, 0);
  turns.leave(gone);
  turns.leave(gone);
  await turn();
  assert.deepEqual(noted, [2]);
  await turn();
  reader(3, 0);
  await turn();
  assert.deepEqual(noted, [2, 3]);
});
