import { readLuksHeader } from "../../../packages/guestos/src/boot/luks-header.ts";
import { checkRange } from "../../../packages/slots/src/block-device.ts";

const SIZE = 64 * 1024;

/** A device of 64 KiB that begins with the data: what is damaged is told in the answer, nothing may be thrown. */
export async function fuzz(data: Uint8Array): Promise<void> {
  const content = Buffer.alloc(SIZE);
  Buffer.from(data).copy(content);
  const refuse = async (): Promise<never> => {
    throw new Error("A reader writes nothing.");
  };
  await readLuksHeader({
    name: "device",
    size: SIZE,
    async read(offset, length) {
      checkRange({ name: "device", size: SIZE }, offset, length);
      return content.subarray(offset, offset + length);
    },
    write: refuse,
    zero: refuse,
    flush: refuse,
    close: refuse,
  });
}
