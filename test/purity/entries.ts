// Every function of the pure core's entries, under one name each.

export * from "keystead";
export * from "keystead/audit";
export * from "keystead/contacts";
export * from "keystead/escrow";
export { english } from "keystead/english";
export { backupKeyId } from "keystead/recovery-sheet";
export * from "keystead/server";
export * from "keystead/words";
