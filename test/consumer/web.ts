// The same bytes handed to Web APIs, and the library's streams, signals and blobs, with the types of the DOM.

import { createLog, type Env, openContent, openRandomAccess, openStream, sealContent, sealStream } from "keystead";

declare const env: Env;

export async function webApis(blob: Blob, file: File, controller: AbortController): Promise<void> {
  const { log, keyring } = createLog({ subject: "alice", device: { name: "Laptop" } }, env).accept();
  const options = { purpose: "file", signal: controller.signal };
  const sealed = await sealContent([log], new Uint8Array(await blob.arrayBuffer()), options, env);
  const stored = new Blob([sealed, new File([sealed], "sealed")]);
  await fetch("/content", { method: "PUT", body: sealed });
  await new Response(sealed).arrayBuffer();
  new Request("/content", { method: "POST", body: sealed });
  navigator.sendBeacon("/content", sealed);
  new WebSocket("wss://example.org").send(sealed);

  const plaintext = await openContent(sealed, keyring, { signal: controller.signal });
  await crypto.subtle.digest("SHA-256", plaintext);
  const key = await crypto.subtle.importKey("raw", keyring.exportKey(1, "drafts"), "AES-GCM", false, ["encrypt"]);
  await crypto.subtle.encrypt({ name: "AES-GCM", iv: plaintext }, key, sealed);
  for (const { signingKey, nameCommitment } of log.active.values()) {
    await crypto.subtle.importKey("raw", signingKey, "Ed25519", true, ["verify"]);
    await crypto.subtle.digest("SHA-256", nameCommitment);
  }
  for (const { bytes, attachments, grants, actor } of log.links) {
    new Blob([bytes, ...attachments, ...grants.map(({ keyring }) => keyring), ...(actor ? [actor.admin] : [])]);
  }

  await openRandomAccess(stored, keyring);
  await openRandomAccess(file, keyring);
  const opening = openStream(keyring, { signal: controller.signal });
  await file
    .stream()
    .pipeThrough(sealStream([log], options, env))
    .pipeThrough(opening)
    .pipeTo(new WritableStream());
  await opening.opened;
  await new Response(sealStream([log], options, env).readable).blob();
}
