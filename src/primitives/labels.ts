// Every domain-separation string of the protocol, in one place (ENC-5). One zero byte follows a label wherever it is used, so
// that no data can extend a label into another.

/** Domain-separation labels: one for each hash, signature, MAC and KDF input. */
export const LABELS = {
  // log
  linkSignature: "keystead/v1/link/signature",
  linkHash: "keystead/v1/link/hash",
  attachment: "keystead/v1/attachment",
  publicKey: "keystead/v1/public-key",
  // head statements
  headStatement: "keystead/v1/head",
  headCertificate: "keystead/v1/head/certificate",
  // keys
  memberId: "keystead/v1/member/id",
  escrowId: "keystead/v1/escrow/id",
  memberSigning: "keystead/v1/member/signing",
  memberKem: "keystead/v1/member/kem",
  epochKem: "keystead/v1/epoch/kem",
  epochSigning: "keystead/v1/epoch/signing",
  epochExporter: "keystead/v1/epoch/exporter",
  exporter: "keystead/v1/exporter",
  // grants
  grantEpochs: "keystead/v1/grant/epochs",
  grantKey: "keystead/v1/grant/key",
  grantCoins: "keystead/v1/grant/coins",
  grantBox: "keystead/v1/grant/box",
  // keyrings
  keyring: "keystead/v1/keyring",
  // stores
  storePasskey: "keystead/v1/store/passkey",
  storeRecord: "keystead/v1/store/record",
  // clients
  clientTurn: "keystead/v1/client/turn",
  // escrow
  accessCommitment: "keystead/v1/access/commitment",
  accessOpening: "keystead/v1/access/opening",
  actCommitment: "keystead/v1/act/commitment",
  actOpening: "keystead/v1/act/opening",
  // fingerprints
  fingerprint: "keystead/v1/fingerprint",
  deviceFingerprint: "keystead/v1/fingerprint/device",
  digitsCommitment: "keystead/v1/digits/commitment",
  digits: "keystead/v1/digits",
  // backup keys
  backupSeed: "keystead/v1/backup/seed",
  backupId: "keystead/v1/backup/id",
  // content
  contentCore: "keystead/v1/content/core",
  contentHeader: "keystead/v1/content/header",
  contentBox: "keystead/v1/content/box",
  contentCommitment: "keystead/v1/content/commitment",
  contentPayload: "keystead/v1/content/payload",
  contentTranscript: "keystead/v1/content/transcript",
  contentSignature: "keystead/v1/content/signature",
} as const;

/** One of {@link LABELS}. */
export type Label = (typeof LABELS)[keyof typeof LABELS];
