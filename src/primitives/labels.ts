// Every domain-separation string of the protocol, in one place (ENC-5): one for each hash, signature, MAC and KDF input. One zero byte
// follows a label wherever it is used, so that no data can extend a label into another. They are not one object: a bundle has only
// the ones that it uses.

import { label } from "./label.js";

// log
export const linkSignature = /* @__PURE__ */ label("keystead/v1/link/signature");
export const linkHash = /* @__PURE__ */ label("keystead/v1/link/hash");
export const attachment = /* @__PURE__ */ label("keystead/v1/attachment");
export const publicKey = /* @__PURE__ */ label("keystead/v1/public-key");
// head statements
export const headStatement = /* @__PURE__ */ label("keystead/v1/head");
export const headCertificate = /* @__PURE__ */ label("keystead/v1/head/certificate");
// keys
export const memberId = /* @__PURE__ */ label("keystead/v1/member/id");
export const escrowId = /* @__PURE__ */ label("keystead/v1/escrow/id");
export const memberSigning = /* @__PURE__ */ label("keystead/v1/member/signing");
export const memberKem = /* @__PURE__ */ label("keystead/v1/member/kem");
export const epochKem = /* @__PURE__ */ label("keystead/v1/epoch/kem");
export const epochSigning = /* @__PURE__ */ label("keystead/v1/epoch/signing");
export const epochExporter = /* @__PURE__ */ label("keystead/v1/epoch/exporter");
export const exporter = /* @__PURE__ */ label("keystead/v1/exporter");
// grants
export const grantEpochs = /* @__PURE__ */ label("keystead/v1/grant/epochs");
export const grantKey = /* @__PURE__ */ label("keystead/v1/grant/key");
export const grantCoins = /* @__PURE__ */ label("keystead/v1/grant/coins");
export const grantBox = /* @__PURE__ */ label("keystead/v1/grant/box");
// keyrings
export const keyring = /* @__PURE__ */ label("keystead/v1/keyring");
// stores
export const storePasskey = /* @__PURE__ */ label("keystead/v1/store/passkey");
export const storeRecord = /* @__PURE__ */ label("keystead/v1/store/record");
// clients
export const clientTurn = /* @__PURE__ */ label("keystead/v1/client/turn");
// escrow
export const accessCommitment = /* @__PURE__ */ label("keystead/v1/access/commitment");
export const accessOpening = /* @__PURE__ */ label("keystead/v1/access/opening");
export const actCommitment = /* @__PURE__ */ label("keystead/v1/act/commitment");
export const actOpening = /* @__PURE__ */ label("keystead/v1/act/opening");
// fingerprints
export const fingerprint = /* @__PURE__ */ label("keystead/v1/fingerprint");
export const deviceFingerprint = /* @__PURE__ */ label("keystead/v1/fingerprint/device");
export const digitsCommitment = /* @__PURE__ */ label("keystead/v1/digits/commitment");
export const digits = /* @__PURE__ */ label("keystead/v1/digits");
// backup keys
export const backupSeed = /* @__PURE__ */ label("keystead/v1/backup/seed");
export const backupId = /* @__PURE__ */ label("keystead/v1/backup/id");
// content
export const contentCore = /* @__PURE__ */ label("keystead/v1/content/core");
export const contentHeader = /* @__PURE__ */ label("keystead/v1/content/header");
export const contentBox = /* @__PURE__ */ label("keystead/v1/content/box");
export const contentCommitment = /* @__PURE__ */ label("keystead/v1/content/commitment");
export const contentPayload = /* @__PURE__ */ label("keystead/v1/content/payload");
export const contentTranscript = /* @__PURE__ */ label("keystead/v1/content/transcript");
export const contentSignature = /* @__PURE__ */ label("keystead/v1/content/signature");
