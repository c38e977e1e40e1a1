import { base64, base64urlnopad } from "@scure/base";
import fc from "fast-check";
import { createSignatureSync, verifySignature } from "http-message-sig";
import { describe, expect, it } from "vitest";
import { utf8Decode, utf8Encode } from "../../src/bytes/text.js";
import { KeysteadError } from "../../src/errors.js";
import { platform, primitives } from "../../src/primitives/current.js";
import { verifyEd25519 } from "../../src/primitives/sign.js";
import { exactVerifier, type VerifyLabelledLater } from "../../src/primitives/verify-later.js";
import {
  REQUEST_LIFETIME,
  requestSigner,
  type SignableRequest,
  signRequest,
} from "../../src/transport/request-signature.js";
import type { RequestSigner } from "../../src/transport/transport.js";
import { checkDigest, isSigned, REQUEST_SKEW, verifyRequest } from "../../src/transport/verify-request.js";
import { flipped } from "../primitives/support.js";
import { countVerificationsOf } from "../support/count-verifications.js";
import { expectWrongArgument } from "../support/refusal.js";
import { slow } from "../support/runs.js";
import { seededEnv } from "../support/seeded-env.js";
import { rejection, thrownBy } from "../support/thrown.js";
import { openWorld } from "../support/world.js";

const NOW = 1_700_000_000_000;
const origin = "https://keys.example";
const request: SignableRequest = { method: "POST", target: "/v1/logs/ab/entries?after=1&limit=2" };
const body = Uint8Array.of(1, 2, 3);
const { keyring } = openWorld("request signature").session("Laptop");
const signer = requestSigner(keyring);
const key = openWorld("request signature").log.active.get(keyring.member)?.signingKey as Uint8Array;

type Headers = Readonly<Record<string, string>>;
const signed = (over: { signer?: RequestSigner; at?: number; request?: SignableRequest } = {}): Headers =>
  signRequest(over.request ?? request, {
    signer: over.signer ?? signer,
    origin,
    body,
    env: seededEnv("request", over.at ?? NOW),
  });
const like = (headers: Headers) => ({ get: (name: string) => headers[name] ?? null });

/** Verifies a request as a service at `now`. */
function verify(headers: Headers, over: { request?: SignableRequest; origin?: string; now?: number } = {}) {
  return verifyRequest(
    { ...(over.request ?? request), headers: like(headers) },
    {
      origin: over.origin ?? origin,
      now: over.now ?? NOW,
      keyOf: (member) => (member === keyring.member ? key : undefined),
    },
  );
}

async function reasonOf(refusal: Promise<unknown>): Promise<unknown> {
  const error = await rejection(refusal);
  expect(error.code).toBe("INVALID_SIGNATURE");
  return error.details?.reason;
}

describe("a request that a member signed", () => {
  it("gives the member, the nonce, when to forget it, and the digest of the body", async () => {
    const found = await verify(signed());
    expect(found).toEqual({
      member: keyring.member,
      nonce: base64urlnopad.encode(seededEnv("request").random(16)),
      forget: NOW + REQUEST_LIFETIME,
      digest: primitives.sha256(body),
    });
    checkDigest(body, found);
  });

  it("may be without a body and a query", async () => {
    const bare = { method: "GET", target: "/v1/events" };
    const headers = signRequest(bare, { signer, origin, env: seededEnv("bare", NOW) });
    checkDigest(new Uint8Array(), await verify(headers, { request: bare }));
  });

  it("shows that it is signed, beside signatures of others", async () => {
    const headers = signed();
    const others = {
      ...headers,
      "signature-input": `proxy=("@method");created=1, ${headers["signature-input"]}`,
      signature: `proxy=:AAAA:, ${headers.signature}`,
    };
    expect(isSigned(like(others))).toBe(true);
    expect((await verify(others)).member).toBe(keyring.member);
    expect(isSigned(like({}))).toBe(false);
    expect(isSigned(like({ "signature-input": 'proxy=("keystead=")' }))).toBe(false);
  });

  it("is good for a minute, by a clock that is at most a minute ahead", async () => {
    await verify(signed(), { now: NOW + REQUEST_LIFETIME });
    expect(await reasonOf(verify(signed(), { now: NOW + REQUEST_LIFETIME + 1 }))).toBe("expired");
    await verify(signed(), { now: NOW - REQUEST_SKEW });
    expect(await reasonOf(verify(signed(), { now: NOW - REQUEST_SKEW - 1 }))).toBe("ahead");
  });
});

describe("a signature that is verified beside this thread", () => {
  const options = { origin, now: NOW, keyOf: (member: string) => (member === keyring.member ? key : undefined) };
  const verifyBeside = (headers: Headers, later: VerifyLabelledLater) =>
    countVerificationsOf(() => verifyRequest({ ...request, headers: like(headers) }, { ...options, later }));
  // Beside another signature, it is not in the usual form.
  const other = {
    ...signed(),
    "signature-input": `proxy=("@method");created=1, ${signed()["signature-input"]}`,
    signature: `proxy=:AAAA:, ${signed()["signature"]}`,
  };
  const forms = [signed(), other];

  it.each(forms)("is not verified again where it is good, form %#", async (headers) => {
    const exact = (await exactVerifier(platform.verifiers)) ?? expect.unreachable("no verifier");
    const { value, verifications } = await verifyBeside(headers, exact);
    expect(value?.member).toBe(keyring.member);
    expect(verifications).toBe(0);
  });

  it.each(forms)("is judged on this thread where the platform does not accept it, form %#", async (headers) => {
    const refusing = async () => false;
    const { value, verifications } = await verifyBeside(headers, refusing);
    expect(value?.member).toBe(keyring.member);
    expect(verifications).toBe(1);
    const moved = { ...request, target: `${request.target}1` };
    const refusal = verifyRequest({ ...moved, headers: like(headers) }, { ...options, later: refusing });
    expect(await reasonOf(refusal)).toBe("signature");
  });
});

describe("the signer without the package", () => {
  const part = fc.stringMatching(/^[A-Za-z0-9._~%!$&'()*+,;=:@-]{0,9}$/);
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`);
  const query = fc.oneof(
    fc.constant(""),
    part.map((text) => `?${text}`),
    part.map((text) => `?a=/${text}?b`),
  );
  const host = fc.constantFrom(
    "https://keys.example",
    "https://Keys.Example:443",
    "http://localhost:8080",
    "http://[::1]:80",
  );

  it("gives the headers of the package, for every method, host, path, query and body", () => {
    fc.assert(
      fc.property(fc.constantFrom("GET", "PUT", "POST", "DELETE"), host, path, query, fc.uint8Array(), (...drawn) => {
        const [method, origin, path, query, body] = drawn;
        const target = path + query;
        const headers = signRequest({ method, target }, { signer, origin, body, env: seededEnv("request", NOW) });
        const digest = headers["content-digest"] as string;
        const created = NOW / 1000;
        const nonce = base64urlnopad.encode(seededEnv("request").random(16));
        const theirs = createSignatureSync(
          { kind: "request", method, targetUri: origin + target, fields: [{ name: "content-digest", value: digest }] },
          {
            label: "keystead",
            components: ["@method", "@authority", "@path", "@query", "content-digest"],
            parameters: { created, expires: created + 60, nonce, keyid: signer.member },
            signer: { algorithm: "ed25519", sign: (base) => signer.sign(base) },
          },
        );
        expect(headers).toEqual({
          "content-digest": digest,
          "signature-input": theirs.signatureInput,
          signature: theirs.signature,
        });
      }),
      slow(100),
    );
  });
});

describe("each part alone is bound:", () => {
  it.each<[string, { request?: SignableRequest; origin?: string }]>([
    ["method", { request: { ...request, method: "PUT" } }],
    ["path", { request: { ...request, target: "/v1/logs/ac/entries?after=1&limit=2" } }],
    ["path that a router reads alike", { request: { ...request, target: "/v1/logs/%61b/entries?after=1&limit=2" } }],
    ["query", { request: { ...request, target: "/v1/logs/ab/entries?after=0&limit=2" } }],
    ["order of the query", { request: { ...request, target: "/v1/logs/ab/entries?limit=2&after=1" } }],
    ["absence of a query", { request: { ...request, target: "/v1/logs/ab/entries" } }],
    ["host", { origin: "https://other.example" }],
    ["port", { origin: "https://keys.example:8443" }],
  ])("the %s", async (_, over) => {
    expect(await reasonOf(verify(signed(), over))).toBe("signature");
  });

  it("the body", async () => {
    const found = await verify(signed());
    expect(thrownBy(() => checkDigest(Uint8Array.of(1, 2, 4), found)).details?.reason).toBe("digest");
  });

  it("the body's digest", async () => {
    const digest = `sha-256=:${base64.encode(primitives.sha256(Uint8Array.of(9)))}:`;
    expect(await reasonOf(verify({ ...signed(), "content-digest": digest }))).toBe("signature");
  });

  const changed = (from: RegExp | string, to: string): Headers => {
    const headers = signed();
    const input = (headers["signature-input"] as string).replace(from, to);
    expect(input).not.toBe(headers["signature-input"]);
    return { ...headers, "signature-input": input };
  };
  it.each([
    ["created", /created=1700000000/, "created=1700000001", "signature"],
    ["expires", /expires=1700000060/, "expires=1700000059", "signature"],
    ["nonce", /nonce="./, 'nonce="_', "signature"],
    ["keyid of nobody", /keyid="./, 'keyid="x', "malformed"],
    ["keyid of another member", /keyid="[^"]*/, `keyid="${"0".repeat(32)}`, "member"],
    ["longer life", /expires=1700000060/, "expires=1700000061", "profile"],
    ["end before its beginning", /expires=1700000060/, "expires=1699999999", "profile"],
    ["short nonce", /nonce="../, 'nonce="', "malformed"],
    ["missing component", ' "@query"', "", "profile"],
    ["missing digest", ' "content-digest"', "", "profile"],
    ["other order of components", '"@path" "@query"', '"@query" "@path"', "profile"],
    ["component twice", '"@path"', '"@path" "@path"', "malformed"],
    ["extra component", '"@path"', '"@path" "@scheme"', "profile"],
    ["component with a parameter", '"content-digest"', '"content-digest";key="sha-256"', "profile"],
    ["missing parameter", /;nonce="[^"]*"/, "", "profile"],
    ["missing time", /;expires=\d+/, "", "profile"],
    ["extra parameter", /;keyid/, ';alg="ed25519";keyid', "profile"],
    ["other algorithm", /$/, ';alg="hmac-sha256"', "profile"],
    ["parameter twice", /;keyid/, ";created=1;keyid", "malformed"],
    ["time that is no integer", /created=1700000000/, "created=1700000000.5", "malformed"],
    ["negative time", /created=1700000000/, "created=-1700000000", "profile"],
    ["other label", /^keystead/, "sig1", "absent"],
    ["broken list", /\(/, "", "malformed"],
  ] as const)("%s", async (_, from, to, reason) => {
    expect(await reasonOf(verify(changed(from, to)))).toBe(reason);
  });

  it.each(["signature", "signature-input", "content-digest"])("the header %s is needed", async (name) => {
    const { [name]: _, ...rest } = signed();
    expect(await reasonOf(verify(rest))).toBe("absent");
  });

  it.each([
    ["another hash", "sha-512"],
    ["two digests", `sha-256=:${"A".repeat(43)}=:, sha-256`],
    ["unused bits", `sha-256=:${"A".repeat(42)}B=:`],
  ])("a digest in another form: %s", async (_, form) => {
    const headers = signed();
    const digest = form.endsWith(":") ? form : (headers["content-digest"] as string).replace("sha-256", form);
    expect(await reasonOf(verify({ ...headers, "content-digest": digest }))).toBe("malformed");
  });

  it("the signature", async () => {
    const headers = signed();
    const bits = base64.decode((headers.signature as string).slice("keystead=:".length, -1));
    for (const at of [0, 31, 32, 62]) {
      const wrong = flipped(bits, at);
      const signature = `keystead=:${base64.encode(wrong)}:`;
      expect(await reasonOf(verify({ ...headers, signature }))).toBe("signature");
    }
    expect(await reasonOf(verify({ ...headers, signature: "keystead=:AAAA:" }))).toBe("signature");
    expect(await reasonOf(verify({ ...headers, signature: "keystead=1" }))).toBe("malformed");
  });

  it("another member's key does not do", async () => {
    const other = requestSigner(openWorld("another device").session("Laptop").keyring);
    expect(await reasonOf(verify(signed({ signer: { ...other, member: signer.member } })))).toBe("signature");
    expect(await reasonOf(verify(signed({ signer: other })))).toBe("member");
  });
});

describe("the usual form and another one of the same request", () => {
  /** With a space that RFC 9421 lets others write, and does not sign: the package judges this form. */
  const respelled = (headers: Headers): Headers => ({
    ...headers,
    "signature-input": (headers["signature-input"] as string).replace(";created", "; created"),
  });
  const outcome = async (...asked: Parameters<typeof verify>): Promise<unknown> =>
    await verify(...asked).catch((error: unknown) => KeysteadError.is(error) && error.details?.reason);
  const other = requestSigner(openWorld("another device").session("Laptop").keyring);
  const wrong = { ...signed(), signature: `keystead=:${base64.encode(new Uint8Array(64))}:` };
  const longer = (signed()["signature-input"] as string).replace("060", "061");

  it.each<[string, Headers, Parameters<typeof verify>[1]]>([
    ["good", signed(), {}],
    ["other method", signed(), { request: { ...request, method: "PUT" } }],
    ["other path", signed(), { request: { ...request, target: "/v1/logs/ac/entries?after=1&limit=2" } }],
    ["path with dots", signed(), { request: { ...request, target: "/v1/x/../logs/ab/entries?after=1&limit=2" } }],
    ["fragment", signed(), { request: { ...request, target: `${request.target}#part` } }],
    ["line break", signed(), { request: { ...request, target: '/v1/logs/ab/entries\n"@query": ?after=1&limit=2' } }],
    ["question mark alone", signed(), { request: { ...request, target: "/v1/logs/ab/entries?" } }],
    ["other host", signed(), { origin: "https://other.example" }],
    ["wrong signature", wrong, {}],
    ["other digest", { ...signed(), "content-digest": `sha-256=:${"A".repeat(43)}=:` }, {}],
    ["longer life", { ...signed(), "signature-input": longer }, {}],
    ["other member", signed({ signer: other }), {}],
    ["other key", signed({ signer: { ...other, member: signer.member } }), {}],
    ["expired", signed(), { now: NOW + REQUEST_LIFETIME + 1 }],
    ["ahead", signed(), { now: NOW - REQUEST_SKEW - 1 }],
  ])("have one verdict: %s", async (what, headers, over) => {
    const usual = await outcome(headers, over);
    expect(await outcome(respelled(headers), over)).toEqual(usual);
    const isGood = ["good", "path with dots", "fragment", "line break"].includes(what);
    if (!isGood) expect(usual).toBeTypeOf("string");
    if (what === "good") expect(usual).toMatchObject({ member: keyring.member });
  });
});

describe("the verifier", () => {
  it("passes on what looking up the key threw, and looks nothing up for a request that is not in the profile", async () => {
    const broken = new Error("the database is gone");
    const ask = (headers: Headers) =>
      verifyRequest({ ...request, headers: like(headers) }, { origin, now: NOW, keyOf: () => Promise.reject(broken) });
    await expect(ask(signed())).rejects.toBe(broken);
    expect(await reasonOf(ask(signed({ at: NOW - 120_000 })))).toBe("expired");
  });

  it("refuses a key that is none", async () => {
    const ask = verifyRequest(
      { ...request, headers: like(signed()) },
      { origin, now: NOW, keyOf: () => Uint8Array.of(1) },
    );
    expect(await reasonOf(ask)).toBe("signature");
  });
});

describe("the signer of a keyring", () => {
  it("signs requests only", () => {
    for (const message of ["", "keystead/v1/link\0", '"@method"', '"@path": /'])
      expectWrongArgument(() => signer.sign(utf8Encode(message)), message);
    expectWrongArgument(() => signer.sign("text" as never), "text");
    expectWrongArgument(() => requestSigner({} as never), "no keyring");
  });

  it("signs as the member's key", () => {
    const base = utf8Encode('"@method": GET');
    expect(verifyEd25519(key, base, signer.sign(base))).toBe(true);
  });

  it("does nothing after the keyring was wiped", () => {
    const { keyring } = openWorld("wiped").session("Laptop");
    const late = requestSigner(keyring);
    keyring.wipe();
    expect(thrownBy(() => late.sign(utf8Encode('"@method": GET'))).code).toBe("WIPED");
  });

  it("must give 64 bytes", () => {
    const short = { member: signer.member, sign: () => new Uint8Array(63) };
    expectWrongArgument(() => signed({ signer: short }), "63 bytes");
  });
});

describe("RFC 9421", () => {
  const fromUrl = (text: string) => base64urlnopad.decode(text);
  const seed = fromUrl("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU");
  const publicKey = fromUrl("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs");
  const message = {
    kind: "request" as const,
    method: "POST",
    targetUri: "https://example.com/foo?param=Value&Pet=dog",
    fields: Object.entries({
      date: "Tue, 20 Apr 2021 02:07:55 GMT",
      "content-type": "application/json",
      "content-length": "18",
    }).map(([name, value]) => ({ name, value })),
  };
  const signature = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";

  it("B.2.6: the package and the library's Ed25519 give the signature of the example", async () => {
    const components = ["date", "@method", "@path", "@authority", "content-type", "content-length"];
    const made = createSignatureSync(message, {
      label: "sig-b26",
      components,
      parameters: { created: 1618884473, keyid: "test-key-ed25519" },
      signer: { algorithm: "ed25519", sign: (base) => primitives.ed25519Sign(seed, base) },
    });
    expect(made.signature).toBe(`sig-b26=:${signature}:`);
    const fields = [
      ...message.fields,
      { name: "signature", value: made.signature },
      { name: "signature-input", value: made.signatureInput },
    ];
    const found = await verifySignature(
      { ...message, fields },
      {
        policy: { algorithms: ["ed25519"], requiredComponents: components, requiredParameters: [], now: 1618884473 },
        resolveVerifier: () => ({ algorithm: "ed25519", verify: (base, by) => verifyEd25519(publicKey, base, by) }),
      },
    );
    expect(found.parameters.keyid).toBe("test-key-ed25519");
  });

  it("2.5: the signature base of a request, line by line", () => {
    let base = "";
    const spy = {
      member: signer.member,
      sign(bytes: Uint8Array) {
        base = utf8Decode(bytes);
        return signer.sign(bytes);
      },
    };
    const headers = signed({ signer: spy });
    expect(base.split("\n")).toEqual([
      '"@method": POST',
      '"@authority": keys.example',
      '"@path": /v1/logs/ab/entries',
      '"@query": ?after=1&limit=2',
      `"content-digest": ${headers["content-digest"]}`,
      `"@signature-params": ${headers["signature-input"]?.slice("keystead=".length)}`,
    ]);
  });
});
