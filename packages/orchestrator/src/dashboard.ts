/** What the dashboard shows. A field whose subject does not exist yet in this system is left out and shown as `None`. */
export interface DashboardView {
  readonly nodeId: string;
  readonly dcId: string | undefined;
  readonly registryVersion: number;
  /** Nanoseconds since the epoch. */
  readonly certifiedTime: bigint | undefined;
  readonly subnet: { readonly kind: "unknown" } | { readonly kind: "known"; readonly id: string | undefined };
  readonly replicaPid: number | undefined;
  readonly replicaVersion: string;
  readonly hostVersion: string | undefined;
  readonly scheduledUpgrade: string | undefined;
  /** Registry version of the firewall rules that are in force. */
  readonly firewallVersion: number | undefined;
  /** Registry version, and subnet, of the SSH keys that are in force. */
  readonly sshAccess: { readonly version: number; readonly subnetId: string | undefined } | undefined;
  readonly readonlyKeys: readonly string[];
  readonly backupKeys: readonly string[];
  readonly adminKeys: readonly string[];
}

/** Plain text, a line for each label, in upstream's order: its tests parse it. */
export function renderDashboard(view: DashboardView): string {
  const { subnet, scheduledUpgrade, replicaVersion, sshAccess } = view;
  const lines: readonly (readonly [label: string, value: string])[] = [
    ["node id", view.nodeId],
    ["DC id", view.dcId ?? NONE],
    ["last registry version", String(view.registryVersion)],
    ["last poll's certified time", view.certifiedTime === undefined ? NONE : formatTime(view.certifiedTime)],
    ["subnet id", subnet.kind === "unknown" ? "Subnet not known yet" : (subnet.id ?? "Unassigned")],
    ["replica process id", view.replicaPid === undefined ? NONE : String(view.replicaPid)],
    ["replica version", replicaVersion],
    ["host os version", view.hostVersion ?? NONE],
    ["scheduled upgrade", scheduledUpgrade === undefined ? NONE : `${replicaVersion} -> ${scheduledUpgrade}`],
    ["cup height", NONE],
    ["cup signed", NONE],
    ["cup state hash", NONE],
    ["cup timestamp", NONE],
    ["firewall config registry version", view.firewallVersion === undefined ? NONE : String(view.firewallVersion)],
    ["ipv4 config registry version", NONE],
    ["ssh key config registry version", sshAccess === undefined ? NONE : String(sshAccess.version)],
    ["ssh key configuration is for subnet", sshAccess === undefined ? NONE : (sshAccess.subnetId ?? "Unassigned")],
    ["readonly keys", view.readonlyKeys.join(", ")],
    ["backup keys", view.backupKeys.join(", ")],
    ["admin keys", view.adminKeys.join(", ")],
  ];
  return lines.map(([label, value]) => `${label}: ${value}\n`).join("");
}

const NONE = "None";

function formatTime(nanoseconds: bigint): string {
  return new Date(Number(nanoseconds / 1_000_000n)).toISOString();
}
