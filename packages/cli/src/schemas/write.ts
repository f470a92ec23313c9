/** Writes `docs/schemas`: `node packages/cli/src/schemas/write.ts`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonSchemaFiles } from "./json-schemas.ts";

const directory = join(import.meta.dirname, "../../../../docs/schemas");
mkdirSync(directory, { recursive: true });
for (const [name, content] of jsonSchemaFiles()) writeFileSync(join(directory, name), content);
