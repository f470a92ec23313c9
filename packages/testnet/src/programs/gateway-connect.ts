/** `gateway-connect.ts SOCKET HOST PORT`: joins standard input and output to a TCP port of a testnet (ssh ProxyCommand). */
import { pipeline } from "node:stream/promises";
import { describeError, IcosError } from "@icos/system";
import { createGatewayClient } from "../network/gateway-client.ts";

const [socketPath, host, port] = process.argv.slice(2);

try {
  if (socketPath === undefined || host === undefined || port === undefined)
    throw new IcosError("usage", "Usage: gateway-connect.ts SOCKET HOST PORT");
  const stream = await createGatewayClient(socketPath).connect({ host, port: Number(port) });
  await Promise.race([pipeline(process.stdin, stream), pipeline(stream, process.stdout)]);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
}
