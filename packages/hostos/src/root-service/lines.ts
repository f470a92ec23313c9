import type { Readable } from "node:stream";
import { IcosError } from "@icos/system";
import { LONGEST_LINE } from "./messages.ts";

/**
 * The lines of a stream of bytes, without their line feed; what follows the last one is dropped. The stream is left
 * open: a socket whose other side sends nothing more can still be written to.
 */
export async function* linesOf(source: Readable): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of source.iterator({ destroyOnReturn: false })) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      yield rest.toString("utf8", 0, end);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > LONGEST_LINE) {
      throw new IcosError("line-too-long", `A line of more than ${LONGEST_LINE} bytes was sent.`);
    }
  }
}
