import { decodeTarHeader, TAR_BLOCK } from "../../../packages/slots/src/tar-header.ts";
import { unlessRefused } from "../harness/refusal.ts";

/** A header of the update image's archive; magic and checksum are put right, or nothing behind them would be seen. */
export function fuzz(data: Uint8Array): void {
  const block = Buffer.alloc(TAR_BLOCK);
  Buffer.from(data.subarray(0, TAR_BLOCK)).copy(block);
  unlessRefused(() => decodeTarHeader(block, 0));
  block.write("ustar  \0", 257, "latin1");
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  unlessRefused(() => decodeTarHeader(block, 0));
}
