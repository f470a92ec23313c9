import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { IcosError } from "@icos/system";
import { frameOf, type Packet } from "./framing.ts";
import { renderPcapHeader, renderPcapRecord } from "./pcap.ts";
import type { Timeline } from "./timeline.ts";

export interface CaptureOptions {
  readonly file: string;
  /** Only this port: every frame from and to its machine. Otherwise each frame of the network, once. */
  readonly port?: string | undefined;
  /** Unix time in milliseconds of the clock's zero; by default what makes now the wall clock's now. */
  readonly epochMs?: number | undefined;
}

export interface Capture {
  /** The switch got a frame from a port. */
  entered(port: string, packet: Packet): void;
  /** The switch handed a frame to a port's machine. */
  left(port: string, packet: Packet): void;
  readonly frames: number;
  /** Frames not written because the file took them too slowly. */
  readonly dropped: number;
  /** Settles when everything is in the file. Fails with `capture-failed` when it could not be written. */
  stop(): Promise<void>;
}

const WRITE_QUEUE_BYTES = 8 * 1024 * 1024;

export async function startCapture(options: CaptureOptions, clock: Timeline, stopped: () => void): Promise<Capture> {
  const { file, port } = options;
  const epochMs = options.epochMs ?? Date.now() - clock.now();
  const failed = (cause: unknown) =>
    new IcosError("capture-failed", `The capture ${file} cannot be written.`, { place: { file }, cause });
  const stream = createWriteStream(file, { mode: 0o600 });
  await once(stream, "open").catch((cause: unknown) => {
    throw failed(cause);
  });
  const done = finished(stream).then(
    () => undefined,
    (cause: unknown) => failed(cause),
  );
  stream.write(renderPcapHeader());
  let frames = 0;
  let dropped = 0;

  function write(packet: Packet): void {
    if (!stream.writable || stream.writableLength > WRITE_QUEUE_BYTES) {
      dropped += 1;
      return;
    }
    frames += 1;
    stream.write(renderPcapRecord(frameOf(packet), epochMs + clock.now()));
  }

  return {
    entered: (name, packet) => void ((port === undefined || port === name) && write(packet)),
    left: (name, packet) => void (port === name && write(packet)),
    get frames() {
      return frames;
    },
    get dropped() {
      return dropped;
    },
    async stop() {
      stopped();
      stream.end();
      const error = await done;
      if (error !== undefined) throw error;
    },
  };
}
