import { readdir, readFile, readlink } from "node:fs/promises";

const LISTEN = "0A";

/** The TCP ports that a process listens on (proc(5)). */
export async function listeningPorts(pid: number): Promise<number[]> {
  const links = await readdir(`/proc/${pid}/fd`).then((names) =>
    Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => ""))),
  );
  const own = new Set(links);
  const tables = await Promise.all(["tcp", "tcp6"].map((name) => readFile(`/proc/${pid}/net/${name}`, "utf8")));
  return tables
    .flatMap((table) => table.trim().split("\n").slice(1))
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === LISTEN && own.has(`socket:[${inode}]`))
    .map(([, local = ""]) => Number.parseInt(local.split(":")[1] ?? "", 16));
}
