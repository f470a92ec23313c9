import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export interface MarkdownFile {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
}

export const REPOSITORY = join(import.meta.dirname, "../../..");

/** README.md and every page below `docs`. */
export function readPages(): readonly MarkdownFile[] {
  const pages = readdirSync(join(REPOSITORY, "docs"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name)))
    .sort();
  return ["README.md", ...pages].map((path) => ({ path, text: readFileSync(join(REPOSITORY, path), "utf8") }));
}

export interface CodeBlock {
  readonly language: string;
  readonly lines: readonly string[];
}

/** Fenced blocks. */
export function codeBlocks(text: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { language: string; lines: string[] } | undefined;
  for (const line of text.split("\n")) {
    const fence = /^\s*```(.*)$/.exec(line);
    if (!fence) open?.lines.push(line);
    else if (open) {
      blocks.push(open);
      open = undefined;
    } else open = { language: (fence[1] ?? "").trim(), lines: [] };
  }
  return blocks;
}

/** The text without its fenced blocks. */
export function proseOf(text: string): string {
  return text.replaceAll(/^\s*```[^\n]*\n[\s\S]*?^\s*```\s*$/gm, "");
}

/** Code in backticks. */
export function codeSpans(text: string): readonly string[] {
  return [...proseOf(text).matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
}

/** Targets of links and images, of Markdown and of HTML. */
export function linkTargets(text: string): readonly string[] {
  const prose = proseOf(text).replaceAll(/`[^`\n]*`/g, "");
  const markdown = [...prose.matchAll(/\]\(([^()\s]+)\)/g)];
  const html = [...prose.matchAll(/<(?:img|source|a)\s[^>]*?(?:src|srcset|href)="([^"]+)"/g)];
  return [...markdown, ...html].map((match) => match[1] ?? "");
}

/** The anchors that a page's headings make (as code hosting sites derive them). */
export function headingAnchors(text: string): ReadonlySet<string> {
  const headings = [...proseOf(text).matchAll(/^#+\s+(.*)$/gm)].map((match) => match[1] ?? "");
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replaceAll(/\s/g, "-"),
    ),
  );
}
