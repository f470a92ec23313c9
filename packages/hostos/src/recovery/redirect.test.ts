import assert from "node:assert/strict";
import { test } from "node:test";
import { hopText, isRedirect, nextHop, type Hop } from "./redirect.ts";

const hop = (url: string, number = 0): Hop => ({ number, url: new URL(url) });

void test("a redirect leads to another web server, or to another place of the same", () => {
  assert.equal(nextHop(hop("https://a/x/y?z"), "../b?ticket=1").url.href, "https://a/b?ticket=1");
  assert.equal(nextHop(hop("https://a/x"), "//b/y").url.href, "https://b/y");
  assert.equal(nextHop(hop("http://a/x"), "https://b/y").url.href, "https://b/y");
  assert.equal(nextHop(hop("http://a/x", 4), "http://a/x").number, 5);
  assert.deepEqual([200, 300, 301, 302, 303, 304, 305, 307, 308, 404].filter(isRedirect), [301, 302, 303, 307, 308]);
});

void test("a redirect out of HTTPS, to no web server, to nowhere, with a password, and a sixth are refused", () => {
  const refused = (from: Hop, location: string | null, message: string): void => {
    assert.throws(() => nextHop(from, location), { message });
  };
  refused(
    hop("https://a/x?ticket=1"),
    "http://b/y?ticket=2",
    "redirect 1, from https://a/x: it leads out of HTTPS, to http://b/y",
  );
  refused(
    hop("http://a/", 1),
    "file:///etc/passwd",
    "redirect 2, from http://a/: it leads to a file: address, not to a web server",
  );
  refused(hop("http://a/"), "http://", "redirect 1, from http://a/: where it leads to is not a URL");
  refused(hop("http://a/"), null, "redirect 1, from http://a/: the server does not say where to");
  refused(
    hop("http://a/"),
    "http://me:secret@b/",
    "redirect 1, from http://a/: it leads to an address with a password",
  );
  refused(hop("http://a/", 5), "http://b/", "redirect 6, from http://a/: more than 5 redirects are not followed");
});

void test("a hop is named without what may be a ticket", () => {
  assert.equal(hopText(hop("http://a/b?c")), undefined);
  assert.equal(hopText(hop("http://a/b?c", 2)), "redirect 2, to http://a/b");
});
