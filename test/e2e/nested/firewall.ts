import type { NestedNode } from "./nested-node.ts";

/** Ports of the host that somebody may reach, and one that nobody may. */
const PORTS = [22, 8080, 9100, 19531, 42372];
const PUBLIC_METRICS = 42372;

export interface Reached {
  readonly ports: readonly number[];
  /** Whether a seventh connection to the public metrics was made while six were held open. */
  readonly seventh: boolean;
}

/**
 * What the guest reaches of its host: from its own address, or from another one, which it and the host are given for
 * the time.
 */
export async function reachedFromGuest(node: NestedNode, host: string, source: string | undefined): Promise<Reached> {
  // The images have no sed.
  const device = await node.must(
    "guest",
    'set -- $(ip -6 route show default); while [ "$1" != dev ]; do shift; done; echo "$2"',
  );
  if (source !== undefined) {
    await node.must("host", `ip -6 route add ${source}/128 dev br6`);
    await node.must(
      "guest",
      `ip -6 address add ${source}/128 dev ${device} nodad && ip -6 route add ${host}/128 dev ${device} src ${source}`,
    );
  }
  try {
    const open = (port: number): string => `timeout 4 bash -c 'exec 3<>/dev/tcp/${host}/${port}' 2> /dev/null`;
    const ports = PORTS.map((port) => `{ ${open(port)} && echo ${port}; } &`).join("\n");
    const reached = await node.must("guest", `${ports}\nwait`);
    const hold = [3, 4, 5, 6, 7, 8].map((fd) => `exec ${fd}<>/dev/tcp/${host}/${PUBLIC_METRICS} || exit 1`).join("\n");
    const held = await node.must("guest", `${hold}\n${open(PUBLIC_METRICS)} && echo open; true`);
    return {
      ports: reached
        .split("\n")
        .filter(Boolean)
        .map(Number)
        .sort((a, b) => a - b),
      seventh: held === "open",
    };
  } finally {
    if (source !== undefined) {
      await node.run("host", `ip -6 route del ${source}/128 dev br6`);
      await node.run(
        "guest",
        `ip -6 route del ${host}/128 dev ${device} src ${source}; ip -6 address del ${source}/128 dev ${device}`,
      );
    }
  }
}
