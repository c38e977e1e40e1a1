// Casts of src/ (`as T`, and `!`): a checked accessor, a guard or a better type is preferred. Those that are left are counted here,
// each file with its reason. Where the count went down, write the new one; where it went up, look for another way first.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const CASTS: Readonly<Record<string, readonly [count: number, reason: string]>> = {
  "arguments/heads.ts": [1, "a caller may pass anything: each field is checked after it is read"],
  "arguments/instances.ts": [2, "marks are read from anything that a caller passes"],
  "arguments/options.ts": [1, "a caller may pass anything: the field is checked after it is read"],
  "authoring/write-ahead.ts": [1, "a proposal of any kind leads to this value, which is looked at before it is used"],
  "authoring/write-link.ts": [1, "fields of one type of link as a body: its schema checks them when it is encoded"],
  "backup/bits.ts": [2, "indices within the length of the array"],
  "backup/make.ts": [1, "`#field in` takes objects only, and what a caller passes may be none"],
  "bytes/append-list.ts": [1, "an index within the list, whose items may be undefined themselves"],
  "bytes/bytes.ts": [3, "indices within the length, in constant time; and a view that is asked what it is"],
  "bytes/cbor-decode.ts": [3, "indices within the length, for each byte that is decoded"],
  "bytes/frozen.ts": [1, "what can be extended is an object, which the type does not say"],
  "bytes/schema.ts": [9, "the types of fields follow from the schema, which the compiler cannot follow through a loop"],
  "bytes/text.ts": [6, "the only place where text becomes an id; and indices within the length, for each byte"],
  "cli/main.ts": [1, "anything can be thrown: each field is looked at after it is read"],
  "cli/node-body.ts": [1, "what hono gives beside a request, on the server that the command starts"],
  "cli/relay.ts": [3, "what the HTTP server and the argument parser give, each field looked at"],
  "client/judge-whole.ts": [1, "details of an error that this library made"],
  "client/proceed.ts": [1, "a field that starts empty and that later steps fill"],
  "client/record-fields.ts": [1, "absent fields are left out, which the type of a list of entries does not say"],
  "content/chunk-cipher.ts": [1, "what has memory of its own was found out in the line before"],
  "content/pair.ts": [1, "a generator that is stopped returns nothing that anybody reads"],
  "content/random-access-source.ts": [3, "a caller may pass anything: each method is checked after it is read"],
  "content/random-access.ts": [2, "a caller may pass anything, also options of another function"],
  "content/recipient-list.ts": [3, "indices within the length, for each byte"],
  "content/recipients.ts": [1, "`Array.isArray` forgets the type of a list that cannot be written to"],
  "errors.ts": [2, "what is packed from an object, or unpacked to one, is an object"],
  "escrow/user-coverage.ts": [2, "the checks of the fields, whose types a list of entries does not keep"],
  "fingerprint/contacts.ts": [1, "details of an error that this library made"],
  "fingerprint/parse.ts": [1, "a caller may pass anything: each field is checked after it is read"],
  "fingerprint/words.ts": [1, "the words were looked up before; `keystead/words` stays small without a second check"],
  "grants/seed-check.ts": [1, "nothing is dropped from what is set aside until the next line"],
  "keys/keyring-bytes.ts": [1, "an inferred type, without its brands' readonly fields"],
  "keys/seed-vault.ts": [1, "the one place where a seed that was drawn here counts as right"],
  "log/advance.ts": [2, "the state before a first link has no head, and nobody sees it"],
  "log/entry.ts": [2, "what is too long is refused before it is copied; a map from the decoder has text for keys"],
  "log/epoch-set.ts": [2, "indices within the length of the array"],
  "log/evidence.ts": [1, "a caller may pass anything: the schema checks it"],
  "log/links/genesis.ts": [1, "the caller has looked at the type of the link"],
  "log/pins.ts": [1, "a caller may pass anything: the check is the next word"],
  "log/registry.ts": [2, "the one table from names to types: a link is read by the schema of its own type"],
  "primitives/bounded-cache.ts": [1, "`fromCharCode` takes bytes as well as a list of numbers"],
  "primitives/ed25519-rules.ts": [3, "indices within the length, which was checked"],
  "primitives/fresh-kem.ts": [1, "types of WebCrypto lack what newer versions have"],
  "primitives/kem-rules.ts": [4, "indices within the length, which was checked"],
  "primitives/node-aead.ts": [2, "types of Node 20 lack what newer versions have"],
  "primitives/node-curves.ts": [3, "types of Node 20 lack what newer versions have"],
  "primitives/node-keys.ts": [3, "types of Node 20 lack what newer versions have"],
  "primitives/node-mlkem.ts": [2, "types of Node 20 lack what newer versions have"],
  "primitives/node-probe.ts": [3, "the names and the arguments of probes, which a list of entries does not keep"],
  "primitives/web-ed25519.ts": [3, "types of WebCrypto ask for bytes in memory that is not shared"],
  "primitives/web-hash.ts": [1, "types of WebCrypto ask for bytes in memory that is not shared"],
  "relay/folder-lock.ts": [2, "errors of the system"],
  "relay/handler.ts": [4, "a route of the table that the router has matched by its name"],
  "relay/openapi.ts": [1, "names of parameters, which a list of entries does not keep"],
  "relay/postgres.ts": [1, "one of the overloads that the driver's types list"],
  "relay/s3-blobs.ts": [2, "streams of the platform and of its types"],
  "relay/sql.ts": [3, "rows as the statement beside it names their columns"],
  "relay/stated-heads.ts": [1, "what the file system throws is asked for its code"],
  "sender/sender.ts": [1, "a list whose items were checked one by one"],
  "storage/file.ts": [2, "errors of the system; `BufferSource` refuses bytes that it takes"],
  "storage/indexed-db.ts": [4, "types of `idb` name stores that only an upgrade may open"],
  "storage/sealer.ts": [7, "`BufferSource` refuses bytes that it takes"],
  "storage/store.ts": [4, "a caller, or an adapter, may give anything: each part is checked after it is read"],
  "testing/lies.ts": [1, "an index within the length, which was checked"],
  "testing/relay-blobs.ts": [1, "a stream of the platform and of its types"],
  "testing/store-cases.ts": [2, "cases for adapters call them as plain JavaScript does"],
  "transport/addresses.ts": [2, "parameters of a route, whose names the compiler cannot follow through a loop"],
  "transport/fetch-blobs.ts": [1, "whether a source is a Blob"],
  "transport/http.ts": [1, "an answer whose shape the route's schema has checked"],
  "transport/service.ts": [2, "an answer in the words of the Fetch standard"],
  "transport/verify-request.ts": [2, "a request that was checked field by field"],
  "trust/acts.ts": [1, "only these types of link have an actor"],
  "trust/compared.ts": [1, "a caller may pass anything: each token is looked up"],
  "views/activity.ts": [1, "a verified link is of a known type"],
  "views/english.ts": [1, "an object that the next lines fill"],
  "views/format-report.ts": [1, "a list of entries does not keep the names of the fields"],
  "views/texts.ts": [2, "the code chooses the text and the facts together"],
};

/** The casts of a source; `as unknown as T` is one, and `as const` is none. */
function castsIn(name: string, code: string): number {
  let count = 0;
  const visit = (node: ts.Node): void => {
    const isCast = ts.isAsExpression(node) && !ts.isConstTypeReference(node.type) && !ts.isAsExpression(node.parent);
    if (isCast || ts.isNonNullExpression(node) || ts.isTypeAssertionExpression(node)) count++;
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(name, code, ts.ScriptTarget.Latest, true));
  return count;
}

it("counts each sort of cast once, and nothing else", () => {
  const casts = "f(a as B); f(a!.b); f(<B>a); f(a as unknown as B);";
  expect(castsIn("a.ts", casts)).toBe(4);
  const others = 'import { a as b } from "./c.js"; const d = ["e"] as const; f(d satisfies G); // as H';
  expect(castsIn("a.ts", others)).toBe(0);
});

it("finds as many casts in each file of src/ as the list says", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(100);
  const found = files.map((name) => [name, castsIn(name, readFileSync(join("src", name), "utf8"))] as const);
  const listed = Object.entries(CASTS).map(([name, [count]]) => [name, count] as const);
  expect(Object.fromEntries(found.filter(([, count]) => count > 0))).toEqual(Object.fromEntries(listed));
});
