import type { VirtualSwitch } from "@icos/vm";

const BATCH = 1_000;

/** Frames a second between two ports of this process, which pass no socket. */
export function passInProcess(network: VirtualSwitch, frame: Buffer, seconds: number): number {
  const sender = network.addPort("sender");
  const receiver = network.addPort("receiver");
  let received = 0;
  receiver.receive(() => (received += 1));
  const reply = Buffer.from(frame);
  frame.copy(reply, 0, 6, 12);
  frame.copy(reply, 6, 0, 6);
  receiver.send(reply); // the switch learns where the receiver is
  const start = performance.now();
  const end = start + seconds * 1_000;
  let now = start;
  while (now < end) {
    for (let count = 0; count < BATCH; count += 1) sender.send(frame);
    now = performance.now();
  }
  sender.close();
  receiver.close();
  return (received / (now - start)) * 1_000;
}
