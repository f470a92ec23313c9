import { join } from "node:path";
import { describeError, type Logger, makeDirectory, readFileIfExists, writeFileDurably } from "@icos/system";

/** On the configuration volume, which upgrades keep. */
export const CERTIFICATE_DIRECTORY = "/boot/config/sev/certificates";

/** Certificates by file name. A cache only: what is wrong with it is logged and never in the way. */
export interface CertificateCache {
  /** Nothing without the file, or when it cannot be read. */
  read(name: string): Promise<Buffer | undefined>;
  /** Durable when it returns, unless that failed. */
  write(name: string, content: Buffer): Promise<void>;
}

export function certificateCache(
  directory: string,
  logger: Logger,
  { writeFile }: { readonly writeFile: typeof writeFileDurably } = { writeFile: writeFileDurably },
): CertificateCache {
  return {
    async read(name) {
      try {
        return await readFileIfExists(join(directory, name));
      } catch (error) {
        logger.log("warning", "A kept certificate cannot be read.", { name, error: describeError(error) });
        return undefined;
      }
    },
    async write(name, content) {
      try {
        await makeDirectory(directory);
        await writeFile(join(directory, name), content);
      } catch (error) {
        logger.log("warning", "A certificate cannot be kept: it will be fetched again after the next start.", {
          name,
          error: describeError(error),
        });
      }
    },
  };
}
