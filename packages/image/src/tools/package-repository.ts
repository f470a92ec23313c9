import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { hash } from "node:crypto";
import type { Exec } from "@icos/system";
import type { LockedPackage } from "../lock/package-lock.ts";
import type { ContentStore } from "../store/content-store.ts";

export interface PackageRepository {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves exactly the given packages as a Debian archive on the loopback, straight from the content store. Unlike a
 * directory it can be read from inside a user namespace, whatever the modes of the cache's parent directories.
 */
export async function servePackageRepository(
  suite: string,
  packages: readonly LockedPackage[],
  store: ContentStore,
  exec: Exec,
): Promise<PackageRepository> {
  const index = await packagesIndex(packages, store, exec);
  const release = releaseFile(suite, index);
  const texts = new Map([
    [`/dists/${suite}/Release`, release],
    [`/dists/${suite}/main/binary-amd64/Packages`, index],
  ]);
  const byPath = new Map(packages.map((entry) => [`/${entry.path}`, store.pathOf(entry.sha256)]));
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "");
    const text = texts.get(path);
    const file = byPath.get(path);
    if (text !== undefined) response.end(text);
    else if (file !== undefined) createReadStream(file).pipe(response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => new Promise((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}

async function packagesIndex(packages: readonly LockedPackage[], store: ContentStore, exec: Exec): Promise<string> {
  const stanzas: string[] = [];
  for (const entry of packages) {
    const control = await exec.run(["dpkg-deb", "--field", store.pathOf(entry.sha256)]);
    stanzas.push(
      `${control.stdout.toString().trimEnd()}\nFilename: ${entry.path}\nSize: ${entry.size}\nSHA256: ${entry.sha256}\n`,
    );
  }
  return stanzas.join("\n");
}

/** mmdebstrap finds the essential packages only when the release has a codename. */
function releaseFile(suite: string, index: string): string {
  return [
    "Origin: Debian",
    "Label: Debian",
    "Suite: stable",
    `Codename: ${suite}`,
    "Date: Thu, 01 Jan 1970 00:00:00 UTC",
    "Architectures: amd64",
    "Components: main",
    "SHA256:",
    ` ${hash("sha256", index)} ${Buffer.byteLength(index)} main/binary-amd64/Packages`,
    "",
  ].join("\n");
}
