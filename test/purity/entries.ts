// Every function of the pure core's entries, under one name each.

export * from "keystead";
export * from "keystead/audit";
export * from "keystead/contacts";
export { english } from "keystead/english";
export * from "keystead/escrow";
export { backupKeyId } from "keystead/recovery-sheet";
export * from "keystead/server";
export * from "keystead/words";
