import { describeError, IcosError, systemClock } from "@icos/system";
import { askHost, HOST_CID, vsockGuestTransport } from "@icos/vsock";
import { parseGuestCommandLine, payloadText } from "../host-channel/command.ts";

/** `/opt/ic/bin/vsock_guest`: asks the host of this guest, by hand or from a script. */
try {
  const { command, port } = parseGuestCommandLine(process.argv.slice(2));
  const transport = vsockGuestTransport({ cid: HOST_CID, port });
  process.stdout.write(payloadText(await askHost(command, { transport, clock: systemClock })));
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  if (error instanceof IcosError && error.next !== undefined) process.stderr.write(`${error.next}\n`);
  process.exitCode = error instanceof IcosError && error.code === "usage" ? 2 : 1;
}
