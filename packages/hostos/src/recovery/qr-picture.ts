import { IcosError } from "@icos/system";
import jsqr from "jsqr";
import { PNG } from "pngjs";

/** Bytes of a picture's file. */
export const LONGEST_PICTURE = 2 * 1024 * 1024;
/** More than a screen has. */
const MOST_PIXELS = 4_000_000;
const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
/** Where the first chunk, which PNG wants to be IHDR, has its fields (PNG, 11.2.2). */
const HEADER = { width: 16, height: 20, interlace: 28, end: 33 } as const;

const NEXT = "Save the picture of the announcement as it is, or put recovery.json there, or type the values.";

/** The text of the QR code in a picture, which is a stranger's. `file` is its name. Throws `bad-recovery-picture`. */
export function readQrPicture(bytes: Buffer, file: string): string {
  const wrong = (problem: string, cause?: unknown): IcosError =>
    new IcosError("bad-recovery-picture", `The picture ${file} ${problem}.`, { next: NEXT, place: { file }, cause });
  if (bytes.length < HEADER.end || !bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw wrong("is not a PNG");
  // Before it is unpacked: these decide how much memory that takes.
  const [width, height] = [bytes.readUInt32BE(HEADER.width), bytes.readUInt32BE(HEADER.height)];
  if (width * height > MOST_PIXELS) throw wrong(`has ${width} × ${height} pixels, more than ${MOST_PIXELS}`);
  if (bytes[HEADER.interlace] !== 0) throw wrong("is interlaced, which is not read");
  let picture: PNG;
  try {
    picture = PNG.sync.read(bytes);
  } catch (cause) {
    throw wrong("is damaged", cause);
  }
  const { data } = picture;
  const found = jsqr.default(
    new Uint8ClampedArray(data.buffer, data.byteOffset, data.length),
    picture.width,
    picture.height,
  );
  if (found === null) throw wrong("has no QR code that can be read");
  return found.data;
}
