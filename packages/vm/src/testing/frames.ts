/** A host on an in-process port: sends numbered frames, remembers what it got. */
import type { FramePort } from "../switch/frame-port.ts";

export const BROADCAST = 0xffffffffffff;

export interface TestHost {
  readonly mac: number;
  readonly received: { readonly from: number; readonly number: number; readonly at: number }[];
  send(to: number, number: number, bytes?: number): boolean;
}

export function macOf(index: number): number {
  return 0x520000000000 + index;
}

export function testFrame(to: number, from: number, number: number, bytes = 60): Buffer {
  const frame = Buffer.alloc(bytes);
  frame.writeUIntBE(to, 0, 6);
  frame.writeUIntBE(from, 6, 6);
  frame.writeUInt16BE(0x88b5, 12); // IEEE 802 local experimental
  frame.writeUInt32BE(number, 14);
  return frame;
}

export function testHost(port: FramePort, index: number, now: () => number): TestHost {
  const mac = macOf(index);
  const received: TestHost["received"] = [];
  port.receive((frame) => received.push({ from: frame.readUIntBE(6, 6), number: frame.readUInt32BE(14), at: now() }));
  return { mac, received, send: (to, number, bytes) => port.send(testFrame(to, mac, number, bytes)) };
}
