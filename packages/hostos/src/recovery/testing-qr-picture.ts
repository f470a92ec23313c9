import { PNG } from "pngjs";
import type { QrCodeGenerateResult } from "uqr";

/** A PNG of a code, as an announcement may have it; `light` is the brightness of what is not the code. */
export function qrPicture(
  { data, size }: Pick<QrCodeGenerateResult, "data" | "size">,
  {
    light = 255,
    scale = 4,
    border = 4,
  }: { readonly light?: number; readonly scale?: number; readonly border?: number } = {},
): Buffer {
  const side = (size + 2 * border) * scale;
  const picture = new PNG({ width: side, height: side });
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const dark = data[Math.floor(y / scale) - border]?.[Math.floor(x / scale) - border] === true;
      picture.data.fill(dark ? 255 - light : light, (y * side + x) * 4, (y * side + x) * 4 + 3);
      picture.data[(y * side + x) * 4 + 3] = 255;
    }
  }
  return PNG.sync.write(picture);
}
