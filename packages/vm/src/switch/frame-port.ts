/**
 * One end of an Ethernet cable. Frames are whole Ethernet frames without preamble and checksum. A port may lose
 * frames (full queue, no other end), as Ethernet does; it never blocks.
 */
export interface FramePort {
  /** Gives a frame to the other end; false when it was dropped here. The buffer must not change afterwards. */
  send(frame: Buffer): boolean;
  /** Sets who gets the frames of the other end. Until then they are dropped. A frame is only valid for reading. */
  receive(handler: (frame: Buffer) => void): void;
  /** Settles when the port can be used no more, with the reason unless it was closed by {@link close}. */
  readonly closed: Promise<Error | undefined>;
  close(): void;
}

/** Joins two ports back to back: what one receives the other sends. Ends when either closes, closing both. */
export async function joinPorts(left: FramePort, right: FramePort): Promise<Error | undefined> {
  left.receive((frame) => void right.send(frame));
  right.receive((frame) => void left.send(frame));
  const reason = await Promise.race([left.closed, right.closed]);
  left.close();
  right.close();
  return reason;
}
