import { IcosError } from "@icos/system";

/** A QMP message is one line; none is near this long. */
const MAXIMUM_LINE_BYTES = 4 * 1024 * 1024;

/** Cuts a byte stream into lines of UTF-8 text, without their line ends; empty lines are left out. */
export function createLineReader(onLine: (line: string) => void): { push(chunk: Buffer): void } {
  let rest: Buffer[] = [];
  let restBytes = 0;
  return {
    push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
        const line = Buffer.concat([...rest, chunk.subarray(start, end)])
          .toString()
          .trim();
        rest = [];
        restBytes = 0;
        start = end + 1;
        if (line !== "") onLine(line);
      }
      if (start === chunk.length) return;
      rest.push(chunk.subarray(start));
      restBytes += chunk.length - start;
      if (restBytes > MAXIMUM_LINE_BYTES) throw new IcosError("qmp-invalid", "A QMP message is longer than 4 MiB.");
    },
  };
}
