import type { Exec } from "@icos/system";
import { sshCommand } from "@icos/testnet";
import type { ScratchTestnet } from "../lib/scratch-testnet.ts";

/** What the guest's machine takes of its host, bytes. */
export interface HostSideMemory {
  /** Of QEMU, without the memory that is the guest's. */
  readonly qemu: number;
  /** Of the runner `guest-vm`. */
  readonly runner: number;
}

/** The first line is the runner's resident kilobytes, the rest QEMU's memory map. The images have no `ps`. */
const READ = `
for status in /proc/[0-9]*/status; do
  { read -r _ name; } < "$status"
  case $name in
  qemu-system*) qemu=\${status%status}smaps ;;
  esac
done
pid=$(systemctl show --property=MainPID --value guestos.service)
while read -r key value _; do [ "$key" = VmRSS: ] && echo "$value"; done < "/proc/$pid/status"
cat "$qemu"`;

/** Reads a nested node's host over SSH. `guestMemory`: bytes of memory that the guest has. */
export async function hostSideMemory(
  testnet: ScratchTestnet,
  node: string,
  guestMemory: number,
  exec: Exec,
  signal: AbortSignal,
): Promise<HostSideMemory> {
  const destination = { user: "root", node, layer: "host" } as const;
  const command = await sshCommand(testnet.directories, testnet.topology, destination, [READ]);
  const { stdout } = await exec.run(command, { signal });
  const [runner = "", ...map] = stdout.toString().split("\n");
  return { qemu: withoutGuest(map.join("\n"), guestMemory), runner: Number(runner) * 1_024 };
}

/** Resident bytes of a process by its `smaps`, but for the mapping that is as large as the guest's memory. */
export function withoutGuest(smaps: string, guestMemory: number): number {
  let bytes = 0;
  let guests = false;
  let found = false;
  for (const line of smaps.split("\n")) {
    const [, field, kilobytes] = /^(Size|Rss): +(\d+) kB$/.exec(line) ?? [];
    if (field === "Size") guests = Number(kilobytes) * 1_024 === guestMemory;
    if (field === "Rss" && !guests) bytes += Number(kilobytes) * 1_024;
    found ||= guests;
  }
  if (!found) throw new Error(`No mapping of QEMU is as large as the guest's memory, ${guestMemory} bytes.`);
  return bytes;
}
