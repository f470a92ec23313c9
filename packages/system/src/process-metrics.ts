import { readdirSync, readFileSync } from "node:fs";
import { counter, gauge, type Sample } from "./samples.ts";

/** Of this process, as the client libraries of Prometheus name them. */
export function processMetrics(now: number): readonly Sample[] {
  const { user, system } = process.cpuUsage();
  const fields = statFields();
  return [
    counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", (user + system) / 1e6),
    gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", startTime(now)),
    gauge("process_resident_memory_bytes", "Resident memory size in bytes.", process.memoryUsage.rss()),
    ...optional("process_virtual_memory_bytes", "Virtual memory size in bytes.", fields?.virtualMemory),
    ...optional("process_threads", "Number of OS threads in the process.", fields?.threads),
    ...optional("process_open_fds", "Number of open file descriptors.", openFiles()),
    ...optional("process_max_fds", "Maximum number of open file descriptors.", maxOpenFiles()),
  ];
}

function optional(name: string, help: string, value: number | undefined): Sample[] {
  return value === undefined ? [] : [gauge(name, help, value)];
}

function startTime(now: number): number {
  return Math.round(now / 10 - process.uptime() * 100) / 100;
}

/** proc_pid_stat(5); the name of the process, in parentheses, may hold spaces. */
function statFields(): { readonly virtualMemory: number; readonly threads: number } | undefined {
  const text = readProc("stat");
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields && { threads: Number(fields[17]), virtualMemory: Number(fields[20]) };
}

function maxOpenFiles(): number | undefined {
  const limit = /^Max open files\s+(\d+)/mu.exec(readProc("limits") ?? "")?.[1];
  return limit === undefined ? undefined : Number(limit);
}

function openFiles(): number | undefined {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return undefined;
  }
}

function readProc(name: string): string | undefined {
  try {
    return readFileSync(`/proc/self/${name}`, "utf8");
  } catch {
    return undefined;
  }
}
