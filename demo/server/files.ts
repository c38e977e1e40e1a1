// Serves the built web app, with a policy that lets it load and reach nothing outside.

import { readdirSync, readFileSync } from "node:fs";
import { extname, join, sep } from "node:path";

/** An app that handles secrets should run with a policy like this one. Nothing frames it, and it frames nothing. */
const policyWith = (frames: "'none'" | "'self'", ancestors: "'none'" | "'self'"): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    // data: and blob: for QR codes and the recovery sheet, which are made in the page.
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    `frame-src ${frames}`,
    `frame-ancestors ${ancestors}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    "report-uri /api/csp-report",
  ].join("; ");

/** The page for talks shows devices side by side: it frames those of `/d/NAME`, and these are framed by this app alone. */
function policyOf(path: string): string {
  if (path === "/talk") return policyWith("'self'", "'none'");
  return policyWith("'none'", path.startsWith("/d/") ? "'self'" : "'none'");
}

const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(self), microphone=(), geolocation=(), payment=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** The files of a folder, in memory. A path that names no file gives the page, which reads the address itself. */
export function serveFiles(folder: string): (path: string) => Response {
  const files = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => {
        const path = join(each.parentPath, each.name);
        return [path.slice(folder.length).split(sep).join("/"), new Uint8Array(readFileSync(path))] as const;
      }),
  );
  return (path) => {
    const name = files.has(path) ? path : "/index.html";
    const isNamedByContent = name.startsWith("/assets/");
    if (path.startsWith("/assets/") && !isNamedByContent) return new Response("no such file", { status: 404 });
    return new Response(files.get(name), {
      headers: {
        ...{ ...HEADERS, "content-security-policy": policyOf(path) },
        "content-type": TYPES[extname(name)] ?? "application/octet-stream",
        "cache-control": isNamedByContent ? "public, max-age=31536000, immutable" : "no-cache",
      },
    });
  };
}
