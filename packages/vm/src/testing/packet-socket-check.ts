/**
 * Run in a user and network namespace of its own by `packet-socket.test.ts`: two veth pairs, a packet socket on the
 * outer end of each; what one receives the other sends, as the services of a testnet do with a switch port.
 */
import { execFileSync } from "node:child_process";
import { openPacketSocket } from "../packet-socket.ts";
import { joinPorts } from "../switch/frame-port.ts";
import { vethCommands } from "../veth.ts";

function run(command: readonly string[]): void {
  const [program = "", ...args] = command;
  execFileSync(program, args, { stdio: "pipe" });
}

for (const number of [0, 1]) {
  const pair = { inner: `in${number}`, outer: `out${number}`, mac: `52:54:00:00:00:0${number + 1}` };
  // Raw frames have no checksums to be finished, so ethtool, which a bare machine lacks, is not needed here.
  for (const command of vethCommands(pair)) if (command[0] !== "ethtool") run(command);
}
const [left, right] = [await openPacketSocket("out0"), await openPacketSocket("out1")];
const ended = joinPorts(left, right);

let frames = 0;
const raw = await openPacketSocket("in1");
const numbers: number[] = [];
const all = Promise.withResolvers<void>();
raw.receive((frame) => {
  if (frame.readUInt16BE(12) !== 0x88b5) return;
  frames += 1;
  numbers.push(frame.readUInt32BE(14) * 10_000 + frame.length);
  if (frames === 300) all.resolve();
});
const sender = await openPacketSocket("in0");
for (let number = 0; number < 300; number += 1) {
  const frame = Buffer.alloc(60 + number);
  frame.writeUIntBE(0xffffffffffff, 0, 6);
  frame.writeUIntBE(0x525400000001, 6, 6);
  frame.writeUInt16BE(0x88b5, 12);
  frame.writeUInt32BE(number, 14);
  if (!sender.send(frame)) throw new Error(`frame ${number} was not taken`);
}
await all.promise;
const expected = Array.from({ length: 300 }, (_, number) => number * 10_000 + 60 + number);
if (JSON.stringify(numbers) !== JSON.stringify(expected)) throw new Error(`frames were mixed: ${numbers.join(" ")}`);

// An interface that vanishes ends its port with the reason.
execFileSync("ip", ["link", "del", "out0"]);
const reason = await ended;
raw.close();
sender.close();
await Promise.all([raw.closed, sender.closed]);
process.stdout.write(`${JSON.stringify({ frames, reason: reason?.message })}\n`);
