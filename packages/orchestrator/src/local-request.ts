import { connect } from "node:net";
import { IcosError, systemErrorCode } from "@icos/system";

const TIMEOUT_MS = 60_000;
const LONGEST_ANSWER = 64 * 1024;

/** The last line of a request that has any. What ends without it is half a request, of a process that was killed. */
const END = "end\n";

/**
 * Sends lines to a unix socket, with an end mark, and resolves with the whole answer. This is how this process, which
 * has no rights, asks for what needs some: systemd starts a program with just these rights for each connection.
 * Rejects with `no-such-service` when nobody listens there.
 */
export function localRequest(socket: string, lines = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => {
      connection.destroy();
      const missing = ["ENOENT", "ECONNREFUSED"].includes(systemErrorCode(cause) ?? "");
      const code = missing ? "no-such-service" : "local-request-failed";
      reject(new IcosError(code, `The request to ${socket} failed: ${cause.message}.`, { cause }));
    };
    const connection = connect({ path: socket, allowHalfOpen: true });
    const chunks: Buffer[] = [];
    let length = 0;
    connection.setTimeout(TIMEOUT_MS, () => fail(new Error("there was no answer in time")));
    connection.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > LONGEST_ANSWER) fail(new Error("the answer is too long"));
    });
    connection.once("error", fail);
    connection.once("end", () => {
      connection.destroy();
      resolve(Buffer.concat(chunks).toString());
    });
    connection.end(lines === "" ? "" : lines + END);
  });
}
