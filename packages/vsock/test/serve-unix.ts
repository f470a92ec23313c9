import { silentLogger, systemClock } from "@icos/system";
import { serveVsock } from "../src/server.ts";
import { unixHostTransport } from "../src/unix-transport.ts";
import { refusingHandlers } from "./refusing-handlers.ts";

/** A process of its own, whose memory a test can look at: serves on the unix socket that it is given. */
const [path = ""] = process.argv.slice(2);
await serveVsock(
  {
    transport: unixHostTransport(path, 3),
    handlers: {
      ...refusingHandlers,
      GetHostOSVersion: async () => ({ kind: "HostOSVersion", version: "0.1.0" }),
    },
    clock: systemClock,
    logger: silentLogger,
  },
  new AbortController().signal,
  () => void process.stdout.write("ready\n"),
);
