import { encode } from "uqr";

/** Light modules around the code. Readers want four by the standard and are content with two on a dark screen. */
const QUIET = 2;

/**
 * A QR code in half blocks: two modules a character, so that they are about square. Light modules are drawn, dark
 * ones left black: lines are to be shown bright on black. A node id (63 characters) takes 37 columns and 19 lines.
 */
export function qrLines(text: string): readonly string[] {
  const { data, size } = encode(text, { ecc: "L", border: QUIET });
  const light = (row: number, column: number): boolean => data[row]?.[column] === false;
  const lines: string[] = [];
  for (let row = 0; row < size; row += 2) {
    let line = "";
    for (let column = 0; column < size; column++) {
      const upper = light(row, column);
      const lower = light(row + 1, column);
      line += upper ? (lower ? "█" : "▀") : lower ? "▄" : " ";
    }
    lines.push(line);
  }
  return lines;
}
