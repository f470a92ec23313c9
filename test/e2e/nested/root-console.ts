import type { NestedNode } from "./nested-node.ts";

/**
 * What the root console of a guest's machine, which development images have, prints for a command. By the host: it has the
 * machine's serial line, whether the guest has a network or not.
 */
export function onRootConsole(node: NestedNode, machine: string, command: string): Promise<string> {
  const script = `
    const socket = require("node:net").connect("/run/guest-vm/${machine}/serial");
    let said = "";
    socket.on("data", (data) => { said += data; if (/END-OF-IT\\r/.test(said)) { console.log(said); process.exit(); } });
    socket.write(${JSON.stringify(`\n${command}; echo END-OF-"IT"\n`)});
    setTimeout(() => { console.log(said); process.exit(1); }, 60_000);`;
  return node.must("host", `/opt/ic/bin/node -e '${script.replaceAll("'", String.raw`'\''`)}'`);
}
