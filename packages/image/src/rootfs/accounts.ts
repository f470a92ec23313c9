import { IcosError } from "@icos/system";
import type { Component } from "./components.ts";
import type { FileTree } from "./file-tree.ts";

interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

const NOLOGIN = "/usr/sbin/nologin";

/** Debian's fixed system groups that udev rules and units name (base-passwd), and systemd's own. */
const SYSTEM_GROUPS: Readonly<Record<string, number>> = {
  root: 0,
  daemon: 1,
  adm: 4,
  tty: 5,
  disk: 6,
  lp: 7,
  kmem: 15,
  dialout: 20,
  cdrom: 24,
  floppy: 25,
  tape: 26,
  audio: 29,
  shadow: 42,
  utmp: 43,
  video: 44,
  staff: 50,
  users: 100,
  nogroup: 65_534,
  render: 992,
  sgx: 993,
  kvm: 994,
  input: 995,
  clock: 989,
  "systemd-journal": 999,
  "systemd-network": 998,
};

const SYSTEM_USERS: readonly User[] = [
  { name: "root", uid: 0, gid: 0, home: "/root", shell: "/bin/bash" },
  { name: "systemd-network", uid: 998, gid: 998, home: "/", shell: NOLOGIN },
  { name: "nobody", uid: 65_534, gid: 65_534, home: "/nonexistent", shell: NOLOGIN },
];

export interface Accounts {
  /** `user:group` to numeric ids. */
  idsOf(owner: string): { uid: number; gid: number };
  writeTo(tree: FileTree, options: { readonly rootShell: string }): void;
}

/** The users and groups of an image: the system's fixed ones and those its components declare. Every password is locked. */
export function planAccounts(components: readonly Component[]): Accounts {
  const groups = new Map(Object.entries(SYSTEM_GROUPS));
  const members = new Map<string, string[]>();
  const users = new Map(SYSTEM_USERS.map((user) => [user.name, user]));
  for (const { definition } of components)
    for (const { name, gid } of definition.groups) addUnique(groups, name, gid, "group");
  for (const { definition } of components)
    for (const user of definition.users) {
      const group = user.group ?? user.name;
      if (!groups.has(group)) addUnique(groups, group, user.uid, "group");
      if (users.has(user.name)) throw new IcosError("bad-component", `User ${user.name} is declared twice.`);
      users.set(user.name, {
        name: user.name,
        uid: user.uid,
        gid: groups.get(group) ?? user.uid,
        home: user.home,
        shell: user.shell,
      });
      for (const other of user.groups) members.set(other, [...(members.get(other) ?? []), user.name]);
    }
  for (const name of members.keys())
    if (!groups.has(name))
      throw new IcosError("bad-component", `A user is a member of group ${name}, which nobody declares.`);
  return {
    idsOf: (owner) => {
      const [user = "", group = user] = owner.split(":");
      const uid = users.get(user)?.uid;
      const gid = groups.get(group);
      if (uid === undefined || gid === undefined)
        throw new IcosError("bad-component", `Owner ${owner} names a user or group that the image does not have.`);
      return { uid, gid };
    },
    writeTo: (tree, { rootShell }) => {
      const sorted = [...users.values()].sort((a, b) => a.uid - b.uid);
      const shellOf = (user: User): string => (user.name === "root" ? rootShell : user.shell);
      const byId = [...groups].sort(([, a], [, b]) => a - b);
      tree.file(
        "/etc/passwd",
        sorted.map((u) => `${u.name}:x:${u.uid}:${u.gid}:${u.name}:${u.home}:${shellOf(u)}\n`).join(""),
      );
      tree.file("/etc/shadow", sorted.map((u) => `${u.name}:!*:19000:0:99999:7:::\n`).join(""), 0o640, {
        uid: 0,
        gid: 42,
      });
      tree.file(
        "/etc/group",
        byId.map(([name, gid]) => `${name}:x:${gid}:${(members.get(name) ?? []).join(",")}\n`).join(""),
      );
      tree.file(
        "/etc/gshadow",
        byId.map(([name]) => `${name}:!*::${(members.get(name) ?? []).join(",")}\n`).join(""),
        0o640,
        { uid: 0, gid: 42 },
      );
    },
  };
}

function addUnique(ids: Map<string, number>, name: string, id: number, what: string): void {
  if (ids.has(name)) throw new IcosError("bad-component", `The ${what} ${name} is declared twice.`);
  for (const [other, taken] of ids)
    if (taken === id) throw new IcosError("bad-component", `The ${what}s ${name} and ${other} share the id ${id}.`);
  ids.set(name, id);
}
