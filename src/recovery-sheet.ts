// Placeholder of the "keystead/recovery-sheet" entry: the printable sheet for a backup key (docs/spec.md section 9).

export {};
