import { openToolsTree } from "@icos/image";
import { IcosError } from "@icos/system";
import { type Bench, measurement } from "../packages/cli/src/bench/bench.ts";
import { createGuestosMachine } from "./boot/guestos-machine.ts";
import { debianImage } from "./debian/debian-image.ts";
import { createDebianMachine } from "./debian/debian-machine.ts";
import { withTestnet } from "./lib/scratch-testnet.ts";
import { inTurns, ROUNDS } from "./lib/spread.ts";

const AIM = { of: "ratio", is: "at-most", limit: 0.8 } as const;

/** Both machines boot once to settle what only a first boot does, then in turns; one of them runs at a time. */
export const bench: Bench = {
  name: "boot",
  what: "From the start of QEMU to `orchestrator ready` of GuestOS, against a plain Debian 13 to multi-user.target in the same machine.",
  limitMinutes: 60,
  run: (context) =>
    withTestnet(context, 1, async (testnet) => {
      const { signal, report, directory } = context;
      const [node] = testnet.plan.nodes;
      if (node === undefined) throw new IcosError("no-node", "The testnet has no node.");
      report("tools and Debian");
      const tools = await openToolsTree({ signal });
      const image = await debianImage(tools, signal);
      const guestos = createGuestosMachine(testnet, node, signal);
      const first = await guestos.firstBoot();
      report("GuestOS shuts down");
      await guestos.stop();
      const { memoryMiB, vcpus } = node;
      const shape = {
        accelerator: first.status.accelerator ?? "tcg",
        memoryMiB,
        vcpus,
        kernelArguments: await guestos.kernelArguments(),
      };
      const debian = await createDebianMachine(image, shape, { directory, tools, signal });
      try {
        report("Debian: first boot");
        const debianFirst = await debian.boot();
        const booting = (name: string, boot: () => Promise<number>) => (): Promise<number> => {
          report(`${name} boots`);
          return boot();
        };
        const { one, other } = await inTurns(ROUNDS, booting("GuestOS", guestos.boot), booting("Debian", debian.boot));
        return [
          measurement({
            name: "GuestOS to orchestrator ready",
            unit: "s",
            samples: one,
            peer: { name: "Debian 13 to multi-user", samples: other },
            aim: AIM,
          }),
          measurement({
            name: "first boot of GuestOS: volumes made, keys made, registered",
            unit: "s",
            samples: [first.seconds],
            peer: { name: "first boot of the installed Debian", samples: [debianFirst] },
          }),
        ];
      } finally {
        await debian.close();
      }
    }),
};
