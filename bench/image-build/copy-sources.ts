import { cp, mkdir, readdir, readlink, symlink } from "node:fs/promises";
import { basename, join } from "node:path";

/**
 * A copy of the sources to build from and to change. Packages of others are links to the installed ones; the project's
 * own, which npm links into `node_modules`, are the copies.
 */
export async function copySources(repository: string, copy: string): Promise<void> {
  await mkdir(copy);
  for (const name of ["images", "packages", "package.json", "package-lock.json"])
    await cp(join(repository, name), join(copy, name), {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
      filter: (path) => basename(path) !== "node_modules",
    });
  const modules = join(repository, "node_modules");
  await mkdir(join(copy, "node_modules/@icos"), { recursive: true });
  for (const name of await readdir(modules))
    if (name !== "@icos") await symlink(join(modules, name), join(copy, "node_modules", name));
  for (const name of await readdir(join(modules, "@icos")))
    await symlink(await readlink(join(modules, "@icos", name)), join(copy, "node_modules/@icos", name));
}
