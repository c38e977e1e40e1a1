// keystead/recovery-sheet: the sheet of paper that a backup key is written on, as text and as SVG with a QR code. An entry of
// its own, so that only apps that print it carry the QR encoder. docs/spec.md section 9.

export { backupKeyId } from "./backup/key.js";
export { type RecoverySheet, type RecoverySheetFacts, recoverySheet, type SheetTexts } from "./backup/sheet.js";
export { englishSheet } from "./backup/sheet-english.js";
